package netplan

import (
	"net/netip"
	"slices"
)

// Space is the addresses that are in use, and hands out more.
type Space struct {
	used []netip.Prefix // in the order of their addresses
}

// NewSpace is a space in which the ranges in used are taken; they may overlap.
func NewSpace(used []netip.Prefix) *Space {
	s := &Space{used: make([]netip.Prefix, 0, len(used))}
	for _, u := range used {
		if u.Addr().Is4() {
			s.used = append(s.used, u.Masked())
		}
	}
	slices.SortFunc(s.used, byAddress)
	return s
}

func byAddress(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) }

// Take gives the next free block as large as like, and takes it: behind like
// itself in within if there is one, else the lowest in within. It is false if
// there is none.
func (s *Space) Take(within, like netip.Prefix) (netip.Prefix, bool) {
	if !within.Addr().Is4() {
		return netip.Prefix{}, false
	}
	start := within.Masked().Addr()
	block, ok := netip.Prefix{}, false
	if within.Contains(like.Addr()) {
		block, ok = s.free(within, like.Bits(), like.Masked().Addr())
	}
	if !ok {
		block, ok = s.free(within, like.Bits(), start)
	}
	if ok {
		at, _ := slices.BinarySearchFunc(s.used, block, byAddress)
		s.used = slices.Insert(s.used, at, block)
	}
	return block, ok
}

// free gives the lowest block of a prefix length in within, from an address
// that such a block begins at, that overlaps nothing in use.
func (s *Space) free(within netip.Prefix, bits int, from netip.Addr) (netip.Prefix, bool) {
	if bits < within.Bits() || bits > 32 {
		return netip.Prefix{}, false
	}
	size := uint64(1) << (32 - bits)
	at := number(from)
	end := number(within.Masked().Addr()) + uint64(1)<<(32-within.Bits())
	for _, u := range s.used {
		low := number(u.Addr())
		high := low + uint64(1)<<(32-u.Bits())
		if low >= at+size {
			break
		}
		if high > at {
			at = (high + size - 1) / size * size
		}
	}
	if at+size > end {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address(at), bits), true
}
