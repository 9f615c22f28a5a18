package netplan

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func prefix(t *testing.T, text string) netip.Prefix {
	t.Helper()
	p, err := netip.ParsePrefix(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheLayoutOfA16(t *testing.T) {
	t.Parallel()
	p, err := Layout(prefix(t, "10.20.0.0/16"), 3)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"10.20.96.0/23 10.20.112.0/23 10.20.0.0/20 10.20.128.0/20",
		"10.20.98.0/23 10.20.114.0/23 10.20.16.0/20 10.20.144.0/20",
		"10.20.100.0/23 10.20.116.0/23 10.20.32.0/20 10.20.160.0/20",
	}
	for i, z := range p.Zones {
		if got := join(subnets(z)); got != want[i] {
			t.Errorf("zone %d has %s, want %s", i, got, want[i])
		}
	}
	if got := p.Growth().String(); got != "10.20.224.0/19" || len(p.Zones) != 3 {
		t.Errorf("%d zones and room to grow in %s, want 3 and 10.20.224.0/19", len(p.Zones), got)
	}
	f := p.WithFirewall()
	if got := join([]netip.Prefix{f.Zones[2].Firewall, f.Zones[2].NAT, f.Growth()}); got != "10.20.242.0/24 10.20.250.0/24 10.20.224.0/20" {
		t.Errorf("the third zone's firewall, its NAT gateway, and the room to grow have %s", got)
	}
	if got := join([]netip.Prefix{p.WithTransit().Zones[2].Transit, p.WithTransit().Growth(), f.WithTransit().Growth()}); got != "10.20.226.0/24 10.20.240.0/20 10.20.232.0/21" {
		t.Errorf("the third zone's transit gateway, and the room to grow beside it and beside firewalls, have %s", got)
	}
	withPods, err := f.WithPods(prefix(t, "100.64.0.0/16"))
	if err != nil {
		t.Fatal(err)
	}
	if got := join([]netip.Prefix{withPods.Zones[2].BluePods, withPods.Zones[2].GreenPods}); got != "100.64.32.0/20 100.64.160.0/20" {
		t.Errorf("the third zone's pods have %s", got)
	}
}

func TestARangeForPodsThatCannotBePlannedIsRefused(t *testing.T) {
	t.Parallel()
	p, err := Layout(prefix(t, "10.20.0.0/16"), 3)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"10.20.128.0/20": "overlaps the network", "100.64.0.0/25": "take a /24 or larger", "fd00::/16": "not a range of IPv4 addresses", "100.64.1.0/16": "not a range",
	} {
		if _, err := p.WithPods(netip.MustParsePrefix(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("planning %s for pods: %v, want an error with %q", text, err, want)
		}
	}
}

// Over random networks: neither a transit gateway nor a range for pods moves
// what was there before, whatever comes first, and a further zone moves none of theirs.
func TestTransitAndPodsMoveNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		cidr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(random.Uint32()), byte(random.Uint32()), 0}), 8+random.IntN(13)).Masked()
		pods := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64 + byte(random.IntN(64)), byte(random.Uint32()), 0}), 16+random.IntN(9)).Masked()
		plan := func(zones int) Plan {
			p, err := Layout(cidr, zones)
			if err != nil {
				t.Fatal(err)
			}
			if p, err = p.WithTransit().WithPods(pods); err != nil {
				t.Fatal(err)
			}
			return p.WithFirewall()
		}
		full := plan(MaxZones)
		bare, err := Layout(cidr, MaxZones)
		if err != nil {
			t.Fatal(err)
		}
		if other, err := bare.WithFirewall().WithTransit().WithPods(pods); err != nil || !slices.Equal(other.Zones, full.Zones) || other.Growth() != full.Growth() {
			t.Fatalf("%s: the order in which a plan grows matters (%v):\n%v\n%v", cidr, err, other.Zones, full.Zones)
		}
		all, allPods := []netip.Prefix{full.Growth()}, []netip.Prefix{}
		for i, z := range full.Zones {
			if !slices.Equal(plan(i+1).Zones, full.Zones[:i+1]) {
				t.Fatalf("%s: adding a zone to %d moves a subnet", cidr, i+1)
			}
			if !slices.Equal(subnets(z), subnets(bare.Zones[i])) {
				t.Fatalf("%s: a subnet of zone %d moved", cidr, i)
			}
			all = append(append(all, subnets(z)...), z.Firewall, z.NAT, z.Transit)
			allPods = append(allPods, z.BluePods, z.GreenPods)
		}
		check(t, cidr, all, 28)
		check(t, pods, allPods, 28)
	}
}

func TestWhatCannotBePlannedIsRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		cidr  netip.Prefix
		zones int
		want  string
	}{
		{netip.Prefix{}, 3, "not a range of IPv4 addresses"},
		{netip.MustParsePrefix("fd00::/16"), 3, "not a range of IPv4 addresses"},
		{netip.MustParsePrefix("10.20.1.0/16"), 3, "write 10.20.0.0/16"},
		{netip.MustParsePrefix("10.20.0.0/21"), 3, "take a /20 or larger"},
		{netip.MustParsePrefix("10.20.0.0/16"), 0, "0 zones"},
		{netip.MustParsePrefix("10.20.0.0/16"), 7, "7 zones"},
	} {
		if _, err := Layout(row.cidr, row.zones); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("planning %s for %d zones: %v, want an error with %q", row.cidr, row.zones, err, row.want)
		}
	}
}

// Over random networks: subnets are inside, apart, large enough, and stay
// where they are when a zone is added.
func TestPlansHoldTogetherAndStayWhereTheyAre(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		cidr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(random.Uint32()), byte(random.Uint32()), 0}), 8+random.IntN(13)).Masked()
		full, err := Layout(cidr, MaxZones)
		if err != nil {
			t.Fatal(err)
		}
		all := []netip.Prefix{full.Growth()}
		for zones := 1; zones <= MaxZones; zones++ {
			p, err := Layout(cidr, zones)
			if err != nil {
				t.Fatal(err)
			}
			if fewer, more := p.WithFirewall(), full.WithFirewall(); !slices.Equal(fewer.Zones, more.Zones[:zones]) {
				t.Fatalf("%s: adding a zone to %d moves a firewall:\n%v\n%v", cidr, zones, fewer.Zones, more.Zones)
			}
			if !slices.Equal(p.Zones, full.Zones[:zones]) {
				t.Fatalf("%s: adding a zone to %d moves a subnet:\n%v\n%v", cidr, zones, p.Zones, full.Zones)
			}
			all = append(all, subnets(full.Zones[zones-1])...)
		}
		check(t, cidr, all, 27)

		firewalled := full.WithFirewall()
		if firewalled.Growth() == full.Growth() || !full.Growth().Overlaps(firewalled.Growth()) {
			t.Fatalf("%s: firewalls leave %s of the room %s", cidr, firewalled.Growth(), full.Growth())
		}
		all[0] = firewalled.Growth()
		for i, z := range firewalled.Zones {
			if !slices.Equal(subnets(z), subnets(full.Zones[i])) || !full.Growth().Overlaps(z.Firewall) || !full.Growth().Overlaps(z.NAT) {
				t.Fatalf("%s: firewalls move a subnet of zone %d, or do not lie in %s: %v", cidr, i, full.Growth(), z)
			}
			all = append(all, z.Firewall, z.NAT)
		}
		check(t, cidr, all, 28)
	}
}

