package traffic

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestAddressesWhereAMachineAnswersForItselfAreGuarded(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"169.254.169.254": true, "169.254.170.2": true, "::ffff:169.254.169.254": true, "64:ff9b::a9fe:a9fe": true, "fe80::1": true, "fe80::1%eth0": true,
		"fd00:ec2::254": true, "fd00:ec2::23": true, "fd20:ce::254": true, "168.63.129.16": true,
		"127.0.0.1": false, "::1": false, "10.0.0.1": false, "192.0.2.1": false, "fd00::1": false, "64:ff9b::c000:201": false, "2001:db8::1": false,
	} {
		if got := guarded(netip.MustParseAddr(address)); got != want {
			t.Errorf("guarded(%s) = %v", address, got)
		}
	}
}

func TestNothingButTheSpecsOwnWordLeadsToAMetadataServer(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, rand.New(rand.NewPCG(1, 2)), map[string]int{"blue": 1, "green": 1})
	a.hosts["green.shop.test."] = []string{"169.254.169.254"}
	redirects := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	t.Cleanup(redirects.Close)
	n, err := newNet(a.address, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ named, url string }{
		"a name":            {"green.shop.test", "http://green.shop.test/"},
		"a redirect":        {"127.0.0.1", redirects.URL},
		"another address":   {"127.0.0.1", "http://169.254.169.254/"},
		"another, in IPv6":  {"127.0.0.1", "http://[fd00:ec2::254]/"},
		"an address as one": {"green.shop.test", "http://[::ffff:169.254.169.254]/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := get(t, n.Client(c.named), c.url); !errors.Is(err, ErrGuarded) {
				t.Errorf("got %v, want ErrGuarded", err)
			}
		})
	}
	if err := (guard{"169.254.169.254"}).check(netip.MustParseAddr("169.254.169.254")); err != nil {
		t.Errorf("an address that the spec names: %v", err)
	}
	if err := (guard{"169.254.169.254"}).check(netip.MustParseAddr("169.254.170.2")); !errors.Is(err, ErrGuarded) {
		t.Errorf("another than the spec names: %v", err)
	}
}

// A proxy would connect in drover's place.
func TestAProxyIsNotAskedForAMetadataServer(t *testing.T) {
	asked := make(chan string, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.String() }))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTP_PROXY", proxy.URL) // read once by net/http: no other test of this package needs a proxy
	t.Setenv("NO_PROXY", "")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for url, refused := range map[string]bool{
		"http://169.254.169.254/": true, "http://2852039166/": true, "http://0xA9FEA9FE/": true, "http://0251.0376.0251.0376/": true,
		"http://169.254.43518/": true, "http://169.254.169.254./": true, "http://me@169.254.169.254/": true, "http://192.0.2.1/": false,
	} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := (&Net{}).Client("prometheus.example.com").Do(request)
		if err == nil {
			_ = answer.Body.Close()
		}
		if errors.Is(err, ErrGuarded) != refused {
			t.Errorf("%s: %v", url, err)
		}
	}
	if got := <-asked; !strings.HasPrefix(got, "http://192.0.2.1") || len(asked) > 0 {
		t.Errorf("the proxy was asked for %s, and for %d more", got, len(asked))
	}
}
