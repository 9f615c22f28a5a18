package traffic

import (
	"context"
	"strings"
	"testing"
	"time"
)

// dual gives both colors' own hosts addresses of IPv6 beside those of IPv4.
func dual(a *authority) {
	a.hosts["blue.shop.test."] = append(a.hosts["blue.shop.test."], "2001:db8::1")
	a.hosts["green.shop.test."] = append(a.hosts["green.shop.test."], "2001:db8:1::1")
}

func TestRecordsOfIPv6AreObservedBesideThoseOfIPv4(t *testing.T) {
	t.Parallel()
	weights := map[string]int{"blue": 75, "green": 25}
	a := startAuthority(t, seeded(t, 11), weights)
	a.change(func(a *authority) { dual(a); a.weights6 = weights })
	observations, err := netAt(t, a).Observe(t.Context(), domain, colorHosts, 1000)
	if err != nil || len(observations) != 2 {
		t.Fatalf("Observe = %+v, %v; want one observation for each family", observations, err)
	}
	for _, o := range observations {
		if o.Answers() != 1000 || o.Unknown != 0 {
			t.Errorf("observation = %+v", o)
		}
		if err := Consistent(o, weights); err != nil {
			t.Error(err)
		}
	}
}

// A change that moves A records alone would leave most of the users where they were: what has IPv6 prefers it.
func TestConfirmWaitsForTheRecordsOfIPv6Too(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, seeded(t, 12), map[string]int{"green": 100})
	a.change(func(a *authority) { dual(a); a.weights6 = map[string]int{"blue": 100} })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := netAt(t, a).Confirm(ctx, domain, colorHosts, map[string]int{"blue": 0, "green": 100})
	if err == nil || !strings.Contains(err.Error(), "(AAAA) sends") {
		t.Errorf("Confirm = %v, and clients of IPv6 are still led to blue", err)
	}
}

// A domain without records of IPv6 leads nobody anywhere by them, whatever addresses its colors have.
func TestADomainWithoutRecordsOfIPv6IsConfirmedByIPv4(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, seeded(t, 13), map[string]int{"green": 100})
	a.change(dual)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	observations, err := netAt(t, a).Confirm(ctx, domain, colorHosts, map[string]int{"blue": 0, "green": 100})
	if err != nil || len(observations) != 1 {
		t.Errorf("Confirm = %+v, %v", observations, err)
	}
}
