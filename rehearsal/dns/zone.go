package dns

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sort"
	"strings"

	"github.com/miekg/dns"
)

// Zone is a hosted zone as Route 53 holds it.
type Zone struct {
	ID      string
	Name    string // canonical: lower case, with the final dot
	Private bool
	Records []Record
}

// Record is one record set.
type Record struct {
	Name   string // canonical; a wildcard starts with "*."
	Type   string // A, AAAA, CNAME, TXT, ...
	TTL    uint32
	Values []string

	SetID  string // set on every record set of a weighted group
	Weight *int64
	Other  bool // has a routing policy that is not simulated: latency, geography, failover, ...

	HealthCheckID string // empty: none

	Alias          string // canonical name of the alias's target; empty when it is not one
	EvaluateHealth bool
}

// Target says where a load balancer's name leads on this machine, by an address in each of its zones, and whether the
// load balancer has healthy nodes.
type Target func(name string) (addresses []netip.Addr, healthy, known bool)

// snapshot is what the server answers from: never changed once made.
type snapshot struct {
	zones      []*zone
	public     []*zone        // those that the internet knows
	hosts      map[string]int // a name server's name, as the zones' NS records have it, to its place among them
	target     Target
	checked    func(healthCheckID string) (healthy bool, err error)
	nameServer func(place int) netip.Addr
	ttl        uint32
	timeline   *timeline
	samples    map[string]*Sample // by name: where weighted choices are counted
}

type zone struct {
	Zone
	sets  map[string]map[string][]Record // by name and type
	nodes map[string]bool                // names that exist, those without records of their own included
}

func newSnapshot(zones []Zone) *snapshot {
	s := &snapshot{hosts: map[string]int{}}
	for _, z := range zones {
		indexed := &zone{Zone: z, sets: map[string]map[string][]Record{}, nodes: map[string]bool{}}
		for _, r := range z.Records {
			if indexed.sets[r.Name] == nil {
				indexed.sets[r.Name] = map[string][]Record{}
			}
			indexed.sets[r.Name][r.Type] = append(indexed.sets[r.Name][r.Type], r)
			for name := r.Name; name != "" && name != z.Name; name = parent(name) {
				indexed.nodes[name] = true
			}
		}
		indexed.nodes[z.Name] = true
		for _, r := range indexed.sets[z.Name]["NS"] {
			for place, host := range r.Values {
				s.hosts[dns.CanonicalName(host)] = place
			}
		}
		s.zones = append(s.zones, indexed)
		if !z.Private {
			s.public = append(s.public, indexed)
		}
	}
	// The longest name is the closest zone; a private zone hides the public one of its name, as inside a VPC.
	for _, zones := range [][]*zone{s.zones, s.public} {
		sort.SliceStable(zones, func(i, j int) bool {
			a, b := zones[i], zones[j]
			if len(a.Name) != len(b.Name) {
				return len(a.Name) > len(b.Name)
			}
			return a.Private && !b.Private
		})
	}
	return s
}

func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}

func (s *snapshot) zoneOf(name string) *zone {
	for _, z := range s.zones {
		if dns.IsSubDomain(z.Name, name) {
			return z
		}
	}
	return nil
}

// find returns the record sets of a name: its own, or those of the wildcard that covers it (RFC 4592: a wildcard
// does not reach past a name that exists).
func (z *zone) find(name string) (sets map[string][]Record, exists bool) {
	if z.nodes[name] {
		return z.sets[name], true
	}
	for at := parent(name); at != ""; at = parent(at) {
		if sets := z.sets["*."+at]; sets != nil {
			return sets, true
		}
		if z.nodes[at] || at == z.Name {
			break
		}
	}
	return nil, false
}

// choose picks one record of a group as Route 53 does: by weight among the healthy ones; all of them when none is
// healthy; evenly when all weights are zero. A group of one is its record.
func (s *snapshot) choose(group []Record) (Record, error) {
	if len(group) == 1 {
		return group[0], nil
	}
	candidates := make([]Record, 0, len(group))
	for _, r := range group {
		healthy, err := s.healthy(r)
		if err != nil {
			return Record{}, err
		}
		if healthy {
			candidates = append(candidates, r)
		}
	}
	// Route 53 looks at records of weight zero only when no other is healthy.
	var total int64
	for _, r := range candidates {
		total += weight(r)
	}
	if len(candidates) == 0 {
		candidates = group
		for _, r := range candidates {
			total += weight(r)
		}
	}
	if total == 0 {
		return candidates[rand.IntN(len(candidates))], nil
	}
	at := rand.Int64N(total)
	for _, r := range candidates {
		if at -= weight(r); at < 0 {
			return r, nil
		}
	}
	return candidates[len(candidates)-1], nil
}

func weight(r Record) int64 {
	if r.Weight == nil {
		return 0
	}
	return *r.Weight
}

// healthy asks the record's health check, and the load balancer that it is an alias of if it is to be asked.
func (s *snapshot) healthy(r Record) (bool, error) {
	if r.HealthCheckID != "" {
		healthy, err := s.checked(r.HealthCheckID)
		if err != nil {
			return false, fmt.Errorf("%s %w", r.Name, err)
		}
		if !healthy {
			return false, nil
		}
	}
	if r.Alias == "" || !r.EvaluateHealth {
		return true, nil
	}
	_, healthy, known := s.target(r.Alias)
	return !known || healthy, nil
}
