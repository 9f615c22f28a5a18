package dns_test

import (
	"net/netip"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"drover/rehearsal/dns"
)

func TestAChangeIsInSyncOnceEveryNameServerServesIt(t *testing.T) {
	t.Parallel()
	a := newAccount(shop(100, 0))
	s := startSlow(t, a, 50*time.Millisecond, 400*time.Millisecond)
	a.set(shop(0, 100))
	written := time.Now()
	if s.InSync(written) {
		t.Error("a change is in sync that nobody has read")
	}
	s.Refresh()
	untilGreen(t, s.Addresses()[0])
	if s.InSync(written) {
		if got, _ := answerOf(t, s.Addresses()[1], "shop.example.com."); got != "127.1.2.3" {
			t.Errorf("in sync, the slower name server answers %s", got)
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for !s.InSync(written) {
		if time.Now().After(deadline) {
			t.Fatal("the change is not in sync after 10 s")
		}
		time.Sleep(5 * time.Millisecond)
	}
	for _, server := range s.Addresses() {
		if got, _ := answerOf(t, server, "shop.example.com."); got != "127.1.2.3" {
			t.Errorf("in sync, %s answers %s, want green's address", server, got)
		}
	}
}

func TestAChangeOfNothingIsInSyncOnceItWasRead(t *testing.T) {
	t.Parallel()
	s := startSlow(t, newAccount(shop(100, 0)), time.Hour)
	written := time.Now()
	s.Refresh()
	deadline := time.Now().Add(10 * time.Second)
	for !s.InSync(written) {
		if time.Now().After(deadline) {
			t.Fatal("nothing was changed, and it is not in sync after 10 s")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestAPrivateZoneAnswersNobodyOutsideOfItsNetwork(t *testing.T) {
	t.Parallel()
	insider := netip.MustParseAddr("127.0.0.77")
	private := dns.Zone{ID: "private", Name: "internal.example.org.", Private: true, Records: []dns.Record{
		{Name: "shop.internal.example.org.", Type: "A", TTL: 5, Values: []string{"10.0.0.1"}}}}
	split := shop(100, 0)
	hidden := dns.Zone{ID: "hidden", Name: split.Name, Private: true, Records: []dns.Record{{Name: "shop.example.com.", Type: "A", TTL: 5, Values: []string{"10.0.0.2"}}}}
	a := newAccount(private, split, hidden)
	s, err := dns.Start(t.Context(), dns.Options{Zones: a.load, Target: a.target, TTL: 5 * time.Second, MaxAge: time.Hour,
		Inside: func(from netip.Addr) bool { return from == insider }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, c := range []struct {
		who, name string
		from      netip.Addr
		code      int
		address   string
	}{
		{"an insider", "shop.internal.example.org.", insider, mdns.RcodeSuccess, "10.0.0.1"},
		{"an outsider", "shop.internal.example.org.", netip.Addr{}, mdns.RcodeRefused, "REFUSED with 0 answers"},
		{"an insider", "shop.example.com.", insider, mdns.RcodeSuccess, "10.0.0.2"},
		{"an outsider", "shop.example.com.", netip.Addr{}, mdns.RcodeSuccess, "127.1.2.2"},
	} {
		for _, network := range []string{"udp", "tcp"} {
			m := new(mdns.Msg)
			m.SetQuestion(c.name, mdns.TypeA)
			got, _, err := dns.Client(c.from, network).ExchangeContext(t.Context(), m, s.Addresses()[0])
			if err != nil || got.Rcode != c.code || addressOf(got) != c.address {
				t.Errorf("%s who asks for %s over %s gets %v, %v; want %s %s", c.who, c.name, network, got, err, mdns.RcodeToString[c.code], c.address)
			}
		}
	}
}
