package load_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"drover/rehearsal/dns"
	"drover/rehearsal/load"
)

const host = "example.com" // what httptest's certificate is for

// world is DNS that answers one of two servers, each of which says its color and how it was connected to.
type world struct {
	mu     sync.Mutex
	weight map[string]int64
	port   int
	roots  *x509.CertPool
	dns    *dns.Server
	slow   *dns.Resolver
}

func (w *world) zones(context.Context) ([]dns.Zone, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	z := dns.Zone{Name: host + "."}
	for _, color := range []string{"blue", "green"} {
		weight := w.weight[color]
		z.Records = append(z.Records, dns.Record{Name: host + ".", Type: "A", SetID: color, Weight: &weight, Alias: color + ".elb."})
	}
	return []dns.Zone{z}, nil
}

func (w *world) turn(blue, green int64) {
	w.mu.Lock()
	w.weight = map[string]int64{"blue": blue, "green": green}
	w.mu.Unlock()
	w.dns.Refresh()
}

var addresses = map[string]netip.Addr{"blue.elb.": netip.MustParseAddr("127.0.1.1"), "green.elb.": netip.MustParseAddr("127.0.1.2")}

func newWorld(t *testing.T, ttl, keep time.Duration) *world {
	t.Helper()
	w := &world{weight: map[string]int64{"blue": 100, "green": 0}, roots: x509.NewCertPool()}
	for _, color := range []string{"blue", "green"} {
		w.serve(t, color)
	}
	target := func(name string) ([]netip.Addr, bool, bool) {
		a, known := addresses[name]
		return []netip.Addr{a}, true, known
	}
	var err error
	if w.dns, err = dns.Start(t.Context(), dns.Options{Zones: w.zones, Target: target, TTL: ttl, MaxAge: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if w.slow, err = dns.StartResolver(context.WithoutCancel(t.Context()), w.dns.Addresses(), netip.Addr{}, keep); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.slow.Close(); err != nil {
			t.Error(err)
		}
		if err := w.dns.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// serve answers for a color, on the port that the first color found.
func (w *world) serve(t *testing.T, color string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Header().Set("Color", color) }))
	at := netip.AddrPortFrom(addresses[color+".elb."], uint16(w.port)).String()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	_ = server.Listener.Close()
	server.Listener = listener
	server.StartTLS()
	t.Cleanup(server.Close)
	w.port = listener.Addr().(*net.TCPAddr).Port
	w.roots.AddCert(server.Certificate())
}

func TestEachKindOfClientMovesWhenItsKindDoes(t *testing.T) {
	t.Parallel()
	const ttl, keep = 2 * time.Second, 10 * time.Second
	w := newWorld(t, ttl, keep)
	l := load.Start(t.Context(), load.Options{Host: host, Port: w.port, NameServers: w.dns.Addresses(), Hoarder: w.slow.Address(),
		Roots: w.roots, Header: "Color", Rate: 80, Clients: 8, KeepAlive: time.Hour})
	// A whole second to blue from every kind, so that each holds what its kind holds.
	wait(t, l, "every kind at blue", func(s load.Second) bool {
		for _, kind := range load.Kinds() {
			if s.Kinds[kind].Blue == 0 {
				return false
			}
		}
		return s.Green == 0
	})
	w.turn(0, 100)
	wait(t, l, "only the client that stays connected is at blue", func(s load.Second) bool {
		return s.Kinds[load.KeepsAlive].Blue > 0 && s.Kinds[load.KeepsAlive].Green == 0 && s.Blue == s.Kinds[load.KeepsAlive].Blue && s.Green > 0
	})
	r := l.Stop()
	last := map[load.Kind]int{} // second with a request to blue
	for _, s := range r.Seconds {
		for kind, c := range s.Kinds {
			if c.Blue > 0 {
				last[kind] = s.Second
			}
		}
	}
	if last[load.Resolves] > last[load.Caches] || last[load.Caches] >= last[load.Ignores] || last[load.Ignores] >= last[load.KeepsAlive] {
		t.Errorf("the last requests to blue were in the seconds %v", last)
	}
	if r.Failed != 0 || len(r.Kinds) != 4 || r.Total != r.Blue+r.Green {
		t.Errorf("the requests are %+v by kind %+v: %v", r.Counts, r.Kinds, r.Failures)
	}
}

// wait for a second that is over and is as wanted.
func wait(t *testing.T, l *load.Load, what string, is func(load.Second) bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		seconds := l.Requests().Seconds
		if n := len(seconds); n > 1 && is(seconds[n-2]) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 30 s; the seconds are %s", what, fmt.Sprintf("%+v", seconds[max(0, len(seconds)-3):]))
		}
		time.Sleep(50 * time.Millisecond)
	}
}
