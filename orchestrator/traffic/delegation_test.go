package traffic

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// parent is a name server that answers every question with the same message.
func parent(t *testing.T, change func(*dns.Msg)) *Net {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		reply := new(dns.Msg)
		reply.SetReply(asked)
		change(reply)
		_ = w.WriteMsg(reply) // the test sees an answer that is missing
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.ActivateAndServe()
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return &Net{servers: []string{conn.LocalAddr().String()}}
}

func ns(owner, server string) dns.RR {
	return &dns.NS{Hdr: dns.RR_Header{Name: owner, Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: 60}, Ns: server}
}

func TestADelegationIsReadFromAReferralOrAnAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*dns.Msg)
		want   []string
		wrong  bool
	}{
		"a referral": {func(m *dns.Msg) {
			m.Ns = []dns.RR{ns("Shop.example.com.", "NS-2.aws."), ns("shop.example.com.", "ns-1.aws.")}
		}, []string{"ns-1.aws", "ns-2.aws"}, false},
		"an answer":             {func(m *dns.Msg) { m.Answer = []dns.RR{ns("shop.example.com.", "ns-1.aws.")} }, []string{"ns-1.aws"}, false},
		"the parent's own":      {func(m *dns.Msg) { m.Ns = []dns.RR{ns("example.com.", "ns.example.com.")} }, nil, false},
		"no such name":          {func(m *dns.Msg) { m.Rcode = dns.RcodeNameError }, nil, false},
		"a server that is ill":  {func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure }, nil, true},
		"one that will not say": {func(m *dns.Msg) { m.Rcode = dns.RcodeRefused }, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parent(t, c.change).Delegation(t.Context(), "shop.example.com")
			if (err != nil) != c.wrong || !slices.Equal(got, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestTheSourceIsTheInterfacesUnlessItIsNamed(t *testing.T) {
	t.Parallel()
	loopback := netip.MustParseAddr("127.0.0.9")
	n, err := From(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := n.Source(t.Context(), loopback); err != nil || !got.IsLoopback() {
		t.Errorf("got %v, %v", got, err)
	}
	named := func(value string) func(string) string {
		return func(name string) string {
			if name == "DROVER_SOURCE_ADDRESS" {
				return value
			}
			return ""
		}
	}
	if n, err = From(named("10.0.3.7")); err != nil {
		t.Fatal(err)
	}
	if got, err := n.Source(t.Context(), loopback); err != nil || got.String() != "10.0.3.7" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := From(named("here")); err == nil {
		t.Error("a source that is no address was taken")
	}
}

func TestTheProxyIsThatOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const api = "0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":        {nil, ""},
		"one":         {map[string]string{"HTTPS_PROXY": "http://someone:secret@proxy.example.com:3128"}, "proxy.example.com:3128"},
		"lower case":  {map[string]string{"https_proxy": "proxy.example.com:3128"}, "proxy.example.com:3128"},
		"not for AWS": {map[string]string{"HTTPS_PROXY": "http://proxy.example.com:3128", "NO_PROXY": "localhost,.eks.amazonaws.com"}, ""},
		"for HTTP":    {map[string]string{"HTTP_PROXY": "http://proxy.example.com:3128"}, ""},
		"named":       {map[string]string{"HTTPS_PROXY": "http://proxy.example.com:3128", "DROVER_SOURCE_ADDRESS": "10.0.3.7"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := From(func(name string) string { return c.env[name] })
			if err != nil {
				t.Fatal(err)
			}
			if got := n.Proxy(api); got != c.want {
				t.Errorf("requests go through %q, want %q", got, c.want)
			}
		})
	}
}

func TestAResolverThatIsNotThereDoesNotResolve(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (&Net{}).Resolves(ctx, netip.MustParseAddr("127.0.0.9")); err == nil {
		t.Error("it was said to answer")
	}
}
