package dns_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"drover/rehearsal/dns"
)

// checked is shop with a health check on each color's records.
func checked() dns.Zone {
	z := shop(50, 50)
	for i := range z.Records {
		if z.Records[i].SetID != "" {
			z.Records[i].HealthCheckID = "check-" + z.Records[i].SetID
		}
	}
	z.Records = append(z.Records, dns.Record{Name: "green.shop.example.com.", Type: "A", Alias: greenBalancer})
	return z
}

// ill is an HTTP server whose state a test sets; it counts what it was asked.
type ill struct {
	*httptest.Server
	status atomic.Int64
	asked  atomic.Int64
	host   atomic.Value
}

func newIll(t *testing.T, secured bool) *ill {
	t.Helper()
	s := &ill{}
	s.status.Store(http.StatusOK)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.host.Store(r.Host + r.URL.Path)
		w.WriteHeader(int(s.status.Load()))
		_, _ = fmt.Fprint(w, "all is well")
	})
	if secured {
		s.Server = httptest.NewTLSServer(handler)
	} else {
		s.Server = httptest.NewServer(handler)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *ill) port() int { return s.Listener.Addr().(*net.TCPAddr).Port }

// probed is DNS whose green balancer is the server on 127.0.0.1, with a check on it; blue has none.
func probed(t *testing.T, check dns.HealthCheck) *dns.Server {
	t.Helper()
	a := newAccount(checked())
	a.balancer[greenBalancer] = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	check.ID, check.Host = "check-green", "green.shop.example.com."
	s, err := dns.Start(t.Context(), dns.Options{Zones: a.load, Target: a.target, TTL: time.Second, MaxAge: time.Hour,
		HealthChecks: func(context.Context) ([]dns.HealthCheck, error) { return []dns.HealthCheck{check}, nil }})
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

// colors says which colors a hundred questions were answered with.
func colors(t *testing.T, s *dns.Server) string {
	t.Helper()
	var blue, green bool
	for range 100 {
		got, _ := answerOf(t, s.Addresses()[0], "shop.example.com.")
		blue = blue || got == "127.1.2.2"
		green = green || got == "127.0.0.1"
	}
	return fmt.Sprintf("blue %v, green %v", blue, green)
}

func waitFor(t *testing.T, s *dns.Server, want string) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		got := colors(t, s)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("answers are %s, want %s within 15 s", got, want)
		}
	}
}

const (
	both     = "blue true, green true"
	onlyBlue = "blue true, green false"
	every    = 50 * time.Millisecond
)

func TestAHealthCheckThatFailsTakesItsRecordsOutAndBrings(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"HTTP", "HTTPS", "HTTP_STR_MATCH"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := newIll(t, kind == "HTTPS")
			check := dns.HealthCheck{Type: kind, Port: server.port(), Path: "/healthz", Interval: every, Threshold: 3, SNI: kind == "HTTPS"}
			if kind == "HTTP_STR_MATCH" {
				check.Search = "is well"
			}
			s := probed(t, check)
			waitFor(t, s, both)
			server.status.Store(http.StatusInternalServerError)
			waitFor(t, s, onlyBlue)
			server.status.Store(http.StatusFound) // a redirect is health enough
			waitFor(t, s, both)
			if got := server.host.Load(); got != "green.shop.example.com/healthz" {
				t.Errorf("the probe asked for %v", got)
			}
		})
	}
}

func TestAConnectionCheckOnlyConnects(t *testing.T) {
	t.Parallel()
	server := newIll(t, false)
	server.status.Store(http.StatusInternalServerError)
	s := probed(t, dns.HealthCheck{Type: "TCP", Port: server.port(), Interval: every, Threshold: 2})
	time.Sleep(5 * every) // several probes, none of which may count against it
	if got := colors(t, s); got != both {
		t.Errorf("answers are %s, want %s: a TCP check asks for nothing", got, both)
	}
	server.Close()
	waitFor(t, s, onlyBlue)
	if n := server.asked.Load(); n != 0 {
		t.Errorf("a TCP check made %d requests", n)
	}
}

func TestAStatusChangesOnlyAfterThresholdProbes(t *testing.T) {
	t.Parallel()
	server := newIll(t, false)
	server.status.Store(http.StatusServiceUnavailable)
	const threshold = 4
	s := probed(t, dns.HealthCheck{Type: "HTTP", Port: server.port(), Interval: 200 * time.Millisecond, Threshold: threshold})
	for {
		asked := server.asked.Load()
		if got := colors(t, s); got == onlyBlue {
			break
		}
		if asked > threshold+3 {
			t.Fatalf("green is still answered after %d failed probes, the threshold is %d", asked, threshold)
		}
	}
	if asked := server.asked.Load(); asked < threshold {
		t.Errorf("green was taken out after %d probes, the threshold is %d", asked, threshold)
	}
}

func TestDisabledAndInvertedChecks(t *testing.T) {
	t.Parallel()
	server := newIll(t, false)
	disabled := probed(t, dns.HealthCheck{Type: "HTTP", Port: 1, Interval: every, Threshold: 1, Disabled: true})
	inverted := probed(t, dns.HealthCheck{Type: "HTTP", Port: server.port(), Interval: every, Threshold: 1, Inverted: true})
	waitFor(t, inverted, onlyBlue)
	if got := colors(t, disabled); got != both {
		t.Errorf("with a disabled check, answers are %s, want %s", got, both)
	}
}

func TestACheckThatIsNotSimulatedFails(t *testing.T) {
	t.Parallel()
	s := probed(t, dns.HealthCheck{Type: "CALCULATED", Interval: every, Threshold: 1})
	if _, m := answerOf(t, s.Addresses()[0], "shop.example.com."); m.Rcode != mdns.RcodeServerFailure {
		t.Errorf("answered %s, want SERVFAIL", mdns.RcodeToString[m.Rcode])
	}
}
