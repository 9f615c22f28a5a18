package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"drover/orchestrator/platform"
)

// family is the instance types that share two quotas of virtual processors, by the letters that a type begins with.
type family struct {
	name           string
	letters        []string
	onDemand, spot string // codes; empty: there is no such quota
}

// families are from https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
// and https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html.
var families = []family{
	{"Standard (A, C, D, H, I, M, R, T, Z)", []string{"a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"}, "L-1216C47A", "L-34B43A08"},
	{"DL", []string{"dl"}, "L-6E869C2A", "L-85EED4F7"},
	{"F", []string{"f"}, "L-74FC7D96", "L-88CF9481"},
	{"G and VT", []string{"g", "gr", "vt"}, "L-DB2E81BA", "L-3819A6DF"},
	{"HPC", []string{"hpc"}, "L-F7808C92", ""},
	{"High Memory", []string{"u"}, "L-43DA4232", ""},
	{"Inf", []string{"inf"}, "L-1945791B", "L-B5D1601B"},
	{"P", []string{"p"}, "L-417A185B", "L-7212CCBC"},
	{"Trn", []string{"trn"}, "L-2C3B7624", "L-6B0D517C"},
	{"X", []string{"x"}, "L-7295265B", "L-E3A00192"},
}

// of is true for an instance type of the family.
func (f family) of(kind string) bool {
	return slices.Contains(f.letters, kind[:max(0, strings.IndexFunc(kind, func(r rune) bool { return r < 'a' || r > 'z' }))])
}

// processorLimits are the rows of families: one for machines on demand, one for spot.
func processorLimits() []limit {
	var rows []limit
	for _, f := range families {
		for _, spot := range []bool{false, true} {
			what, code := "vCPUs of running on-demand "+f.name+" instances", f.onDemand
			if spot {
				what, code = "vCPUs of "+f.name+" spot instances", f.spot
			}
			if code != "" {
				rows = append(rows, limit{what, "ec2", code, familyNeeds(f, spot), familyUses(f, spot)})
			}
		}
	}
	return rows
}

// familyNeeds reads pools that are counted in processors already: see scaled.
func familyNeeds(f family, spot bool) func(platform.Need) (int, int) {
	return func(n platform.Need) (needed, most int) {
		for _, p := range n.Pools {
			if p.Spot == spot && slices.ContainsFunc(p.Types, f.of) {
				needed, most = needed+p.Min, most+p.Max
			}
		}
		return needed, most * max(n.Colors, 1)
	}
}

// familyUses counts what runs. Open requests for spot instances, which count too, start within minutes or not at all.
func familyUses(f family, spot bool) func(context.Context, *asking) (int, error) {
	return func(_ context.Context, a *asking) (int, error) {
		if a.failed != nil {
			return 0, a.failed
		}
		used := 0
		for _, m := range a.machines {
			if f.of(m.Type) && (m.Spot == "spot") == spot {
				used += a.processors[m.Type]
			}
		}
		return used, nil
	}
}

// scaled is the need with pools in the unit of a limit: nodes, or for families of machines processors. A pool takes as
// many as it would by its largest type of the family, which is the one that a quota has to let it start.
func (a *asking) scaled(l limit) platform.Need {
	i := slices.IndexFunc(families, func(f family) bool { return l.code == f.onDemand || l.code == f.spot })
	if i < 0 {
		return a.need
	}
	n := a.need
	n.Pools = slices.Clone(n.Pools)
	for at, p := range n.Pools {
		each := 1 // where the number is not known, the quota is told as unknown
		for _, kind := range p.Types {
			if families[i].of(kind) {
				each = max(each, a.processors[kind])
			}
		}
		n.Pools[at].Min, n.Pools[at].Max = p.Min*each, p.Max*each
	}
	return n
}

// learnMachines asks which machines run, and how many processors each type has.
func (a *asking) learnMachines(ctx context.Context) error {
	var err error
	if a.machines, err = a.ec2.running(ctx); err != nil {
		return err
	}
	kinds := map[string]bool{}
	for _, m := range a.machines {
		kinds[m.Type] = true
	}
	for _, p := range a.need.Pools {
		for _, kind := range p.Types {
			kinds[kind] = true
		}
	}
	if a.processors, err = a.ec2.processors(ctx, slices.Sorted(maps.Keys(kinds))); err != nil {
		return err
	}
	for kind := range kinds {
		if a.processors[kind] == 0 {
			return fmt.Errorf("asking EC2 for instance types: the answer does not say how many vCPUs %s has", kind)
		}
	}
	return nil
}

// unknownFamilies are the machines of pools that no quota above is of.
func (a *asking) unknownFamilies() []platform.Shortage {
	var unknown []platform.Shortage
	for _, p := range a.need.Pools {
		for _, kind := range p.Types {
			covered := slices.ContainsFunc(families, func(f family) bool { return f.of(kind) && (!p.Spot || f.spot != "") })
			if !covered {
				unknown = append(unknown, platform.Shortage{What: "vCPUs of " + kind + " in pool " + p.Pool, Needed: p.Min, Most: p.Max,
					Unknown: "this drover does not know which quota limits it"})
			}
		}
	}
	return unknown
}
