package ingress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"drover/rehearsal/fault"
)

const host = "shop.example.com"

// client trusts the ingress of two and keeps its connections, one for each address.
type client struct {
	*http.Client
	in *Ingress
}

func (c client) ask(ctx context.Context, address netip.Addr) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("https://%s:%d/", address, c.in.Port()), nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body) // else the connection is not kept
	return resp.StatusCode, errors.Join(err, resp.Body.Close())
}

// two is an ingress for a blue and a green load balancer in two zones, with a node behind each.
func two(t *testing.T) (client, func(color string) (status int, took time.Duration)) {
	t.Helper()
	return behind(t, nil)
}

// behind is two with something to ask what answers behind each.
func behind(t *testing.T, asked func(context.Context, LoadBalancer) (string, error)) (client, func(color string) (status int, took time.Duration)) {
	t.Helper()
	ca, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	var balancers []LoadBalancer
	for _, color := range []string{"blue", "green"} {
		balancers = append(balancers, LoadBalancer{ARN: color, DNSName: color + ".elb", Color: color, Zones: []string{"a", "b"}, NodePort: 30443, TargetGroups: map[string]Health{"nodes": {Healthy: 1}}})
	}
	in, err := Start(t.Context(), Options{Authority: ca, Hosts: []string{host}, MaxAge: time.Hour, Every: time.Hour, Behind: asked,
		LoadBalancers: func(context.Context) ([]LoadBalancer, error) { return balancers, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	keeps := func(connections bool) client {
		transport := &http.Transport{DisableKeepAlives: !connections, TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), ServerName: host, MinVersion: tls.VersionTLS12}}
		t.Cleanup(transport.CloseIdleConnections)
		return client{&http.Client{Transport: transport}, in}
	}
	return keeps(true), func(color string) (int, time.Duration) {
		t.Helper()
		addresses, _, _ := in.Lookup(color + ".elb")
		start := time.Now()
		status, err := keeps(false).ask(t.Context(), addresses[0])
		if err != nil {
			t.Fatal(err)
		}
		return status, time.Since(start)
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

func TestGreenFails(t *testing.T) {
	t.Parallel()
	c, get := two(t)
	end, hits := c.in.Break("green", fault.Answers{Status: 500})
	if got := statuses(t, get, 6); got[500] != 6 || hits() != 6 {
		t.Errorf("green answers %v with %d hits, want 500 always", got, hits())
	}
	end()
	if got := statuses(t, get, 6); got[200] != 6 {
		t.Errorf("after the fault, green answers %v", got)
	}
}

func TestALoadBalancerHasAnAddressOfItsOwnInEachZone(t *testing.T) {
	t.Parallel()
	c, _ := two(t)
	different := map[netip.Addr]bool{}
	for _, color := range []string{"blue", "green"} {
		addresses, healthy, known := c.in.Lookup(color + ".elb.")
		if len(addresses) != 2 || !healthy || !known {
			t.Fatalf("%s is at %v, healthy %v, known %v", color, addresses, healthy, known)
		}
		for _, address := range addresses {
			different[address] = true
			if status, err := c.ask(t.Context(), address); status != http.StatusOK || !address.IsLoopback() {
				t.Errorf("%s at %s answers %d, %v", color, address, status, err)
			}
		}
	}
	if len(different) != 4 {
		t.Errorf("two load balancers in two zones have %d addresses", len(different))
	}
}

// silentFor is how long an answer is waited for that must not come: without the fault it takes milliseconds.
const silentFor = 300 * time.Millisecond

func TestOneZoneOfGreenIsSilentOnOpenConnectionsToo(t *testing.T) {
	t.Parallel()
	connected, _ := two(t)
	fresh := client{&http.Client{Transport: connected.Transport.(*http.Transport).Clone()}, connected.in}
	t.Cleanup(fresh.CloseIdleConnections)
	green, _, _ := connected.in.Lookup("green.elb")
	blue, _, _ := connected.in.Lookup("blue.elb")
	for _, address := range green {
		if _, err := connected.ask(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	}
	end, hits := connected.in.Break("green", fault.Answers{SilentZones: 1})
	for name, c := range map[string]client{"connected": connected, "new": fresh} {
		ctx, cancel := context.WithTimeout(t.Context(), silentFor)
		if status, err := c.ask(ctx, green[0]); ctx.Err() == nil {
			t.Errorf("a %s client is answered %d in the silent zone (%v)", name, status, err)
		}
		cancel()
		for _, address := range []netip.Addr{green[1], blue[0], blue[1]} {
			if status, err := c.ask(t.Context(), address); status != http.StatusOK {
				t.Errorf("a %s client is answered %d (%v) at %s, which is not silent", name, status, err, address)
			}
		}
	}
	if hits() != 2 {
		t.Errorf("%d connections have met the silence, want 2", hits())
	}
	end()
	if status, err := fresh.ask(t.Context(), green[0]); status != http.StatusOK {
		t.Errorf("after the silence, the zone answers %d (%v)", status, err)
	}
}

func TestGreenIsSlow(t *testing.T) {
	t.Parallel()
	c, get := two(t)
	const delay = 400 * time.Millisecond
	end, _ := c.in.Break("green", fault.Answers{Delay: delay})
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
	c, get := two(t)
	end, _ := c.in.Break("green", fault.Answers{Status: 503, Flaps: 300 * time.Millisecond})
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