// check holds subnets to lie in the network, apart, and not to be smaller than smallest.
func check(t *testing.T, cidr netip.Prefix, all []netip.Prefix, smallest int) {
	t.Helper()
	for i, a := range all {
		if a != a.Masked() || a.Bits() > smallest || !cidr.Contains(a.Addr()) || a.Bits() < cidr.Bits() {
			t.Fatalf("%s: the subnet %s is not in the network, not canonical, or smaller than /%d", cidr, a, smallest)
		}
		if slices.ContainsFunc(all[:i], a.Overlaps) {
			t.Fatalf("%s: the subnet %s overlaps another: %v", cidr, a, all)
		}
	}
}

func TestServicesAreHalvedForTheColors(t *testing.T) {
	t.Parallel()
	blue, green := Halves(prefix(t, "172.20.0.0/16"))
	if blue.String() != "172.20.0.0/17" || green.String() != "172.20.128.0/17" {
		t.Errorf("halves are %s and %s", blue, green)
	}
	blue, green = Halves(prefix(t, "0.0.0.0/0"))
	if blue.String() != "0.0.0.0/1" || green.String() != "128.0.0.0/1" {
		t.Errorf("halves of everything are %s and %s", blue, green)
	}
}

// The quick way to find overlaps agrees with comparing every pair.
func TestConflictsAreExactlyTheOverlappingPairs(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 300 {
		ranges := make([]Range, random.IntN(25))
		for i := range ranges {
			p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(random.IntN(4)), byte(random.Uint32()), 0}), 12+random.IntN(13))
			ranges[i] = Range{Prefix: p.Masked(), Owner: string(rune('a' + i))}
		}
		want := 0
		for i := range ranges {
			for j := range i {
				if ranges[i].Prefix.Overlaps(ranges[j].Prefix) {
					want++
				}
			}
		}
		found := Conflicts(ranges)
		seen := map[string]bool{}
		for _, c := range found {
			owners := []string{c.A.Owner, c.B.Owner}
			slices.Sort(owners)
			if !c.A.Prefix.Overlaps(c.B.Prefix) || seen[join(owners)] {
				t.Fatalf("round %d: %v is no conflict, or was found twice", round, c)
			}
			seen[join(owners)] = true
		}
		if len(found) != want {
			t.Fatalf("round %d: found %d conflicts, want %d in %v", round, len(found), want, ranges)
		}
	}
}

func TestTheNextFreeBlockIsTheLowestThatFits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		within string
		bits   int
		used   []string
		want   string
	}{
		{"10.0.0.0/8", 16, nil, "10.0.0.0/16"},
		{"10.0.0.0/8", 16, []string{"10.0.0.0/16", "10.1.0.0/24", "10.3.0.0/16"}, "10.2.0.0/16"},
		{"10.0.0.0/8", 16, []string{"10.0.0.0/10"}, "10.64.0.0/16"},
		{"10.0.0.0/8", 16, []string{"192.168.0.0/16", "10.0.255.0/24"}, "10.1.0.0/16"},
		{"10.0.0.0/15", 16, []string{"10.0.0.0/16", "10.1.255.255/32"}, ""},
		{"10.0.0.0/8", 16, []string{"0.0.0.0/0"}, ""},
		{"255.0.0.0/8", 16, []string{"255.0.0.0/9", "255.128.0.0/9"}, ""},
		{"10.0.0.0/16", 8, nil, ""},
	} {
		var used []netip.Prefix
		for _, u := range row.used {
			used = append(used, prefix(t, u))
		}
		free, ok := NextFree(prefix(t, row.within), row.bits, used)
		if got := free.String(); ok != (row.want != "") || ok && got != row.want {
			t.Errorf("the next free /%d in %s beside %v is %s (%v), want %q", row.bits, row.within, row.used, got, ok, row.want)
		}
	}
}

func subnets(z Zone) []netip.Prefix {
	return []netip.Prefix{z.Public, z.Data, z.Blue, z.Green}
}

func join[T any](items []T) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = text(item)
	}
	return strings.Join(texts, " ")
}

func text(item any) string {
	if p, ok := item.(netip.Prefix); ok {
		return p.String()
	}
	return item.(string)
}
