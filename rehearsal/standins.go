package rehearsal

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"net/url"

	"drover/generator/spec"
	"drover/rehearsal/aws/awsapi"
)

const (
	ec2Version  = "2016-11-15"
	adoptedPath = "network.adopt.network"
)

// peers makes a network for each that the spec has a peering with. It is of the simulated account also when the
// peer is of another one, because there is no other one here.
func (c *Cloud) peers(ctx context.Context, s spec.Spec) ([]edit, error) {
	if len(s.Network.Peerings) == 0 {
		return nil, nil
	}
	made, standIns := []spec.Peering{}, map[string]string{}
	var notes []edit
	for _, peer := range s.Network.Peerings {
		region := peer.Region
		if region == "" {
			region = c.options.Region
		}
		cidr, err := networkIn(peer.CIDRs[0])
		if err != nil {
			return nil, err
		}
		if key := region + " " + peer.Network; standIns[key] == "" {
			if standIns[key], err = makeNetwork(ctx, c.directIn(region), cidr); err != nil {
				return nil, fmt.Errorf("make a network for the peering %s: %w", peer.Name, err)
			}
		}
		was := peer
		peer.Network, peer.Account = standIns[region+" "+was.Network], ""
		note := fmt.Sprintf("the peering %s leads to %s (%s), made for the rehearsal, instead of %s", was.Name, peer.Network, cidr, was.Network)
		if was.Account != "" && was.Account != c.options.Account {
			note += " of " + was.Account + ": the simulated account accepts it itself"
		}
		made, notes = append(made, peer), append(notes, edit{note: note})
	}
	return append(notes, edit{path: "network.peerings", value: made}), nil
}

// networkIn is the first network of a range that a VPC can have.
func networkIn(text string) (netip.Prefix, error) {
	const widest, narrowest = 16, 28
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("read the range of a peering: %w", err)
	}
	return netip.PrefixFrom(p.Addr(), min(max(p.Bits(), widest), narrowest)).Masked(), nil
}

// makeNetwork makes a VPC that resolves names.
func makeNetwork(ctx context.Context, api *awsapi.Client, cidr netip.Prefix) (string, error) {
	var out struct {
		ID string `xml:"vpc>vpcId"`
	}
	if err := api.Query(ctx, "ec2", ec2Version, "CreateVpc", url.Values{"CidrBlock": {cidr.String()}}, &out); err != nil {
		return "", err
	}
	return out.ID, api.Query(ctx, "ec2", ec2Version, "ModifyVpcAttribute", url.Values{"VpcId": {out.ID}, "EnableDnsHostnames.Value": {"true"}}, nil)
}

// transitGateway makes one for the spec's.
func (c *Cloud) transitGateway(ctx context.Context, s spec.Spec) ([]edit, error) {
	if s.Network.TransitGateway == nil {
		return nil, nil
	}
	var out struct {
		ID string `xml:"transitGateway>transitGatewayId"`
	}
	if err := c.direct().Query(ctx, "ec2", ec2Version, "CreateTransitGateway", nil, &out); err != nil {
		return nil, fmt.Errorf("make a transit gateway for the spec's: %w", err)
	}
	return []edit{{"network.transitGateway.id", out.ID,
		fmt.Sprintf("the transit gateway is %s, made for the rehearsal, instead of %s", out.ID, s.Network.TransitGateway.ID)}}, nil
}

// adoptedNetwork makes the network that a spec adopts, with a way to the internet, and the subnets if they are adopted
// too. Their ways out are their owner's, and are not made.
func (c *Cloud) adoptedNetwork(ctx context.Context, s spec.Spec) ([]edit, error) {
	adopt := s.Network.Adopt
	if adopt == nil {
		return nil, nil
	}
	cidr, err := netip.ParsePrefix(s.Network.CIDR)
	if err != nil {
		return nil, fmt.Errorf("read the range of the network: %w", err)
	}
	api := c.direct()
	id, err := makeNetwork(ctx, api, cidr)
	if err != nil {
		return nil, fmt.Errorf("make the network that the spec adopts: %w", err)
	}
	if err := openNetwork(ctx, api, id); err != nil {
		return nil, fmt.Errorf("make the internet gateway of the network that the spec adopts: %w", err)
	}
	edits := []edit{{adoptedPath, id, fmt.Sprintf("the adopted network is %s (%s), made for the rehearsal, instead of %s", id, cidr, adopt.Network)}}
	if adopt.Subnets == nil {
		return edits, nil
	}
	made, err := c.makeSubnets(ctx, id, cidr, *adopt.Subnets)
	if err != nil {
		return nil, fmt.Errorf("make the subnets that the spec adopts: %w", err)
	}
	return append(edits, edit{"network.adopt.subnets", made, "its subnets are made for the rehearsal, without their routes, instead of those that are adopted"}), nil
}

func openNetwork(ctx context.Context, api *awsapi.Client, vpc string) error {
	var out struct {
		ID string `xml:"internetGateway>internetGatewayId"`
	}
	if err := api.Query(ctx, "ec2", ec2Version, "CreateInternetGateway", nil, &out); err != nil {
		return err
	}
	return api.Query(ctx, "ec2", ec2Version, "AttachInternetGateway", url.Values{"InternetGatewayId": {out.ID}, "VpcId": {vpc}}, nil)
}

// makeSubnets makes as many as are asked for in each tier, one in each zone, all of one size.
func (c *Cloud) makeSubnets(ctx context.Context, vpc string, cidr netip.Prefix, asked spec.AdoptSubnets) (made spec.AdoptSubnets, err error) {
	zones, err := c.zones(ctx)
	if err != nil {
		return made, err
	}
	tiers := []struct {
		asked []string
		made  *[]string
	}{{asked.Public, &made.Public}, {asked.Data, &made.Data}, {asked.Blue, &made.Blue}, {asked.Green, &made.Green}}
	n := 0
	for _, tier := range tiers {
		n += len(tier.asked)
	}
	i := 0
	for _, tier := range tiers {
		if len(tier.asked) > len(zones) {
			return made, fmt.Errorf("%s has %d zones, and a tier has %d subnets", c.options.Region, len(zones), len(tier.asked))
		}
		for zone := range tier.asked {
			var out struct {
				ID string `xml:"subnet>subnetId"`
			}
			in := url.Values{"VpcId": {vpc}, "AvailabilityZone": {zones[zone]}, "CidrBlock": {part(cidr, i, n).String()}}
			if err := c.direct().Query(ctx, "ec2", ec2Version, "CreateSubnet", in, &out); err != nil {
				return made, err
			}
			*tier.made = append(*tier.made, out.ID)
			i++
		}
	}
	return made, nil
}

// part is one of n parts of a network, all of one size.
func part(cidr netip.Prefix, i, n int) netip.Prefix {
	length := cidr.Bits() + bits.Len(uint(n-1)) //nolint:gosec // not negative: there is a part at least
	a := cidr.Addr().As4()
	binary.BigEndian.PutUint32(a[:], binary.BigEndian.Uint32(a[:])+uint32(i)<<(32-length)) //nolint:gosec // within the network
	return netip.PrefixFrom(netip.AddrFrom4(a), length)
}

// zones are the names of the region's zones.
func (c *Cloud) zones(ctx context.Context) ([]string, error) {
	var out struct {
		Names []string `xml:"availabilityZoneInfo>item>zoneName"`
	}
	if err := c.direct().Query(ctx, "ec2", ec2Version, "DescribeAvailabilityZones", nil, &out); err != nil {
		return nil, fmt.Errorf("list the zones of %s: %w", c.options.Region, err)
	}
	return out.Names, nil
}
