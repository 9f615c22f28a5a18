package traffic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// Observation is what one authoritative server answered, when asked for addresses of one family.
type Observation struct {
	Server  string
	Counts  map[string]int // color -> answers that lead to it
	Unknown int            // answers without an address, or with one that no color has
	Failed  int            // questions without an answer
	TTL     time.Duration  // the longest in the answers
	Strange string         // one of the unknown answers, for messages

	bare int // those of the unknown answers that have no address at all
}

// silent is true if every question was answered, and no answer has an address.
func (o Observation) silent() bool { return o.Answers() == 0 && o.Failed == 0 && o.Unknown == o.bare }

// Answers is the number of answers that lead to a color.
func (o Observation) Answers() int {
	total := 0
	for _, count := range o.Counts {
		total += count
	}
	return total
}

// parallel bounds the questions that one server has to answer at a time.
const parallel = 16

// Observe asks each authoritative server for the domain's address, queries times, and sorts the answers by the color
// whose own host has that address. A server that does not answer at all is part of the result, with Failed at queries.
// Where a color has addresses of IPv6, it asks for those as often; a server that answers with any has a second
// observation for them, as their records have weights of their own.
func (n *Net) Observe(ctx context.Context, domain string, hosts map[string]string, queries int) ([]Observation, error) {
	return n.observe(ctx, domain, hosts, queries, func(string) bool { return false })
}

// observe asks a server no further once an answer is enough: it is told the color of each, empty for none.
func (n *Net) observe(ctx context.Context, domain string, hosts map[string]string, queries int, enough func(color string) bool) ([]Observation, error) {
	if queries <= 0 || len(hosts) == 0 {
		return nil, fmt.Errorf("observing %s: %d questions and %d colors prove nothing", domain, queries, len(hosts))
	}
	servers, err := n.Authorities(ctx, domain)
	if err != nil {
		return nil, err
	}
	answers := make([][]Observation, len(servers))
	failures := make([]error, len(servers))
	var wait sync.WaitGroup
	for i, server := range servers {
		wait.Go(func() { answers[i], failures[i] = observe(ctx, server, domain, hosts, queries, enough) })
	}
	wait.Wait()
	observations := slices.Concat(answers...)
	if ctx.Err() != nil {
		return observations, fmt.Errorf("observing %s: %w", domain, context.Cause(ctx))
	}
	return observations, errors.Join(failures...)
}

// observe asks one server, for IPv4 and, where a color has such addresses, for IPv6.
func observe(ctx context.Context, server, domain string, hosts map[string]string, queries int, enough func(color string) bool) ([]Observation, error) {
	four, err := colorAddresses(ctx, server, hosts, dns.TypeA)
	if err != nil {
		return []Observation{{Server: server, Failed: queries}}, err
	}
	six, err := colorAddresses(ctx, server, hosts, dns.TypeAAAA)
	if err != nil {
		return []Observation{{Server: server, Failed: queries}}, err
	}
	observations := []Observation{tally(ctx, question{server, domain, dns.TypeA, four}, hosts, queries, enough)}
	if len(six) == 0 {
		return observations, nil
	}
	of6 := tally(ctx, question{server, domain, dns.TypeAAAA, six}, hosts, queries, enough)
	if !of6.silent() { // no record of IPv6 leads nobody anywhere
		of6.Server += " (AAAA)"
		observations = append(observations, of6)
	}
	return observations, nil
}

// question is what a server is asked, and which color has which address.
type question struct {
	server, domain string
	kind           uint16
	owners         map[string]string
}

// tally asks one question over and over.
func tally(ctx context.Context, q question, hosts map[string]string, queries int, enough func(color string) bool) Observation {
	tallies := make([]Observation, parallel)
	var wait sync.WaitGroup
	var stop atomic.Bool
	for worker := range parallel {
		wait.Go(func() {
			tallies[worker].Counts = map[string]int{}
			for i := worker; i < queries && ctx.Err() == nil && !stop.Load(); i += parallel {
				if color, answered := tallies[worker].count(ctx, q); answered && enough(color) {
					stop.Store(true)
				}
			}
		})
	}
	wait.Wait()
	sum := Observation{Server: q.server, Counts: map[string]int{}}
	for color := range hosts {
		sum.Counts[color] = 0
	}
	for _, one := range tallies {
		sum.add(one)
	}
	return sum
}

// count asks once, counts the answer and returns its color, empty for none.
func (o *Observation) count(ctx context.Context, q question) (color string, answered bool) {
	reply, err := ask(ctx, q.server, q.domain, q.kind)
	if err != nil || (reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError) {
		o.Failed++
		return "", false
	}
	o.TTL = max(o.TTL, longest(reply))
	found := addresses(reply)
	color = owner(found, q.owners)
	if color == "" {
		o.Unknown++
		if len(found) == 0 {
			o.bare++
		}
		o.Strange = strings.TrimSpace(dns.RcodeToString[reply.Rcode] + " " + strings.Join(found, " "))
		return "", true
	}
	o.Counts[color]++
	return color, true
}

// owner is the color that has all the addresses, or empty if there is none.
func owner(found []string, owners map[string]string) string {
	color := ""
	for i, address := range found {
		if i > 0 && owners[address] != color {
			return ""
		}
		color = owners[address]
	}
	return color
}

func (o *Observation) add(other Observation) {
	for color, count := range other.Counts {
		o.Counts[color] += count
	}
	o.Unknown += other.Unknown
	o.Failed += other.Failed
	o.bare += other.bare
	o.TTL = max(o.TTL, other.TTL)
	if other.Strange != "" {
		o.Strange = other.Strange
	}
}

// colorAddresses asks a server which addresses of a family each color's own host has. A host that does not exist has
// none: a color that is not built takes no traffic.
func colorAddresses(ctx context.Context, server string, hosts map[string]string, kind uint16) (map[string]string, error) {
	owners := map[string]string{}
	for color, host := range hosts {
		reply, err := ask(ctx, server, host, kind)
		if err != nil {
			return nil, err
		}
		if reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError {
			return nil, fmt.Errorf("%s answered %s for %s", server, dns.RcodeToString[reply.Rcode], host)
		}
		for _, address := range addresses(reply) {
			if other, taken := owners[address]; taken && other != color {
				colors := []string{color, other}
				slices.Sort(colors)
				return nil, fmt.Errorf("%s and %s both have the address %s: answers cannot be told apart", colors[0], colors[1], address)
			}
			owners[address] = color
		}
	}
	return owners, nil
}
