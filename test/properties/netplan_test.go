package properties

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"drover/generator/netplan"
)

// networks draws a network that can be planned.
func networks(t *rapid.T) netip.Prefix {
	return prefix(t, "network", 8, netplan.Smallest)
}

func prefix(t *rapid.T, label string, shortest, longest int) netip.Prefix {
	a := rapid.Uint32().Draw(t, label+" address")
	bits := rapid.IntRange(shortest, longest).Draw(t, label+" length")
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), bits).Masked()
}

func subnets(p netplan.Plan) []netip.Prefix {
	var all []netip.Prefix
	for _, z := range p.Zones {
		all = append(all, z.Public, z.Data, z.Blue, z.Green)
	}
	return all
}

func layout(t *rapid.T, network netip.Prefix, zones int) netplan.Plan {
	plan, err := netplan.Layout(network, zones)
	if err != nil {
		t.Fatalf("planning %s for %d zones: %v", network, zones, err)
	}
	return plan
}

func TestEverySubnetLiesInTheNetworkAndOverlapsNoOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		network := networks(t)
		zones := rapid.IntRange(1, netplan.MaxZones).Draw(t, "zones")
		plan := layout(t, network, zones)
		all := append(subnets(plan), plan.Growth())
		if len(all) != 4*zones+1 {
			t.Fatalf("%d zones have %d subnets", zones, len(all)-1)
		}
		for i, a := range all {
			if a != a.Masked() || a.Bits() < network.Bits() || !network.Overlaps(a) {
				t.Errorf("%s is not a range of %s", a, network)
			}
			for _, b := range all[:i] {
				if a.Overlaps(b) {
					t.Errorf("%s and %s overlap", a, b)
				}
			}
		}
	})
}

func TestFirewallsLieInTheRoomToGrowAndMoveNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plain := layout(t, networks(t), rapid.IntRange(1, netplan.MaxZones).Draw(t, "zones"))
		plan := plain.WithFirewall()
		if before, after := subnets(plain), subnets(plan); !slices.Equal(before, after) {
			t.Fatalf("firewalls move subnets: %v, %v", before, after)
		}
		all := []netip.Prefix{plan.Growth()}
		for _, z := range plan.Zones {
			all = append(all, z.Firewall, z.NAT)
		}
		for i, a := range all {
			if a != a.Masked() || a.Bits() > 28 || a.Bits() < plain.Growth().Bits() || !plain.Growth().Overlaps(a) {
				t.Errorf("%s is not a range of at least /28 in the room %s", a, plain.Growth())
			}
			if slices.ContainsFunc(all[:i], a.Overlaps) {
				t.Errorf("%s overlaps another of %v", a, all)
			}
		}
	})
}

func TestAFurtherZoneMovesNoSubnet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		network := networks(t)
		zones := rapid.IntRange(1, netplan.MaxZones-1).Draw(t, "zones")
		few, more := subnets(layout(t, network, zones)), subnets(layout(t, network, zones+1))
		for i, before := range few {
			if more[i] != before {
				t.Errorf("a further zone moves %s to %s", before, more[i])
			}
		}
	})
}

func TestEachColorKeepsToItsHalf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		network := networks(t)
		blue, green := netplan.Halves(network)
		for _, z := range layout(t, network, rapid.IntRange(1, netplan.MaxZones).Draw(t, "zones")).Zones {
			if !blue.Overlaps(z.Blue) || !green.Overlaps(z.Green) {
				t.Errorf("the colors of %s are %s in %s and %s in %s", network, z.Blue, blue, z.Green, green)
			}
		}
	})
}

func TestANetworkThatCannotBePlannedIsAnError(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		network := prefix(t, "network", netplan.Smallest+1, 32)
		if plan, err := netplan.Layout(network, 3); err == nil {
			t.Errorf("%s was planned: %v", network, plan)
		}
	})
}

// Conflicts walks the ranges once; here it is held against the plain comparison of every pair.
func TestConflictsFindsEveryPairThatOverlaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var ranges []netplan.Range
		for range rapid.IntRange(0, 12).Draw(t, "ranges") {
			// Few addresses, so that ranges meet.
			p := prefix(t, "range", 4, 8)
			ranges = append(ranges, netplan.Range{Prefix: p})
		}
		want := 0
		for i, a := range ranges {
			for _, b := range ranges[:i] {
				if a.Prefix.Overlaps(b.Prefix) {
					want++
				}
			}
		}
		found := netplan.Conflicts(ranges)
		for _, conflict := range found {
			if !conflict.A.Prefix.Overlaps(conflict.B.Prefix) {
				t.Errorf("%s and %s do not overlap", conflict.A.Prefix, conflict.B.Prefix)
			}
		}
		if len(found) != want {
			t.Errorf("%d conflicts were found, there are %d", len(found), want)
		}
	})
}

// NextFree is held against a search block by block.
func TestNextFreeIsTheLowestFreeBlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		within := netip.MustParsePrefix("10.0.0.0/16")
		bits := rapid.IntRange(16, 22).Draw(t, "length")
		var used []netip.Prefix
		for range rapid.IntRange(0, 8).Draw(t, "used ranges") {
			third := rapid.IntRange(0, 255).Draw(t, "block")
			length := rapid.IntRange(17, 24).Draw(t, "used length")
			used = append(used, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(third), 0}), length).Masked())
		}
		want, wantFound := firstFree(within, bits, used)
		got, found := netplan.NextFree(within, bits, used)
		if found != wantFound || got != want {
			t.Errorf("the next free /%d is %s (%t), the search finds %s (%t)", bits, got, found, want, wantFound)
		}
	})
}

func firstFree(within netip.Prefix, bits int, used []netip.Prefix) (netip.Prefix, bool) {
	start := within.Addr().As4()
	for block := range 1 << (bits - within.Bits()) {
		offset := block << (32 - bits)
		candidate := netip.PrefixFrom(netip.AddrFrom4([4]byte{start[0], start[1], byte(offset >> 8), byte(offset)}), bits)
		free := true
		for _, u := range used {
			free = free && !u.Overlaps(candidate)
		}
		if free {
			return candidate, true
		}
	}
	return netip.Prefix{}, false
}
