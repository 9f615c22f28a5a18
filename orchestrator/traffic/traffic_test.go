package traffic

import (
	"context"
	"encoding/pem"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// seeded is a source of chance that a failed test can be repeated with.
func seeded(t *testing.T, seed uint64) *rand.Rand {
	t.Helper()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func netAt(t *testing.T, servers ...*authority) *Net {
	t.Helper()
	addresses := make([]string, len(servers))
	for i, server := range servers {
		addresses[i] = server.address
	}
	n, err := newNet(strings.Join(addresses, ", "), "", "")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryAuthoritativeServerIsObserved(t *testing.T) {
	t.Parallel()
	random := seeded(t, 1)
	weights := map[string]int{"blue": 75, "green": 25}
	n := netAt(t, startAuthority(t, rand.New(rand.NewPCG(1, 1)), weights), startAuthority(t, random, weights))
	observations, err := n.Observe(t.Context(), domain, colorHosts, 1000)
	if err != nil || len(observations) != 2 {
		t.Fatalf("Observe = %v, %v", observations, err)
	}
	for _, o := range observations {
		if o.Answers() != 1000 || o.Failed != 0 || o.Unknown != 0 || o.TTL != time.Minute {
			t.Errorf("observation = %+v", o)
		}
		if err := Consistent(o, weights); err != nil {
			t.Error(err)
		}
		if err := Consistent(o, map[string]int{"blue": 50, "green": 50}); err == nil {
			t.Errorf("%v fits 50 to 50", o.Counts)
		}
	}
}

func TestALostPacketIsSentAnewAndACutAnswerAskedOverTCP(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, seeded(t, 2), map[string]int{"blue": 100})
	a.change(func(a *authority) { a.drop, a.cut = 1, true })
	observations, err := netAt(t, a).Observe(t.Context(), domain, colorHosts, 10)
	if err != nil || observations[0].Counts["blue"] != 10 {
		t.Errorf("Observe = %+v, %v", observations, err)
	}
}

func TestAnswersWithoutAColorAreNotCountedForOne(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*authority){
		"no address":    func(a *authority) { a.weights = nil },
		"a strange one": func(a *authority) { a.hosts["none.shop.test."] = []string{"203.0.113.9"}; a.weights = nil },
		"of both colors": func(a *authority) {
			a.hosts["none.shop.test."] = []string{"192.0.2.1", "198.51.100.1"}
			a.weights = nil
		},
		"partly a color's": func(a *authority) { a.hosts["none.shop.test."] = []string{"192.0.2.1", "203.0.113.9"}; a.weights = nil },
	} {
		a := startAuthority(t, seeded(t, 3), map[string]int{"blue": 100})
		a.change(spoil)
		observations, err := netAt(t, a).Observe(t.Context(), domain, colorHosts, 5)
		if err != nil || observations[0].Unknown != 5 || observations[0].Answers() != 0 {
			t.Errorf("%s: %+v, %v", name, observations, err)
			continue
		}
		if err := Consistent(observations[0], map[string]int{"blue": 100}); err == nil || !strings.Contains(err.Error(), "no color") {
			t.Errorf("%s: Consistent = %v", name, err)
		}
	}
	broken := startAuthority(t, seeded(t, 4), map[string]int{"blue": 100})
	broken.change(func(a *authority) { a.rcode[domain+"."] = dns.RcodeServerFailure })
	observations, err := netAt(t, broken).Observe(t.Context(), domain, colorHosts, 5)
	if err != nil || observations[0].Failed != 5 {
		t.Errorf("a server that fails: %+v, %v", observations, err)
	}
}

func TestColorsThatCannotBeToldApartAreAnError(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, seeded(t, 5), map[string]int{"blue": 100})
	a.change(func(a *authority) { a.hosts["green.shop.test."] = []string{"192.0.2.1"} })
	n := netAt(t, a)
	if _, err := n.Observe(t.Context(), domain, colorHosts, 5); err == nil || !strings.Contains(err.Error(), "told apart") {
		t.Errorf("Observe = %v", err)
	}
	for _, c := range []struct {
		hosts   map[string]string
		queries int
	}{{nil, 5}, {colorHosts, 0}} {
		if _, err := n.Observe(t.Context(), domain, c.hosts, c.queries); err == nil {
			t.Errorf("observing with %v and %d questions proved something", c.hosts, c.queries)
		}
	}
}

