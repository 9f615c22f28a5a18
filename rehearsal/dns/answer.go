package dns

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// maxChase bounds aliases and CNAMEs that lead on.
const maxChase = 8

// reply answers a request from the snapshot. Who is not inside of the private zones' VPC knows of none.
func (s *snapshot) reply(req *dns.Msg, inside bool) *dns.Msg {
	if !inside {
		outside := *s
		outside.zones = s.public
		s = &outside
	}
	m := new(dns.Msg)
	m.SetReply(req)
	if req.Opcode != dns.OpcodeQuery || len(req.Question) != 1 {
		m.Rcode = dns.RcodeNotImplemented
		return m
	}
	q := req.Question[0]
	name := dns.CanonicalName(q.Name)
	if q.Qclass != dns.ClassINET {
		m.Rcode = dns.RcodeRefused
		return m
	}
	z := s.zoneOf(name)
	if z == nil {
		s.replyTarget(m, q, name)
		return m
	}
	m.Authoritative = true
	rrs, exists, err := s.resolve(z, q.Name, name, q.Qtype, 0)
	switch {
	case err != nil:
		m.Rcode = dns.RcodeServerFailure
		return m
	case !exists:
		m.Rcode = dns.RcodeNameError
	}
	m.Answer = rrs
	if len(rrs) == 0 {
		m.Ns = s.negative(z)
	}
	return m
}

// replyTarget answers for a load balancer's own name, and for a name server's, which are in no zone of the account;
// everything else is not this server's to know.
func (s *snapshot) replyTarget(m *dns.Msg, q dns.Question, name string) {
	addresses, _, known := s.target(name)
	if place, named := s.hosts[name]; named {
		addresses, known = []netip.Addr{s.nameServer(place)}, true
	}
	if !known {
		m.Rcode = dns.RcodeRefused
		return
	}
	m.Authoritative = true
	if q.Qtype == dns.TypeA {
		m.Answer = s.toZones(q.Name, addresses)
	}
}

// resolve finds the records of a name and type. owner is the name as it was asked, which answers keep.
func (s *snapshot) resolve(z *zone, owner, name string, qtype uint16, depth int) (rrs []dns.RR, exists bool, err error) {
	if depth > maxChase {
		return nil, true, fmt.Errorf("%s leads on more than %d times", name, maxChase)
	}
	sets, exists := z.find(name)
	group := sets[dns.TypeToString[qtype]]
	if len(group) == 0 {
		if cname := sets["CNAME"]; len(cname) > 0 && qtype != dns.TypeCNAME {
			return s.chase(owner, cname, qtype, depth)
		}
		return nil, exists, nil
	}
	record, err := s.pick(name, group)
	if err != nil {
		return nil, true, err
	}
	if record.Alias != "" {
		rrs, err = s.alias(owner, record, qtype, depth)
		return rrs, true, err
	}
	rrs, err = records(owner, record)
	return rrs, true, err
}

func (s *snapshot) pick(name string, group []Record) (Record, error) {
	for _, r := range group {
		if r.Other {
			return Record{}, fmt.Errorf("%s has a routing policy that the rehearsal does not simulate", name)
		}
	}
	chosen, err := s.choose(group)
	if err == nil && chosen.SetID != "" {
		s.timeline.answered(s, chosen)
	}
	return chosen, err
}

func (s *snapshot) chase(owner string, group []Record, qtype uint16, depth int) ([]dns.RR, bool, error) {
	record, err := s.pick(group[0].Name, group)
	if err != nil {
		return nil, true, err
	}
	rrs, err := records(owner, record)
	if err != nil || len(rrs) == 0 {
		return rrs, true, err
	}
	to := rrs[0].(*dns.CNAME).Target
	name := dns.CanonicalName(to)
	if z := s.zoneOf(name); z != nil {
		more, _, err := s.resolve(z, to, name, qtype, depth+1)
		return append(rrs, more...), true, err
	}
	if addresses, _, known := s.target(name); known && qtype == dns.TypeA {
		rrs = append(rrs, s.toZones(to, addresses)...)
	}
	return rrs, true, nil
}

// alias answers with the addresses of what the record stands for, under the record's own name.
func (s *snapshot) alias(owner string, r Record, qtype uint16, depth int) ([]dns.RR, error) {
	if addresses, _, known := s.target(r.Alias); known {
		if qtype != dns.TypeA {
			return nil, nil
		}
		return s.toZones(owner, addresses), nil
	}
	z := s.zoneOf(r.Alias)
	if z == nil {
		return nil, nil // the load balancer is gone: Route 53 answers without records
	}
	rrs, _, err := s.resolve(z, owner, r.Alias, qtype, depth+1)
	return rrs, err
}

// toZones are all addresses of a load balancer, in random order, as Route 53 answers: clients mostly take the first.
func (s *snapshot) toZones(owner string, addresses []netip.Addr) []dns.RR {
	rrs := make([]dns.RR, len(addresses))
	for to, from := range rand.Perm(len(addresses)) {
		rrs[to] = &dns.A{Hdr: header(owner, dns.TypeA, s.ttl), A: addresses[from].AsSlice()}
	}
	return rrs
}

func records(owner string, r Record) ([]dns.RR, error) {
	var rrs []dns.RR
	for _, value := range r.Values {
		rr, err := dns.NewRR(fmt.Sprintf("%s %d IN %s %s", r.Name, r.TTL, r.Type, value))
		if err != nil {
			return nil, fmt.Errorf("%s %s in Route 53 is not a record: %w", r.Name, r.Type, err)
		}
		rr.Header().Name = owner
		rrs = append(rrs, rr)
	}
	return rrs, nil
}

// negative is the zone's SOA for an answer without records. Its time to live is the rehearsal's, not Route 53's 900
// seconds: a rehearsal is over before that.
func (s *snapshot) negative(z *zone) []dns.RR {
	for _, r := range z.sets[z.Name]["SOA"] {
		rrs, err := records(z.Name, r)
		if err != nil || len(rrs) == 0 {
			continue
		}
		if soa, ok := rrs[0].(*dns.SOA); ok {
			soa.Hdr.Ttl, soa.Minttl = min(soa.Hdr.Ttl, s.ttl), min(soa.Minttl, s.ttl)
			return []dns.RR{soa}
		}
	}
	return nil
}

// resolve is the address that the first name server answers for a name.
func (s *Server) resolve(host string) (netip.Addr, bool) {
	m := new(dns.Msg)
	m.SetQuestion(host, dns.TypeA)
	for _, rr := range s.servers[0].current(time.Now()).reply(m, s.options.Inside == nil).Answer {
		if a, ok := rr.(*dns.A); ok {
			return netip.AddrFromSlice(a.A.To4())
		}
	}
	return netip.Addr{}, false
}

func header(name string, rrtype uint16, ttl uint32) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: ttl}
}

// loadBalancerName drops what aliases put before a load balancer's name.
func loadBalancerName(name string) string { return strings.TrimPrefix(name, "dualstack.") }
