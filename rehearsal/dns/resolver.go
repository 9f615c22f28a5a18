package dns

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Resolver is a resolver that ignores the time to live: what it has heard once it keeps for a time of its own, as
// some resolvers and runtimes do. It asks the name servers that it was given, and nobody else.
type Resolver struct {
	servers  []string
	from     netip.Addr
	keep     time.Duration
	endpoint *endpoint
	cancel   context.CancelFunc

	mu    sync.Mutex
	heard map[dns.Question]heard
}

type heard struct {
	answer *dns.Msg
	until  time.Time
}

// asksWithin is for one question to one name server.
const asksWithin = 2 * time.Second

// Client asks name servers over a network, udp or tcp, from an address; the zero address is any.
func Client(from netip.Addr, network string) *dns.Client {
	c := &dns.Client{Net: network}
	switch at := netip.AddrPortFrom(from, 0); {
	case !from.IsValid():
	case network == "tcp":
		c.Dialer = &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(at)}
	default:
		c.Dialer = &net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(at)}
	}
	return c
}

// StartResolver listens on a free loopback port. It asks from an address, or from any when that is the zero address, and
// keeps each answer for keep.
func StartResolver(ctx context.Context, servers []string, from netip.Addr, keep time.Duration) (*Resolver, error) {
	r := &Resolver{servers: servers, from: from, keep: keep, heard: map[dns.Question]heard{}}
	owned, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	serve := dns.HandlerFunc(func(w dns.ResponseWriter, req *dns.Msg) { r.serve(owned, w, req) })
	var err error
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)
	if r.endpoint, err = listenAt(ctx, at, serve, func(string, ...any) {}); err != nil {
		r.cancel()
		return nil, fmt.Errorf("start the resolver that ignores the time to live: %w", err)
	}
	return r, nil
}

// Address is where the resolver listens.
func (r *Resolver) Address() string { return r.endpoint.address.String() }

// Close stops listening and waits for the resolver's goroutines.
func (r *Resolver) Close() error {
	r.cancel()
	return r.endpoint.close()
}

// serve answers from what was heard, or asks.
func (r *Resolver) serve(ctx context.Context, w dns.ResponseWriter, req *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(req)
	m.RecursionAvailable = true
	if req.Opcode != dns.OpcodeQuery || len(req.Question) != 1 {
		m.Rcode = dns.RcodeNotImplemented
		write(w, req, m)
		return
	}
	answer, left, err := r.answer(ctx, req.Question[0])
	if err != nil {
		m.Rcode = dns.RcodeServerFailure
		write(w, req, m)
		return
	}
	m.Rcode = answer.Rcode
	m.Answer, m.Ns = lasting(answer.Answer, left), lasting(answer.Ns, left)
	write(w, req, m)
}

// lasting are records with the time that the resolver keeps them in place of their own.
func lasting(rrs []dns.RR, left time.Duration) []dns.RR {
	var list []dns.RR
	for _, rr := range rrs {
		rr = dns.Copy(rr)
		rr.Header().Ttl = uint32(left / time.Second)
		list = append(list, rr)
	}
	return list
}

func (r *Resolver) answer(ctx context.Context, q dns.Question) (*dns.Msg, time.Duration, error) {
	q.Name = dns.CanonicalName(q.Name)
	r.mu.Lock()
	known := r.heard[q]
	r.mu.Unlock()
	if left := time.Until(known.until); known.answer != nil && left > 0 {
		return known.answer, left, nil
	}
	answer, err := r.ask(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard[q] = heard{answer: answer, until: time.Now().Add(r.keep)}
	return answer, r.keep, nil
}

// ask asks the name servers in random order until one answers.
func (r *Resolver) ask(ctx context.Context, q dns.Question) (*dns.Msg, error) {
	var errs []error
	for _, i := range rand.Perm(len(r.servers)) {
		within, cancel := context.WithTimeout(ctx, asksWithin)
		m := new(dns.Msg)
		m.SetQuestion(q.Name, q.Qtype)
		answer, _, err := Client(r.from, "udp").ExchangeContext(within, m, r.servers[i])
		if err == nil && answer.Truncated {
			answer, _, err = Client(r.from, "tcp").ExchangeContext(within, m, r.servers[i])
		}
		cancel()
		if err == nil && answer.Rcode != dns.RcodeServerFailure {
			return answer, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("ask for %s: %w", q.Name, errors.Join(errs...))
}
