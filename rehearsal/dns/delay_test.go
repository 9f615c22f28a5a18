package dns_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"drover/rehearsal/dns"
)

// startSlow is a server whose first name server serves changes at once and whose second never does while a test runs.
func startSlow(t *testing.T, a *account, delays ...time.Duration) *dns.Server {
	t.Helper()
	s, err := dns.Start(t.Context(), dns.Options{Zones: a.load, Target: a.target, TTL: 5 * time.Second, MaxAge: time.Hour, Delays: delays})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// answerOf asks one address for a name's one address.
func answerOf(t *testing.T, server, name string) (string, *mdns.Msg) {
	t.Helper()
	m := new(mdns.Msg)
	m.SetQuestion(name, mdns.TypeA)
	answer, _, err := (&mdns.Client{Timeout: 5 * time.Second}).Exchange(m, server)
	if err != nil {
		t.Fatalf("ask %s for %s: %v", server, name, err)
	}
	return addressOf(answer), answer
}

// untilGreen asks until the answer is green's address.
func untilGreen(t *testing.T, server string) {
	t.Helper()
	start := time.Now()
	for {
		got, _ := answerOf(t, server, "shop.example.com.")
		if got == "127.1.2.3" {
			return
		}
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%s answers %s after 10 s, want green's address", server, got)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestEachNameServerServesAChangeAfterItsOwnDelay(t *testing.T) {
	t.Parallel()
	const first, second = 300 * time.Millisecond, 900 * time.Millisecond
	a := newAccount(shop(100, 0))
	s := startSlow(t, a, first, second)
	servers := s.Addresses()
	if len(servers) != 2 || servers[0] == servers[1] {
		t.Fatalf("the name servers are %v, want two", servers)
	}
	for _, server := range servers {
		if got, _ := answerOf(t, server, "shop.example.com."); got != "127.1.2.2" {
			t.Fatalf("%s answers %s at first, want blue", server, got)
		}
	}
	a.set(shop(0, 100))
	changed := time.Now()
	s.Refresh()
	untilGreen(t, servers[0])
	if took := time.Since(changed); took < first {
		t.Errorf("the first name server served the change after %s, before its delay of %s", took, first)
	}
	if got, _ := answerOf(t, servers[1], "shop.example.com."); got != "127.1.2.2" && time.Since(changed) < second {
		t.Errorf("the slower name server answers %s before its delay is over", got)
	}
	untilGreen(t, servers[1])
	if took := time.Since(changed); took < second {
		t.Errorf("the second name server served the change after %s, before its delay of %s", took, second)
	}
	samples := s.Timeline("shop.example.com")
	if len(samples) != 2 || samples[1].Weights["green"] != 100 || samples[1].Answers["blue"] != 0 || samples[1].From.Sub(changed) < first {
		t.Errorf("the timeline is %+v, want green from the first server's delay on", samples)
	}
}

func TestNameServerRecordsLeadToEveryNameServer(t *testing.T) {
	t.Parallel()
	s := startSlow(t, newAccount(shop(100, 0)), 0, 0)
	var found []string
	for _, rr := range ask(t, s, "tcp", "shop.example.com.", mdns.TypeNS).Answer {
		got, answer := answerOf(t, s.Addresses()[0], rr.(*mdns.NS).Ns)
		if !answer.Authoritative {
			t.Errorf("the answer for %s is not authoritative", rr)
		}
		found = append(found, got)
	}
	var want []string
	for _, server := range s.Addresses() {
		want = append(want, netip.MustParseAddrPort(server).Addr().String())
	}
	if !slices.Equal(found, want) {
		t.Errorf("the NS records lead to %v, want %v", found, want)
	}
}

func TestTheHoarderIgnoresTheTimeToLive(t *testing.T) {
	t.Parallel()
	a := newAccount(shop(100, 0))
	s, err := dns.Start(t.Context(), dns.Options{Zones: a.load, Target: a.target, TTL: time.Second, MaxAge: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	const keep = 3 * time.Second
	r, err := dns.StartResolver(context.WithoutCancel(t.Context()), s.Addresses(), netip.Addr{}, keep)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	asked := time.Now()
	got, answer := answerOf(t, r.Address(), "shop.example.com.")
	if got != "127.1.2.2" || answer.Authoritative || answer.Answer[0].Header().Ttl <= 1 {
		t.Fatalf("the resolver answers %s, want blue, not authoritative, for longer than the time to live", answer)
	}
	a.set(shop(0, 100))
	s.Refresh()
	untilGreen(t, s.Addresses()[0])
	for time.Since(asked) < 2*time.Second { // twice the time to live
		if got, _ := answerOf(t, r.Address(), "shop.example.com."); got != "127.1.2.2" {
			t.Fatalf("the resolver answers %s after %s, and should still hold on to blue", got, time.Since(asked))
		}
		time.Sleep(50 * time.Millisecond)
	}
	untilGreen(t, r.Address())
	if _, answer := answerOf(t, r.Address(), "nowhere.example.org."); answer.Rcode != mdns.RcodeRefused {
		t.Errorf("a name of nobody's: %s, want what the name servers say, REFUSED", mdns.RcodeToString[answer.Rcode])
	}
}

func TestTheHoarderFailsWhenNoNameServerAnswers(t *testing.T) {
	t.Parallel()
	s := startSlow(t, newAccount(shop(100, 0)))
	servers := s.Addresses()
	r, err := dns.StartResolver(t.Context(), []string{strings.Replace(servers[0], "127.0.0.1:", "127.0.0.9:", 1)}, netip.Addr{}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, answer := answerOf(t, r.Address(), "shop.example.com."); answer.Rcode != mdns.RcodeServerFailure {
		t.Errorf("answered %s, want SERVFAIL", mdns.RcodeToString[answer.Rcode])
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