func TestConfirmWaitsForTheSlowestServer(t *testing.T) {
	t.Parallel()
	before, after := map[string]int{"blue": 100, "green": 0}, map[string]int{"blue": 0, "green": 100}
	quick, slow := startAuthority(t, seeded(t, 6), after), startAuthority(t, rand.New(rand.NewPCG(6, 1)), before)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	type outcome struct {
		observations []Observation
		err          error
	}
	done := make(chan outcome, 1)
	go func() {
		observations, err := netAt(t, quick, slow).Confirm(ctx, domain, colorHosts, after)
		done <- outcome{observations, err}
	}()
	for slowAsked := 0; slowAsked < 3*parallel; { // it has answered by the old weights, and was asked again
		slow.change(func(a *authority) { slowAsked = a.asked })
		time.Sleep(time.Millisecond)
	}
	select {
	case o := <-done:
		t.Fatalf("confirmed before the slow server had changed: %+v", o)
	default:
	}
	slow.change(func(a *authority) { a.weights = after })
	if o := <-done; o.err != nil || len(o.observations) != 2 || o.observations[1].Counts["blue"] != 0 {
		t.Errorf("Confirm = %+v", o)
	}
}

func TestAServerThatIsStillBehindIsAskedNoFurther(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, seeded(t, 12), map[string]int{"blue": 100})
	observations, err := netAt(t, a).observe(t.Context(), domain, colorHosts, exactAnswers, func(color string) bool { return color == "blue" })
	if err != nil {
		t.Fatal(err)
	}
	if got := observations[0].Answers(); got < 1 || got > 2*parallel {
		t.Errorf("%d answers were waited for, where the first had shown it", got)
	}
	err = Consistent(observations[0], map[string]int{"blue": 0, "green": 100})
	if err == nil || !strings.Contains(err.Error(), "to blue, which has no weight") {
		t.Errorf("Consistent = %v", err)
	}
}

func TestConfirmGivesUpAtItsDeadlineAndSaysWhatIsServed(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, seeded(t, 7), map[string]int{"blue": 100})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	observations, err := netAt(t, a).Confirm(ctx, domain, colorHosts, map[string]int{"blue": 0, "green": 100})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "to blue") || len(observations) != 1 {
		t.Errorf("Confirm = %v, %v", observations, err)
	}
}

func TestTooLittleNeverConfirms(t *testing.T) {
	t.Parallel()
	whole := map[string]int{"blue": 0, "green": 100}
	for name, c := range map[string]struct {
		o       Observation
		weights map[string]int
	}{
		"no answer":            {Observation{}, whole},
		"few answers":          {Observation{Counts: map[string]int{"green": exactAnswers - 1}}, whole},
		"too few for a share":  {Observation{Counts: map[string]int{"blue": 250, "green": 250}}, map[string]int{"blue": 50, "green": 50}},
		"no weight at all":     {Observation{Counts: map[string]int{"green": 5000}}, map[string]int{"blue": 0, "green": 0}},
		"a negative weight":    {Observation{Counts: map[string]int{"green": 5000}}, map[string]int{"blue": -1, "green": 100}},
		"no weights":           {Observation{Counts: map[string]int{"green": 5000}}, nil},
		"one stray answer":     {Observation{Counts: map[string]int{"green": 5000, "blue": 1}}, whole},
		"one without a color":  {Observation{Counts: map[string]int{"green": 5000}, Unknown: 1}, whole},
		"a color not weighted": {Observation{Counts: map[string]int{"green": 4000, "red": 1000}}, map[string]int{"green": 100}},
	} {
		if err := Consistent(c.o, c.weights); err == nil {
			t.Errorf("%s: consistent", name)
		}
	}
	if err := inconsistencies(nil, whole); err == nil {
		t.Error("no server at all is consistent")
	}
	if err := Consistent(Observation{Counts: map[string]int{"green": exactAnswers}}, whole); err != nil {
		t.Errorf("enough answers: %v", err)
	}
}

func TestAnswersGrowWithSmallShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		green, want int
	}{{0, 300}, {100, 300}, {50, 1000}, {5, 1000}, {95, 1000}, {1, 1375}, {99, 1375}} {
		if got := Answers(map[string]int{"blue": 100 - c.green, "green": c.green}); got != c.want {
			t.Errorf("green at %d needs %d answers, want %d", c.green, got, c.want)
		}
	}
}

// For random weights, a server that serves them is consistent, and one that serves weights 15 points off is not.
func TestServersThatServeOtherWeightsAreFoundOut(t *testing.T) {
	t.Parallel()
	random := seeded(t, 8)
	for range 300 {
		weight := random.IntN(101)
		weights := map[string]int{"blue": 100 - weight, "green": weight}
		other := (weight + 15 + random.IntN(71)) % 101
		draw := func(share int) Observation {
			green, n := 0, Answers(weights)
			for range n {
				if random.IntN(100) < share {
					green++
				}
			}
			return Observation{Server: "s", Counts: map[string]int{"blue": n - green, "green": green}}
		}
		if err := Consistent(draw(weight), weights); err != nil {
			t.Errorf("serving %v: %v", weights, err)
		}
		if difference := other - weight; difference < 15 && difference > -15 {
			continue
		}
		if o := draw(other); Consistent(o, weights) == nil {
			t.Errorf("serving green at %d, %v fits %v", other, o.Counts, weights)
		}
	}
}

