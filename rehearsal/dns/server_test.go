package dns_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/netip"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"drover/rehearsal/dns"
)

const (
	blueBalancer  = "shop-blue.elb.example."
	greenBalancer = "shop-green.elb.example."
)

// account is a Route 53 and its load balancers, as a test sets them.
type account struct {
	mu       sync.Mutex
	zones    []dns.Zone
	balancer map[string][]netip.Addr
	sick     map[string]bool
}

func (a *account) load(context.Context) ([]dns.Zone, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.zones, nil
}

func (a *account) target(name string) ([]netip.Addr, bool, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	addresses, known := a.balancer[name]
	return addresses, !a.sick[name], known
}

func (a *account) set(zones ...dns.Zone) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.zones = zones
}

func newAccount(zones ...dns.Zone) *account {
	return &account{zones: zones, sick: map[string]bool{}, balancer: map[string][]netip.Addr{
		blueBalancer: {netip.MustParseAddr("127.1.2.2")}, greenBalancer: {netip.MustParseAddr("127.1.2.3")}}}
}

func weighted(name, color, balancer string, weight int64) dns.Record {
	return dns.Record{Name: name, Type: "A", SetID: color, Weight: &weight, Alias: balancer, EvaluateHealth: true}
}

// shop is a zone with both colors at the weights.
func shop(blue, green int64) dns.Zone {
	return dns.Zone{ID: "Z1", Name: "shop.example.com.", Records: []dns.Record{
		{Name: "shop.example.com.", Type: "NS", TTL: 172800, Values: []string{"ns-1.awsdns-1.com.", "ns-2.awsdns-2.org."}},
		{Name: "shop.example.com.", Type: "SOA", TTL: 900, Values: []string{"ns-1.awsdns-1.com. host.example.com. 1 7200 900 1209600 86400"}},
		weighted("shop.example.com.", "blue", blueBalancer, blue), weighted("shop.example.com.", "green", greenBalancer, green),
		weighted("*.shop.example.com.", "blue", blueBalancer, blue), weighted("*.shop.example.com.", "green", greenBalancer, green),
		{Name: "blue.shop.example.com.", Type: "A", Alias: "dualstack." + blueBalancer},
		{Name: "text.shop.example.com.", Type: "TXT", TTL: 60, Values: []string{`"hello"`}},
		{Name: "www.shop.example.com.", Type: "CNAME", TTL: 60, Values: []string{"blue.shop.example.com"}},
	}}
}

