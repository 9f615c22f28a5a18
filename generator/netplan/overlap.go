package netplan

import (
	"cmp"
	"net/netip"
	"slices"
)

// Range is a range of IPv4 addresses and who uses it, in the words of the caller.
type Range struct {
	Prefix netip.Prefix
	Owner  string
}

// Conflict is two ranges that share addresses.
type Conflict struct{ A, B Range }

// Conflicts gives every pair of ranges that overlap, each once, in the order
// of their addresses. It takes n log n steps for n ranges, and one more for
// each conflict.
func Conflicts(ranges []Range) []Conflict {
	ordered := slices.Clone(ranges)
	slices.SortStableFunc(ordered, func(a, b Range) int {
		return cmp.Or(a.Prefix.Addr().Compare(b.Prefix.Addr()), cmp.Compare(a.Prefix.Bits(), b.Prefix.Bits()))
	})
	var found []Conflict
	var open []Range // the ranges around the present one, each inside the one before
	for _, r := range ordered {
		// Two prefixes are nested or apart: whatever does not hold r is behind it.
		for len(open) > 0 && !open[len(open)-1].Prefix.Overlaps(r.Prefix) {
			open = open[:len(open)-1]
		}
		for _, outer := range open {
			found = append(found, Conflict{A: outer, B: r})
		}
		open = append(open, r)
	}
	return found
}

// NextFree gives the lowest block of the asked prefix length in within that
// overlaps nothing in used, and false if there is none.
func NextFree(within netip.Prefix, bits int, used []netip.Prefix) (netip.Prefix, bool) {
	if !within.Addr().Is4() {
		return netip.Prefix{}, false
	}
	return NewSpace(used).free(within, bits, within.Masked().Addr())
}
