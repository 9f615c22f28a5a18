package spec

import (
	"net/netip"
	"reflect"
	"testing"
	"testing/quick"
)

// Every field that may not be left out has an example to show when it is.
func TestEveryRequiredFieldHasAnExample(t *testing.T) {
	t.Parallel()
	seen := 0
	var walk func(of reflect.Type, path string)
	walk = func(of reflect.Type, path string) {
		switch of.Kind() {
		case reflect.Pointer:
			walk(of.Elem(), path)
		case reflect.Slice:
			walk(of.Elem(), path+"[]")
		case reflect.Struct:
			fields := fieldsOf(of)
			for _, name := range fields.required {
				seen++
				if _, ok := examples[join(path, name)]; !ok {
					t.Errorf("%s is required and has no example", join(path, name))
				}
			}
			for name, i := range fields.byName {
				walk(of.Field(i).Type, join(path, name))
			}
		}
	}
	walk(reflect.TypeFor[Cluster](), "")
	if seen < 30 {
		t.Errorf("only %d required fields were found", seen)
	}
}

func TestASuggestedBlockIsFreeAndPrivate(t *testing.T) {
	t.Parallel()
	holds := func(like uint32, bits uint8, used [6]uint32, lengths [6]uint8) bool {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(like >> 16), byte(like >> 8), 0}), 16+int(bits%9)).Masked()
		var taken []netip.Prefix
		for i, u := range used {
			taken = append(taken, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(u >> 16), byte(u >> 8), 0}), 9+int(lengths[i]%12)).Masked())
		}
		free, ok := freeBlock(p, private[:3], taken)
		return !ok || (free.Bits() == p.Bits() && IsPrivate(free) && !overlapsAny(free, taken) && free == free.Masked())
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
}

func TestASuggestedBlockIsTheNextOneOfTheSameRangeOrTheFirstOne(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ like, used, want string }{
		{"10.40.0.0/16", "10.40.0.0/16", "10.41.0.0/16"},
		{"10.255.0.0/16", "10.255.0.0/16", "10.0.0.0/16"},
		{"172.20.0.0/16", "172.20.0.0/15", "172.22.0.0/16"},
		{"172.31.0.0/16", "172.31.0.0/16", "10.0.0.0/16"},
		{"10.40.0.0/16", "10.0.0.0/8", "172.16.0.0/16"},
		{"100.64.0.0/16", "100.64.0.0/10", "10.0.0.0/16"},
	} {
		free, ok := freeBlock(netip.MustParsePrefix(row.like), private[:3], []netip.Prefix{netip.MustParsePrefix(row.used)})
		if !ok || free.String() != row.want {
			t.Errorf("with %s in use, %s is suggested for %s; want %s", row.used, free, row.like, row.want)
		}
	}
}

func TestNearMissesAreFound(t *testing.T) {
	t.Parallel()
	known := []string{"region", "nodePools", "cert-manager", "per-zone"}
	for name, want := range map[string]string{
		"regoin": "region", "node_pools": "nodePools", "certmanager": "cert-manager", "Per-Zone": "per-zone", "colorful": "", "x": "", "": "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEveryPatternCompiles(t *testing.T) {
	t.Parallel()
	for _, p := range patterns {
		p.get() // panics if it is wrong
	}
	if len(patterns) < 40 {
		t.Errorf("there are only %d patterns", len(patterns))
	}
}
