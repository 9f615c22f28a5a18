package fleet

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"drover/generator/spec"
)

// The quick way to find what is wrong agrees with comparing every pair.
func TestWhatIsWrongIsExactlyWhatHasToGiveWay(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	block := func() string {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(random.IntN(4)), byte(random.IntN(4) << 6), 0}), 14+random.IntN(6)).Masked().String()
	}
	wrong := 0
	for round := range 400 {
		members := make([]Member, 2+random.IntN(6))
		for i := range members {
			c := &members[i].Cluster
			c.Metadata.Name = fmt.Sprintf("c%d", i)
			c.Spec.Network.CIDR, c.Spec.Network.Services = block(), block()
			if random.IntN(3) == 0 {
				c.Spec.Access.VPN = &spec.VPN{Clients: block()}
			}
			if random.IntN(3) == 0 {
				c.Spec.Network.Reserved = []spec.Reserved{{Name: fmt.Sprintf("c%d", random.IntN(4)), CIDR: block()}}
			}
		}
		var all []owned
		for _, g := range groupsOf(members) {
			all = append(all, g.ranges...)
		}
		want := map[string]bool{}
		for _, o := range all {
			for _, other := range all {
				if o.use != reserved && o.use != alikeServices && o.prefix.Overlaps(other.prefix) && wrongBeside(members, o, other) {
					want[fmt.Sprint(o.member, o.path)] = true
				}
			}
		}
		found := clashesIn(members)
		for _, c := range found {
			if !want[fmt.Sprint(c.wrong.member, c.wrong.path)] || !c.wrong.prefix.Overlaps(c.other.prefix) || !wrongBeside(members, c.wrong, c.other) {
				t.Fatalf("round %d: %+v is no clash, or was found twice", round, c)
			}
			delete(want, fmt.Sprint(c.wrong.member, c.wrong.path))
		}
		if len(want) > 0 {
			t.Fatalf("round %d: not found: %v", round, want)
		}
		wrong += len(found)
	}
	if wrong < 500 {
		t.Errorf("only %d clashes came up", wrong)
	}
}
