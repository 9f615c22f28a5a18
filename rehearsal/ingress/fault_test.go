package ingress

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"testing"
	"time"

	"drover/rehearsal/fault"
)

const host = "shop.example.com"

// two is an ingress for a blue and a green load balancer with a node behind each.
func two(t *testing.T) (*Ingress, func(color string) (status int, took time.Duration)) {
	t.Helper()
	ca, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	var balancers []LoadBalancer
	for _, color := range []string{"blue", "green"} {
		balancers = append(balancers, LoadBalancer{ARN: color, DNSName: color + ".elb", Color: color, TargetGroups: map[string]Health{"nodes": {Healthy: 1}}})
	}
	in, err := Start(t.Context(), Options{Authority: ca, Hosts: []string{host}, MaxAge: time.Hour, Every: time.Hour,
		LoadBalancers: func(context.Context) ([]LoadBalancer, error) { return balancers, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), ServerName: host, MinVersion: tls.VersionTLS12}}}
	return in, func(color string) (int, time.Duration) {
		t.Helper()
		address, _, _ := in.Lookup(color + ".elb")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("https://%s:%d/", address, in.Port()), nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode, time.Since(start)
	}
}

// statuses of requests to green, one connection each; blue's are 200 all along.
func statuses(t *testing.T, get func(string) (int, time.Duration), n int) map[int]int {
	t.Helper()
	counts := map[int]int{}
	for range n {
		status, _ := get("green")
		counts[status]++
	}
	if status, _ := get("blue"); status != http.StatusOK {
		t.Errorf("blue answers %d during a fault of green's", status)
	}
	return counts
}

func TestGreenFailsOrFailsInOneZone(t *testing.T) {
	t.Parallel()
	in, get := two(t)
	end, hits := in.Break("green", fault.Answers{Status: 500})
	if got := statuses(t, get, 6); got[500] != 6 || hits() != 6 {
		t.Errorf("green answers %v with %d hits, want 500 always", got, hits())
	}
	end()
	end, hits = in.Break("green", fault.Answers{Status: 503, Zones: 3})
	if got := statuses(t, get, 30); got[503] != 10 || got[200] != 20 || hits() != 10 {
		t.Errorf("green answers %v with %d hits, want 503 to one connection of three", got, hits())
	}
	end()
	if got := statuses(t, get, 6); got[200] != 6 {
		t.Errorf("after the fault, green answers %v", got)
	}
}

func TestGreenIsSlow(t *testing.T) {
	t.Parallel()
	in, get := two(t)
	const delay = 400 * time.Millisecond
	end, _ := in.Break("green", fault.Answers{Delay: delay})
	if status, took := get("green"); status != http.StatusOK || took < delay {
		t.Errorf("green answered %d after %s, want 200 after %s", status, took, delay)
	}
	if _, took := get("blue"); took >= delay {
		t.Errorf("blue took %s", took)
	}
	end()
	if _, took := get("green"); took >= delay {
		t.Errorf("after the fault, green took %s", took)
	}
}

func TestGreenFlaps(t *testing.T) {
	t.Parallel()
	in, get := two(t)
	end, _ := in.Break("green", fault.Answers{Status: 503, Flaps: 300 * time.Millisecond})
	defer end()
	var course []int // of statuses, each once in a row
	for deadline := time.Now().Add(20 * time.Second); len(course) < 4 && time.Now().Before(deadline); {
		status, _ := get("green")
		if n := len(course); n == 0 || course[n-1] != status {
			course = append(course, status)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if fmt.Sprint(course) != "[503 200 503 200]" {
		t.Errorf("green's answers went %v, want 503 and 200 by turns", course)
	}
}