// Small cases can be counted out: of the 1024 outcomes of ten coins, one has no head and ten have one.
func TestTheBinomialTestIsExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k, n int
		p    float64
		want float64
	}{
		{0, 10, 0.5, 2.0 / 1024}, {5, 10, 0.5, 1}, {10, 10, 0.5, 2.0 / 1024}, {1, 10, 0.5, 22.0 / 1024},
		{0, 300, 0, 1}, {1, 300, 0, 0}, {300, 300, 1, 1}, {299, 300, 1, 0},
		{0, 270, 0.05, 2 * math.Pow(0.95, 270)},
	} {
		if got := binomialTest(c.k, c.n, c.p); math.Abs(got-c.want) > 1e-9*math.Max(1, c.want) {
			t.Errorf("%d of %d at %g: %g, want %g", c.k, c.n, c.p, got, c.want)
		}
	}
	var total float64
	for k := range 5001 {
		total += binomial(k, 5000, 0.37)
	}
	if math.Abs(total-1) > 1e-9 {
		t.Errorf("the probabilities add up to %v", total)
	}
}

func TestTheEnvironmentIsReadStrictly(t *testing.T) {
	t.Parallel()
	pemFile := filepath.Join(t.TempDir(), "none.pem")
	if err := os.WriteFile(pemFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{{"localhost:53", "", ""}, {"127.0.0.1", "", ""}, {"", pemFile, ""}, {"", pemFile + ".missing", ""}, {"", "", "https"}, {"", "", "70000"}} {
		if _, err := newNet(c[0], c[1], c[2]); err == nil || !strings.Contains(err.Error(), "DROVER_") {
			t.Errorf("%q: %v", c, err)
		}
	}
	for _, c := range []struct{ port, path, want string }{
		{"", "/health?deep=1", "https://blue.shop.test/health?deep=1"}, {"8443", "health", "https://blue.shop.test:8443/health"}, {"", "", "https://blue.shop.test/"},
	} {
		n, err := newNet("", "", c.port)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.URL("blue.shop.test", c.path); got != c.want {
			t.Errorf("URL = %s, want %s", got, c.want)
		}
	}
}

func TestNamesAreResolvedByTheGivenServers(t *testing.T) {
	t.Parallel()
	a, down := startAuthority(t, seeded(t, 9), map[string]int{"blue": 1}), startAuthority(t, seeded(t, 10), nil)
	down.change(func(a *authority) { a.rcode["blue.shop.test."] = dns.RcodeServerFailure })
	n := netAt(t, down, a)
	found, err := n.LookupHost(t.Context(), "blue.shop.test")
	if err != nil || !slices.Equal(found, []string{"192.0.2.1", "192.0.2.2"}) {
		t.Errorf("LookupHost = %v, %v", found, err)
	}
	var missing *net.DNSError
	if _, err := n.LookupHost(t.Context(), "red.shop.test"); !errors.As(err, &missing) || !missing.IsNotFound {
		t.Errorf("a name that does not exist: %v", err)
	}
	if found, err := n.LookupHost(t.Context(), "localhost"); err != nil || len(found) == 0 {
		t.Errorf("a name of another zone: %v, %v", found, err)
	}
	if servers, err := n.Authorities(t.Context(), domain); err != nil || !slices.Equal(servers, []string{down.address, a.address}) {
		t.Errorf("Authorities = %v, %v", servers, err)
	}
}

func TestTheClientGoesWhereDNSSendsItAndTrustsTheExtraCertificate(t *testing.T) {
	t.Parallel()
	connections := map[string]bool{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { connections[r.RemoteAddr] = true }))
	t.Cleanup(server.Close)
	a := startAuthority(t, seeded(t, 11), nil)
	file := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := newNet(a.address, file, port)
	if err != nil {
		t.Fatal(err)
	}
	client := n.Client("")
	for range 3 {
		if err := get(t, client, n.URL("127.0.0.1", "/")); err != nil {
			t.Fatal(err)
		}
	}
	if len(connections) != 3 {
		t.Errorf("3 requests over %d connections: %v", len(connections), slices.Collect(maps.Keys(connections)))
	}
	a.change(func(a *authority) { a.hosts["blue.shop.test."] = []string{"127.0.0.1"} })
	// The name resolves to the server; its certificate is for another name, which must be noticed.
	if err := get(t, client, n.URL("blue.shop.test", "/")); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate for another name: %v", err)
	}
	if err := get(t, (&Net{}).Client(""), n.URL("127.0.0.1", "/")); err == nil {
		t.Error("a certificate that nobody named was trusted")
	}
}

func get(t *testing.T, client *http.Client, url string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
