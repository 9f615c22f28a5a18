// Package netplan plans addresses: it carves a network into subnets for both
// colors, and finds overlaps and free blocks among any number of ranges.
//
// It is pure arithmetic over net/netip. It must never look anything up, and
// never move a subnet of a plan that it made before: a moved subnet is a
// network that has to be rebuilt.
package netplan

import (
	"fmt"
	"net/netip"
	"slices"
)

// MaxZones is the most zones that a plan has room for. The room is kept from
// the start, so that a further zone moves nothing.
const MaxZones = 6

// Smallest is the longest prefix of a network that can be planned: below it a
// public subnet would be smaller than /27, which load balancers need.
const Smallest = 20

// Plan is how a network is divided. Every subnet lies in CIDR, and none
// overlaps another.
type Plan struct {
	CIDR       netip.Prefix
	Zones      []Zone // as many as are in use; the index is the zone's
	Firewalled bool   // every zone has subnets for a firewall and its NAT gateway
	Transited  bool   // every zone has a subnet for a transit gateway

	Pods netip.Prefix // the second range of the network, for pods; not valid if there is none
}

// Zone is the subnets in one availability zone.
type Zone struct {
	Public netip.Prefix // load balancers and NAT gateways
	Data   netip.Prefix // databases and endpoints
	Blue   netip.Prefix // nodes and pods of the blue cluster
	Green  netip.Prefix // nodes and pods of the green cluster

	// Only in a plan that is Firewalled.
	Firewall netip.Prefix // the firewall that packets leave through
	NAT      netip.Prefix // the NAT gateway behind it, away from the load balancers

	Transit netip.Prefix // only in a plan that is Transited: the interfaces of the transit gateway

	// Only in a plan that has a range for pods, and of that range.
	BluePods  netip.Prefix
	GreenPods netip.Prefix
}

// A network has sixteen slots. Each color has a half, so that one range names
// it in a firewall elsewhere: six slots for its zones, and the seventh and
// eighth of blue's half hold the small public and data subnets. The same two
// slots of green's half are room to grow; the second of them gives the subnets
// of firewalls and of the NAT gateways behind them, and the lower half of the
// first those of a transit gateway, once there are any.
//
//	slot   0 1 2 3 4 5   6       7     8 9 10 11 12 13   14                15
//	       blue zones    public  data  green zones       free, or transit  free, or firewalls
const (
	slotBits    = 4
	slotBlue    = 0
	slotPublic  = 6
	slotData    = 7
	slotGreen   = 8
	slotFree    = 14
	slotEgress  = 15
	smallBits   = 3 // a public or data slot has eight subnets
	egressBits  = 4 // the slot of firewalls has sixteen, of which the ninth is the first for a NAT gateway
	egressNAT   = 8
	transitBits = 4 // a transit gateway's subnets are as small as those of firewalls
	podBits     = 3 // each color's half of the range for pods has eight subnets
)

// SmallestPods is the longest prefix of a range for pods that can be planned.
const SmallestPods = 24

// Layout plans the network cidr for a number of zones.
func Layout(cidr netip.Prefix, zones int) (Plan, error) {
	switch {
	case !cidr.IsValid() || !cidr.Addr().Is4():
		return Plan{}, fmt.Errorf("planning the network %s: it is not a range of IPv4 addresses", cidr)
	case cidr != cidr.Masked():
		return Plan{}, fmt.Errorf("planning the network %s: it has bits set behind its prefix; write %s", cidr, cidr.Masked())
	case cidr.Bits() > Smallest:
		return Plan{}, fmt.Errorf("planning the network %s: it is too small for two colors; take a /%d or larger", cidr, Smallest)
	case zones < 1 || zones > MaxZones:
		return Plan{}, fmt.Errorf("planning the network %s: %d zones, and a plan has 1 to %d", cidr, zones, MaxZones)
	}
	p := Plan{CIDR: cidr}
	for z := range zones {
		p.Zones = append(p.Zones, zone(cidr, z))
	}
	return p, nil
}

func zone(cidr netip.Prefix, z int) Zone {
	return Zone{
		Public: sub(sub(cidr, slotBits, slotPublic), smallBits, z),
		Data:   sub(sub(cidr, slotBits, slotData), smallBits, z),
		Blue:   sub(cidr, slotBits, slotBlue+z),
		Green:  sub(cidr, slotBits, slotGreen+z),
	}
}

// WithFirewall is the plan with subnets for a firewall in every zone, out of
// the room to grow. Every other subnet stays where it is.
func (p Plan) WithFirewall() Plan {
	slot := sub(p.CIDR, slotBits, slotEgress)
	p.Zones = slices.Clone(p.Zones)
	for z := range p.Zones {
		p.Zones[z].Firewall, p.Zones[z].NAT = sub(slot, egressBits, z), sub(slot, egressBits, egressNAT+z)
	}
	p.Firewalled = true
	return p
}

// WithTransit is the plan with a subnet for a transit gateway in every zone,
// out of the room to grow. Every other subnet stays where it is.
func (p Plan) WithTransit() Plan {
	slot := sub(p.CIDR, slotBits, slotFree)
	p.Zones = slices.Clone(p.Zones)
	for z := range p.Zones {
		p.Zones[z].Transit = sub(slot, transitBits, z)
	}
	p.Transited = true
	return p
}

// WithPods is the plan with a second range, for pods: the lower half is blue's
// and the upper one green's, each with room for six zones, as in the network.
func (p Plan) WithPods(pods netip.Prefix) (Plan, error) {
	switch {
	case !pods.IsValid() || !pods.Addr().Is4() || pods != pods.Masked():
		return Plan{}, fmt.Errorf("planning the range %s for pods: it is not a range of IPv4 addresses", pods)
	case pods.Bits() > SmallestPods:
		return Plan{}, fmt.Errorf("planning the range %s for pods: it is too small for two colors; take a /%d or larger", pods, SmallestPods)
	case pods.Overlaps(p.CIDR):
		return Plan{}, fmt.Errorf("planning the range %s for pods: it overlaps the network %s", pods, p.CIDR)
	}
	blue, green := Halves(pods)
	p.Zones = slices.Clone(p.Zones)
	for z := range p.Zones {
		p.Zones[z].BluePods, p.Zones[z].GreenPods = sub(blue, podBits, z), sub(green, podBits, z)
	}
	p.Pods = pods
	return p, nil
}

// Growth is the room in the network that no zone, present or future, uses.
func (p Plan) Growth() netip.Prefix {
	switch {
	case p.Firewalled && p.Transited:
		return sub(sub(p.CIDR, slotBits, slotFree), 1, 1) // the lower half is the transit gateway's
	case p.Firewalled:
		return sub(p.CIDR, slotBits, slotFree)
	case p.Transited:
		return sub(p.CIDR, slotBits, slotEgress)
	}
	return sub(p.CIDR, slotBits-1, slotFree/2)
}

// Halves divides a range in two, the first for blue and the second for green.
func Halves(p netip.Prefix) (blue, green netip.Prefix) {
	return sub(p, 1, 0), sub(p, 1, 1)
}

// sub is the n-th of the 2^bits equal parts of p.
func sub(p netip.Prefix, bits, n int) netip.Prefix {
	length := p.Bits() + bits
	return netip.PrefixFrom(address(number(p.Addr())+uint64(n)<<(32-length)), length)
}

func number(a netip.Addr) uint64 {
	b := a.As4()
	return uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
}

func address(n uint64) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}
