package eks

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// letInFor is how long somebody who was let in is not looked at again.
const letInFor = 2 * time.Second

// reached tells whether the machine that drover runs on reaches a cluster's API; nil: whoever it is does.
//
// The public endpoint answers the addresses of publicAccessCidrs. The private one is a network interface in the VPC, which
// its security groups guard: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html. Whether packets find
// their way there, by a peering, a gateway or a VPN, is not looked at.
func (s *Service) reached(cl *cluster) func(context.Context) bool {
	source := s.planes.Source
	if !source.IsValid() {
		return nil
	}
	var mu sync.Mutex
	var until time.Time
	return func(ctx context.Context) bool {
		mu.Lock()
		defer mu.Unlock()
		if s.now().Before(until) {
			return true
		}
		in, err := s.letsIn(ctx, cl, source)
		if err != nil {
			s.log(ctx, cl, err)
		}
		if in {
			until = s.now().Add(letInFor)
		}
		return in
	}
}

func (s *Service) letsIn(ctx context.Context, cl *cluster, source netip.Addr) (bool, error) {
	s.mu.Lock()
	public, _ := cl.network["endpointPublicAccess"].(bool)
	private, _ := cl.network["endpointPrivateAccess"].(bool)
	sources := texts(cl.network["publicAccessCidrs"])
	groups := append(texts(cl.network["securityGroupIds"]), cl.securityGroup)
	s.mu.Unlock()
	// A machine with a private address comes out of its network by another one, which is not known here.
	if public && (slices.Contains(sources, "0.0.0.0/0") || !source.IsPrivate() && contains(sources, source)) {
		return true, nil
	}
	if !private {
		return false, nil
	}
	for _, group := range groups {
		ranges, err := s.rangesTo(ctx, cl.region, group, 443)
		if err != nil {
			return false, fmt.Errorf("look who reaches the API: %w", err)
		}
		if contains(ranges, source) {
			return true, nil
		}
	}
	return false, nil
}

// rangesTo are those that a security group lets in to a port.
func (s *Service) rangesTo(ctx context.Context, region, group string, port int) ([]string, error) {
	var out struct {
		Rules []struct {
			Egress   bool   `xml:"isEgress"`
			Protocol string `xml:"ipProtocol"`
			From     string `xml:"fromPort"`
			To       string `xml:"toPort"`
			Range    string `xml:"cidrIpv4"`
		} `xml:"securityGroupRuleSet>item"`
	}
	of := url.Values{"Filter.1.Name": {"group-id"}, "Filter.1.Value.1": {group}}
	if err := s.moto(region).Query(ctx, "ec2", ec2Version, "DescribeSecurityGroupRules", of, &out); err != nil {
		return nil, err
	}
	var ranges []string
	for _, r := range out.Rules {
		from, _ := strconv.Atoi(r.From) // all ports have none, or -1
		to, err := strconv.Atoi(r.To)
		all := r.Protocol == "-1" || err != nil
		if !r.Egress && r.Range != "" && (all || r.Protocol == "tcp" && from <= port && port <= to) {
			ranges = append(ranges, r.Range)
		}
	}
	return ranges, nil
}

func contains(ranges []string, a netip.Addr) bool {
	for _, text := range ranges {
		if r, err := netip.ParsePrefix(text); err == nil && r.Contains(a) {
			return true
		}
	}
	return false
}

// texts are those of a JSON list.
func texts(list any) []string {
	all, _ := list.([]any)
	out := make([]string, 0, len(all))
	for _, one := range all {
		if text, ok := one.(string); ok {
			out = append(out, text)
		}
	}
	return out
}
