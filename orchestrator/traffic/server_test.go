package traffic

import (
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// authority is an authoritative server of one zone, over UDP and TCP, whose weights a test changes as it goes.
type authority struct {
	address string

	lock     sync.Mutex
	weights  map[string]int
	hosts    map[string][]string // name -> addresses, for the colors' own hosts
	weights6 map[string]int      // of the domain's AAAA records; nil: it has none
	rcode    map[string]int      // name -> forced answer code
	drop     int                 // the next answers that get lost
	cut      bool                // UDP answers are truncated
	random   *rand.Rand
	asked    int
}

const domain = "shop.test"

var colorHosts = map[string]string{"blue": "blue.shop.test", "green": "green.shop.test"}

func startAuthority(t *testing.T, random *rand.Rand, weights map[string]int) *authority {
	t.Helper()
	a := &authority{
		weights: weights, random: random, rcode: map[string]int{},
		hosts: map[string][]string{"blue.shop.test.": {"192.0.2.1", "192.0.2.2"}, "green.shop.test.": {"198.51.100.1", "198.51.100.2"}},
	}
	packets, listener := listen(t)
	a.address = packets.LocalAddr().String()
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: a}, {Listener: listener, Handler: a}} {
		ended := make(chan error, 1)
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { ended <- server.ActivateAndServe() }()
		<-started
		t.Cleanup(func() {
			if err := server.Shutdown(); err != nil {
				t.Errorf("stopping the name server: %v", err)
			}
			if err := <-ended; err != nil {
				t.Errorf("the name server: %v", err)
			}
		})
	}
	return a
}

// listen finds a port that is free for both UDP and TCP.
func listen(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	var failure error
	var config net.ListenConfig
	for range 20 {
		packets, err := config.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listener, err := config.Listen(t.Context(), "tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, listener
		}
		failure = err
		_ = packets.Close() // the port is of no use
	}
	t.Fatalf("no port is free for both UDP and TCP: %v", failure)
	return nil, nil
}

func (a *authority) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.asked++
	if a.drop > 0 {
		a.drop--
		return
	}
	reply := new(dns.Msg)
	reply.SetReply(question)
	reply.Authoritative = true
	name := strings.ToLower(question.Question[0].Name)
	kind, weights := question.Question[0].Qtype, a.weights
	if kind == dns.TypeAAAA {
		weights = a.weights6
	}
	addresses := a.hosts[name]
	if name == domain+"." {
		addresses = a.hosts[a.pick(weights)+"."+domain+"."]
	}
	exists := len(addresses) > 0 || name == domain+"." && sum(a.weights) > 0
	switch code, forced := a.rcode[name]; {
	case forced:
		reply.Rcode = code
	case !dns.IsSubDomain(domain+".", name):
		reply.Rcode = dns.RcodeRefused
	case !exists:
		reply.Rcode = dns.RcodeNameError
	case a.cut && w.LocalAddr().Network() == "udp":
		reply.Truncated = true
	default:
		for _, address := range addresses {
			header := dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: 60}
			switch of6 := strings.Contains(address, ":"); {
			case kind == dns.TypeA && !of6:
				reply.Answer = append(reply.Answer, &dns.A{Hdr: header, A: net.ParseIP(address)})
			case kind == dns.TypeAAAA && of6:
				reply.Answer = append(reply.Answer, &dns.AAAA{Hdr: header, AAAA: net.ParseIP(address)})
			}
		}
	}
	_ = w.WriteMsg(reply) // the test sees an answer that is missing
}

// pick chooses a color by weight, as Route 53 does.
func (a *authority) pick(weights map[string]int) string {
	total := sum(weights)
	if total == 0 {
		return "none"
	}
	at := a.random.IntN(total)
	for color, weight := range weights {
		if at -= weight; at < 0 {
			return color
		}
	}
	return "none"
}

func (a *authority) change(f func(*authority)) {
	a.lock.Lock()
	defer a.lock.Unlock()
	f(a)
}
