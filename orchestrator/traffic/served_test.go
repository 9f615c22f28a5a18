package traffic

import (
	"context"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestEachServerIsAskedForBothFamilies(t *testing.T) {
	t.Parallel()
	one := startAuthority(t, rand.New(rand.NewPCG(1, 1)), map[string]int{"blue": 1})
	two := startAuthority(t, rand.New(rand.NewPCG(1, 2)), map[string]int{"blue": 1})
	two.change(func(a *authority) { a.hosts["green.shop.test."] = []string{"2001:db8::1", "198.51.100.1"} })
	n, err := newNet(one.address+","+two.address, "", "")
	if err != nil {
		t.Fatal(err)
	}
	found, err := n.Served(t.Context(), "green.shop.test")
	want := map[string][]string{one.address: {"198.51.100.1", "198.51.100.2"}, two.address: {"198.51.100.1", "2001:db8::1"}}
	if err != nil || !maps.EqualFunc(found, want, slices.Equal[[]string]) {
		t.Errorf("%v, %v; want %v", found, err, want)
	}
	two.change(func(a *authority) { a.rcode["green.shop.test."] = dns.RcodeServerFailure })
	found, err = n.Served(t.Context(), "green.shop.test")
	if err == nil || !strings.Contains(err.Error(), two.address+" answered SERVFAIL") || len(found) != 1 {
		t.Errorf("one fails: %v, %v", found, err)
	}
	one.change(func(a *authority) { delete(a.hosts, "green.shop.test.") })
	found, err = n.Served(t.Context(), "green.shop.test")
	if addresses, answered := found[one.address]; !answered || len(addresses) > 0 || err == nil {
		t.Errorf("one has none: %v, %v", found, err)
	}
}

func TestTheCertificateOfEachAddressIsVerified(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a := startAuthority(t, rand.New(rand.NewPCG(1, 3)), map[string]int{"blue": 1})
	a.change(func(a *authority) { a.hosts["blue.shop.test."] = []string{"127.0.0.1"} })
	n := &Net{servers: []string{a.address}, port: port, roots: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	if _, err := n.Expiries(t.Context(), "blue.shop.test"); err == nil || !strings.Contains(err.Error(), "at 127.0.0.1: ") || !strings.Contains(err.Error(), "blue.shop.test") {
		t.Errorf("the certificate is not for that name: %v", err)
	}
	found, err := n.Expiries(t.Context(), "127.0.0.1")
	want := server.Certificate().NotAfter
	if err != nil || len(found) != 1 || !found["127.0.0.1"].Equal(want) {
		t.Errorf("%v, %v; want %s", found, err, want)
	}
	n.roots = nil
	if found, err := n.Expiries(t.Context(), "127.0.0.1"); err == nil || len(found) > 0 {
		t.Errorf("nobody trusts that authority: %v, %v", found, err)
	}
}

// A server that accepts and says nothing must not hold a check for long, and one at a guarded address is not connected to.
func TestNoHandshakeIsWaitedForOrGuarded(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	silent, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	_, port, _ := net.SplitHostPort(silent.Addr().String())
	a := startAuthority(t, rand.New(rand.NewPCG(1, 4)), map[string]int{"blue": 1})
	a.change(func(a *authority) { a.hosts["blue.shop.test."] = []string{"169.254.169.254"} })
	n := &Net{servers: []string{a.address}, port: port}
	if _, err := n.Expiries(t.Context(), "blue.shop.test"); err == nil || !strings.Contains(err.Error(), "link-local") {
		t.Errorf("guarded: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := n.Expiries(ctx, "127.0.0.1"); err == nil {
		t.Error("a server without a certificate has one")
	}
}

// Who answers for a name does not decide how many servers this machine connects to.
func TestNoMoreAddressesAreAskedThanAHostHas(t *testing.T) {
	t.Parallel()
	a := startAuthority(t, rand.New(rand.NewPCG(1, 5)), map[string]int{"blue": 1})
	var many []string
	for i := range 200 {
		many = append(many, netip.AddrFrom4([4]byte{127, 0, 1, byte(i)}).String())
	}
	a.change(func(a *authority) { a.hosts["blue.shop.test."], a.cut = many, true })
	n := &Net{servers: []string{a.address}, port: "1"}
	if _, err := n.Expiries(t.Context(), "blue.shop.test"); err == nil || err.Error() != "blue.shop.test has 200 addresses, and drover asks 64 at most" {
		t.Errorf("certificates: %v", err)
	}
	for _, address := range many {
		n.servers = append(n.servers, address+":1")
	}
	if _, err := n.Served(t.Context(), "blue.shop.test"); err == nil || err.Error() != "blue.shop.test has 201 authoritative servers, and drover asks 64 at most" {
		t.Errorf("servers: %v", err)
	}
}
