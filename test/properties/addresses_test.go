package properties

import (
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"drover/generator"
	"drover/generator/spec"
)

// planned is the address plan of a valid spec with so many zones and pools.
func planned(t *rapid.T, cidr netip.Prefix, mode string, zones, pools int) generator.Addresses {
	text := fmt.Sprintf("apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: random}\nspec:\n  platform: aws\n  region: us-east-1\n"+
		"  network: {cidr: %s, zones: %d, egress: {mode: %s%s}}\n  ingress: {domain: random.example.com}\n  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}\n  nodePools:\n",
		cidr, zones, mode, map[string]string{"restricted": ", allow: [.example.com]"}[mode])
	for i := range pools {
		text += fmt.Sprintf("    - {name: pool-%d, min: 3, max: 9}\n", i)
	}
	c, diagnostics := spec.Parse("cluster.yaml", []byte(text))
	if diagnostics.HasErrors() {
		t.Fatalf("the spec is not valid: %s\n%s", diagnostics.Error(), text)
	}
	addresses, err := generator.AddressesOf(c)
	if err != nil {
		t.Fatalf("planning %s: %v", cidr, err)
	}
	return addresses
}

// What a valid spec plans lies in its network and overlaps nothing; a further pool moves no range of it, and neither does
// a further zone, as Terraform would have to replace what stands there.
func TestAFurtherPoolOrZoneOfAValidSpecMovesNoRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(16, 20).Draw(t, "bits")
		cidr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 255).Draw(t, "second")), byte(rapid.IntRange(0, 255).Draw(t, "third")), 0}), bits).Masked()
		mode := rapid.SampledFrom([]string{"open", "restricted"}).Draw(t, "egress")
		zones, pools := rapid.IntRange(2, 5).Draw(t, "zones"), rapid.IntRange(1, 5).Draw(t, "pools")
		before := planned(t, cidr, mode, zones, pools)
		if more := planned(t, cidr, mode, zones, pools+1); !reflect.DeepEqual(more, before) {
			t.Errorf("a further pool changes the plan %+v to %+v", before, more)
		}
		few, more := ranges(before), ranges(planned(t, cidr, mode, zones+1, pools))
		for i, a := range few {
			if more[i] != a {
				t.Errorf("a further zone moves %s: %v became %v", a, few, more)
			}
			if !cidr.Contains(a.Addr()) || a.Bits() < cidr.Bits() {
				t.Errorf("%s is not in %s", a, cidr)
			}
			for _, b := range few[:i] {
				if a.Overlaps(b) {
					t.Errorf("%s overlaps %s", a, b)
				}
			}
		}
	})
}

// ranges are all subnets of a plan, in the order of its zones.
func ranges(a generator.Addresses) []netip.Prefix {
	var all []netip.Prefix
	for _, z := range a.Zones {
		for _, p := range []netip.Prefix{z.Public, z.Data, z.Blue, z.Green, z.Firewall, z.NAT} {
			if p.IsValid() {
				all = append(all, p)
			}
		}
	}
	return all
}
