// Package netmap shows the address plans of clusters: as data, as a table and
// as a picture for people's documents.
//
// It must never plan an address itself, and never write a text of a spec into
// a picture unescaped.
package netmap

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"drover/generator"
	"drover/generator/fleet"
	"drover/generator/netplan"
	"drover/generator/spec"
)

// Map is the address plans of one or more clusters.
type Map struct {
	Clusters []Cluster `json:"clusters"` // in the order of their networks
	NextFree []Free    `json:"nextFree"` // the next block of some sizes that no range of these specs touches
}

// Free is a block that is free, of a size that somebody may want.
type Free struct {
	Bits  int           `json:"bits"`
	Block *netip.Prefix `json:"block"` // null if the private ranges have none
}

// Cluster is the plan of one cluster.
type Cluster struct {
	Name       string        `json:"name"`
	File       string        `json:"file"`
	Platform   string        `json:"platform"`
	Region     string        `json:"region"`
	Network    netip.Prefix  `json:"network"`
	Unplanned  string        `json:"unplanned"` // why no zones are shown; empty if they are
	Zones      []Zone        `json:"zones"`
	Growth     *netip.Prefix `json:"growth"`     // room that no zone, present or future, uses; null without zones
	IPFamily   string        `json:"ipFamily"`   // ipv6: the subnets have a /64 each beside what is planned here, and services a range that EKS takes
	Services   *Halved       `json:"services"`   // null in a cluster of IPv6
	Pods       *netip.Prefix `json:"pods"`       // the second range, of which each color has half; null without one
	VPNClients *netip.Prefix `json:"vpnClients"` // null without a VPN
	Reserved   []Reserved    `json:"reserved"`
}

// Zone is the subnets of one availability zone; zones count from 1.
type Zone struct {
	Zone   int          `json:"zone"`
	Public netip.Prefix `json:"public"`
	Data   netip.Prefix `json:"data"`
	Blue   netip.Prefix `json:"blue"`
	Green  netip.Prefix `json:"green"`

	// Null unless egress is restricted.
	Firewall *netip.Prefix `json:"firewall"`
	NAT      *netip.Prefix `json:"nat"` // of the NAT gateway behind the firewall

	Transit *netip.Prefix `json:"transit"` // null without a transit gateway

	// Null without a range for pods only.
	BluePods  *netip.Prefix `json:"bluePods"`
	GreenPods *netip.Prefix `json:"greenPods"`
}

// Halved is a range of which each color has a half.
type Halved struct {
	Range netip.Prefix `json:"range"`
	Blue  netip.Prefix `json:"blue"`
	Green netip.Prefix `json:"green"`
}

// Reserved is a range that is in use elsewhere.
type Reserved struct {
	Name string       `json:"name"`
	CIDR netip.Prefix `json:"cidr"`
}

// Of maps the members of a fleet, which fleet.Load found no error in, and
// gives the next free blocks of some prefix lengths.
func Of(members []fleet.Member, free ...int) (Map, error) {
	m := Map{Clusters: []Cluster{}, NextFree: []Free{}}
	for _, member := range members {
		c, err := clusterOf(member)
		if err != nil {
			return Map{}, fmt.Errorf("mapping the addresses of %s: %w", member.File, err)
		}
		m.Clusters = append(m.Clusters, c)
	}
	slices.SortStableFunc(m.Clusters, func(a, b Cluster) int {
		return cmp.Or(a.Network.Addr().Compare(b.Network.Addr()), cmp.Compare(a.Name, b.Name))
	})
	for _, bits := range free {
		next := Free{Bits: bits}
		if block, ok := fleet.Free(members, bits); ok {
			next.Block = &block
		}
		m.NextFree = append(m.NextFree, next)
	}
	return m, nil
}

// planOf is the plan of a cluster, and why it has no zones, if it has none. A
// network too small for zones can be valid where none is generated yet, and a
// fleet is shown with it.
func planOf(c spec.Cluster) (plan generator.Addresses, unplanned string, err error) {
	if cidr, err := netip.ParsePrefix(c.Spec.Network.CIDR); err == nil && cidr.Bits() > netplan.Smallest {
		unplanned = fmt.Sprintf("the network is too small for the subnets of two colors; take a /%d or larger", netplan.Smallest)
		c.Spec.Network.Adopt = &spec.Adopt{Subnets: &spec.AdoptSubnets{}} // of which no more is known
	} else if c.Spec.Network.AdoptsSubnets() {
		unplanned = "the subnets are adopted, and their owner's to plan"
	}
	plan, err = generator.AddressesOf(c)
	return plan, unplanned, err
}

func clusterOf(member fleet.Member) (Cluster, error) {
	s := member.Cluster.Spec
	plan, unplanned, err := planOf(member.Cluster)
	if err != nil {
		return Cluster{}, err
	}
	c := Cluster{
		Name: member.Cluster.Metadata.Name, File: member.File, Platform: string(s.Platform), Region: s.Region,
		Network: plan.CIDR, Unplanned: unplanned, Zones: []Zone{},
		IPFamily: s.Network.IPFamily,
	}
	if !s.Network.IPv6() {
		services, err := netip.ParsePrefix(s.Network.Services)
		if err != nil {
			return Cluster{}, fmt.Errorf("reading spec.network.services: %w", err)
		}
		c.Services = &Halved{services, plan.Services[generator.Blue], plan.Services[generator.Green]}
	}
	if unplanned == "" {
		growth := plan.Growth()
		c.Growth = &growth
	}
	for i, z := range plan.Zones {
		zone := Zone{Zone: i + 1, Public: z.Public, Data: z.Data, Blue: z.Blue, Green: z.Green}
		if plan.Firewalled {
			zone.Firewall, zone.NAT = &z.Firewall, &z.NAT
		}
		if plan.Transited {
			zone.Transit = &z.Transit
		}
		if plan.Pods.IsValid() {
			zone.BluePods, zone.GreenPods = &z.BluePods, &z.GreenPods
		}
		c.Zones = append(c.Zones, zone)
	}
	if plan.Pods.IsValid() {
		c.Pods = &plan.Pods
	}
	if s.Access.VPN != nil {
		clients, err := netip.ParsePrefix(s.Access.VPN.Clients)
		if err != nil {
			return Cluster{}, fmt.Errorf("reading spec.access.vpn.clients: %w", err)
		}
		c.VPNClients = &clients
	}
	c.Reserved, err = keptClear(s.Network)
	return c, err
}

// keptClear are the ranges that are in use elsewhere: those that the spec
// reserves, and those of peers.
func keptClear(n spec.Network) ([]Reserved, error) {
	out := []Reserved{}
	for i, r := range n.Reserved {
		p, err := netip.ParsePrefix(r.CIDR)
		if err != nil {
			return nil, fmt.Errorf("reading spec.network.reserved[%d].cidr: %w", i, err)
		}
		out = append(out, Reserved{r.Name, p})
	}
	for i, peer := range n.Peerings {
		for _, text := range peer.CIDRs {
			p, err := netip.ParsePrefix(text)
			if err != nil {
				return nil, fmt.Errorf("reading spec.network.peerings[%d].cidrs: %w", i, err)
			}
			out = append(out, Reserved{peer.Name + " (peer)", p})
		}
	}
	return out, nil
}

// addresses is the number of addresses in a range, as people write it: 65,536.
func addresses(p netip.Prefix) string {
	digits := fmt.Sprint(uint64(1) << (32 - p.Bits()))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
