package ingress

import (
	"context"
	"testing"
	"time"
)

// counted are the new flows of a load balancer, as its metrics have them.
func counted(in *Ingress, arn string) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	fresh, _, _ := in.servers[arn].flows.take()
	return fresh
}

func TestScannersConnectToWhatFacesTheInternet(t *testing.T) {
	t.Parallel()
	ca, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	balancers := []LoadBalancer{{ARN: "public", DNSName: "public.elb", Zones: []string{"a", "b"}, Public: true}, {ARN: "internal", DNSName: "internal.elb", Zones: []string{"a"}}}
	start := func(scanned time.Duration) *Ingress {
		in, err := Start(t.Context(), Options{Authority: ca, Hosts: []string{host}, MaxAge: time.Hour, Every: time.Hour, Scanned: scanned,
			LoadBalancers: func(context.Context) ([]LoadBalancer, error) { return balancers, nil }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		})
		return in
	}
	scanned, left := start(time.Millisecond), start(0)
	deadline := time.Now().Add(20 * time.Second)
	for scanned.Scans() < 5 {
		if time.Now().After(deadline) {
			t.Fatalf("after 20 s there were %d scans", scanned.Scans())
		}
		time.Sleep(time.Millisecond)
	}
	if n := counted(scanned, "public"); n < 5 {
		t.Errorf("of 5 scans and more, the metrics tell %d new flows", n)
	}
	if n := counted(scanned, "internal"); n != 0 {
		t.Errorf("an internal load balancer was scanned %d times", n)
	}
	if n := left.Scans() + counted(left, "public"); n != 0 {
		t.Errorf("without scanners there were %d", n)
	}
}