func start(t *testing.T, a *account) *dns.Server {
	t.Helper()
	s, err := dns.Start(t.Context(), dns.Options{Zones: a.load, Target: a.target, TTL: 5 * time.Second, MaxAge: time.Hour, Log: io.Discard})
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

func ask(t *testing.T, s *dns.Server, network, name string, qtype uint16) *mdns.Msg {
	t.Helper()
	m := new(mdns.Msg)
	m.SetQuestion(name, qtype)
	answer, _, err := (&mdns.Client{Net: network, Timeout: 5 * time.Second}).Exchange(m, s.Addresses()[0])
	if err != nil {
		t.Fatalf("ask for %s: %v", name, err)
	}
	return answer
}

// addressOf is the one address of an answer, or what there is instead.
func addressOf(m *mdns.Msg) string {
	if len(m.Answer) != 1 {
		return fmt.Sprintf("%s with %d answers", mdns.RcodeToString[m.Rcode], len(m.Answer))
	}
	if a, ok := m.Answer[0].(*mdns.A); ok {
		return a.A.String()
	}
	return m.Answer[0].String()
}

func TestAnswersFollowTheWeightsWithinThreePoints(t *testing.T) {
	t.Parallel()
	const queries = 10_000
	for _, weights := range [][2]int64{{95, 5}, {50, 50}, {75, 25}, {100, 0}, {0, 100}, {0, 0}} {
		t.Run(fmt.Sprint(weights), func(t *testing.T) {
			t.Parallel()
			s := start(t, newAccount(shop(weights[0], weights[1])))
			conn, err := mdns.Dial("udp", s.Addresses()[0])
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			green := 0
			for range queries {
				m := new(mdns.Msg)
				m.SetQuestion("shop.example.com.", mdns.TypeA)
				if err := conn.WriteMsg(m); err != nil {
					t.Fatal(err)
				}
				answer, err := conn.ReadMsg()
				if err != nil {
					t.Fatal(err)
				}
				switch got := addressOf(answer); got {
				case "127.1.2.3":
					green++
				case "127.1.2.2":
				default:
					t.Fatalf("answered %s", got)
				}
			}
			want := 50.0 // Route 53 takes all of them evenly when all weights are zero
			if sum := weights[0] + weights[1]; sum > 0 {
				want = 100 * float64(weights[1]) / float64(sum)
			}
			got := 100 * float64(green) / queries
			if math.Abs(got-want) > 3 || (want == 0 || want == 100) && got != want {
				t.Errorf("green was answered %.1f %% of the time, and has %.1f %% of the weight", got, want)
			}
			samples := s.Timeline("shop.example.com")
			if len(samples) != 1 || samples[0].Answers["green"] != green || samples[0].Answers["blue"] != queries-green {
				t.Errorf("the timeline is %+v, and green was answered %d times", samples, green)
			}
		})
	}
}

func TestAnAliasIsAnsweredWithTheAddressOfEachZoneInRandomOrder(t *testing.T) {
	t.Parallel()
	a := newAccount(shop(0, 100))
	zones := []netip.Addr{netip.MustParseAddr("127.1.2.3"), netip.MustParseAddr("127.1.2.4"), netip.MustParseAddr("127.1.2.5")}
	a.balancer[greenBalancer] = zones
	s := start(t, a)
	for _, name := range []string{"shop.example.com.", greenBalancer} {
		first := map[string]int{}
		for range 60 {
			answer := ask(t, s, "udp", name, mdns.TypeA).Answer
			if len(answer) != len(zones) {
				t.Fatalf("%s has %v, want an address for each of %d zones", name, answer, len(zones))
			}
			first[answer[0].(*mdns.A).A.String()]++
		}
		for _, address := range zones {
			if first[address.String()] == 0 {
				t.Errorf("%s: %s never comes first in 60 answers: %v", name, address, first)
			}
		}
	}
}

func TestAnswersAreRoute53s(t *testing.T) {
	t.Parallel()
	s := start(t, newAccount(shop(100, 0)))
	for _, network := range []string{"udp", "tcp"} {
		for _, c := range []struct {
			name  string
			qtype uint16
			want  string
		}{
			{"shop.example.com.", mdns.TypeA, "127.1.2.2"},
			{"SHOP.example.COM.", mdns.TypeA, "127.1.2.2"},
			{"anything.shop.example.com.", mdns.TypeA, "127.1.2.2"},
			{"two.labels.shop.example.com.", mdns.TypeA, "127.1.2.2"},
			{"blue.shop.example.com.", mdns.TypeA, "127.1.2.2"},
			{"shop-green.elb.example.", mdns.TypeA, "127.1.2.3"},
			{"below.blue.shop.example.com.", mdns.TypeA, "NXDOMAIN with 0 answers"}, // a wildcard does not reach past a name
			{"blue.shop.example.com.", mdns.TypeAAAA, "NOERROR with 0 answers"},
			{"text.shop.example.com.", mdns.TypeA, "NOERROR with 0 answers"},
			{"text.shop.example.com.", mdns.TypeTXT, "text.shop.example.com.\t60\tIN\tTXT\t\"hello\""},
			{"www.shop.example.com.", mdns.TypeA, "NOERROR with 2 answers"},
			{"elsewhere.example.com.", mdns.TypeA, "REFUSED with 0 answers"},
		} {
			if got := addressOf(ask(t, s, network, c.name, c.qtype)); got != c.want {
				t.Errorf("%s %s over %s: %s, want %s", c.name, mdns.TypeToString[c.qtype], network, got, c.want)
			}
		}
	}
}

func TestAnswersAreAuthoritativeAndLiveAsLongAsAsked(t *testing.T) {
	t.Parallel()
	s := start(t, newAccount(shop(100, 0)))
	answer := ask(t, s, "udp", "shop.example.com.", mdns.TypeA)
	if !answer.Authoritative || answer.Answer[0].Header().Ttl != 5 {
		t.Errorf("authoritative %v, time to live %d, want true and 5", answer.Authoritative, answer.Answer[0].Header().Ttl)
	}
	if ns := ask(t, s, "udp", "shop.example.com.", mdns.TypeNS); len(ns.Answer) != 2 {
		t.Errorf("%d name servers, want 2", len(ns.Answer))
	}
	if soa := ask(t, s, "udp", "shop.example.com.", mdns.TypeSOA); len(soa.Answer) != 1 {
		t.Errorf("%d start-of-authority records, want 1", len(soa.Answer))
	}
	missing := ask(t, s, "udp", "below.blue.shop.example.com.", mdns.TypeA)
	if len(missing.Ns) != 1 || missing.Ns[0].Header().Ttl != 5 {
		t.Errorf("a name that is not there comes with %v, want the zone's start of authority for 5 s", missing.Ns)
	}
}

func TestAnUnhealthyLoadBalancerIsLeftOutUnlessNoneIsHealthy(t *testing.T) {
	t.Parallel()
	a := newAccount(shop(50, 50))
	a.sick[blueBalancer] = true
	s := start(t, a)
	for range 50 {
		if got := addressOf(ask(t, s, "udp", "shop.example.com.", mdns.TypeA)); got != "127.1.2.3" {
			t.Fatalf("answered %s while blue was unhealthy", got)
		}
	}
	a.mu.Lock()
	a.sick[greenBalancer] = true
	a.mu.Unlock()
	seen := map[string]bool{}
	for range 100 {
		seen[addressOf(ask(t, s, "udp", "shop.example.com.", mdns.TypeA))] = true
	}
	if !seen["127.1.2.2"] || !seen["127.1.2.3"] {
		t.Errorf("with none healthy, answers were %v, want both", seen)
	}
}

func TestAChangeIsServedAfterRefreshAndTold(t *testing.T) {
	t.Parallel()
	a := newAccount(shop(100, 0))
	s := start(t, a)
	a.set(shop(0, 100))
	s.Refresh()
	deadline := time.Now().Add(10 * time.Second)
	for addressOf(ask(t, s, "udp", "shop.example.com.", mdns.TypeA)) != "127.1.2.3" {
		if time.Now().After(deadline) {
			t.Fatal("the new weights were not served within 10 s")
		}
	}
	samples := s.Timeline("shop.example.com")
	if len(samples) != 2 || samples[0].Weights["blue"] != 100 || samples[1].Weights["green"] != 100 {
		t.Errorf("the timeline is %+v, want blue at 100 and then green", samples)
	}
}

func TestAPolicyThatIsNotSimulatedFails(t *testing.T) {
	t.Parallel()
	z := shop(100, 0)
	z.Records = append(z.Records, dns.Record{Name: "far.shop.example.com.", Type: "A", SetID: "eu", Other: true, Values: []string{"192.0.2.1"}})
	s := start(t, newAccount(z))
	if m := ask(t, s, "udp", "far.shop.example.com.", mdns.TypeA); m.Rcode != mdns.RcodeServerFailure {
		t.Errorf("answered %s, want SERVFAIL", mdns.RcodeToString[m.Rcode])
	}
}
