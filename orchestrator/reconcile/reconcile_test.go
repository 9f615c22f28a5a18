package reconcile

import (
	"strings"
	"testing"
)

// built is a cluster after its first build, as the journal has it and as it is.
func built() (Known, Seen) {
	k := Known{
		Cluster: "shop", Active: "blue", Foundation: true, Weights: map[string]int{"blue": 100}, Open: map[string]Intent{},
		Colors: map[string]Color{"blue": {Version: "1.33", Revision: "b1"}},
	}
	s := Seen{
		Roots:    map[string]Root{foundation: {Resources: 40}, "blue": {Resources: 30}, "green": {}, traffic: {Resources: 3}},
		Clusters: map[string]Cluster{"blue": {Name: "shop-blue", Exists: true, Version: "1.33", Revision: "b1"}, "green": {Name: "shop-green"}},
		Weights:  map[string]int{"blue": 100},
	}
	return k, s
}

// soaking has all traffic on green, with blue kept to go back to.
func soaking() (Known, Seen) {
	k, s := built()
	k.Active, k.Weights = "green", map[string]int{"blue": 0, "green": 100}
	k.Colors["green"] = Color{Version: "1.34", Revision: "g1", Rotation: "r1"}
	k.Rotation = &Rotation{ID: "r1", From: "blue", To: "green"}
	s.Roots["green"] = Root{Resources: 30}
	s.Clusters["green"] = Cluster{Name: "shop-green", Exists: true, Version: "1.34", Revision: "g1", Rotation: "r1"}
	s.Weights = map[string]int{"blue": 0, "green": 100}
	return k, s
}

func nothing() Seen {
	return Seen{
		Roots:    map[string]Root{foundation: {}, "blue": {}, "green": {}, traffic: {}},
		Clusters: map[string]Cluster{"blue": {Name: "shop-blue"}, "green": {Name: "shop-green"}}, Weights: map[string]int{},
	}
}

func TestWhatIsADisagreementAndWhatIsNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from   func() (Known, Seen)
		change func(*Known, *Seen)
		says   []string // one for each disagreement, in their order; none: they agree
	}{
		"a built cluster": {built, func(*Known, *Seen) {}, nil},
		"a soak":          {soaking, func(*Known, *Seen) {}, nil},
		"nothing at all":  {built, func(k *Known, s *Seen) { *k, *s = Known{Empty: true}, nothing() }, nil},

		"no journal": {built, func(k *Known, _ *Seen) { *k = Known{Empty: true} },
			[]string{"foundation holds", "blue holds", "traffic holds", "shop-blue exists at Kubernetes 1.33", "blue 100"}},
		"no journal and no states": {built, func(k *Known, s *Seen) { *k, s.Roots = Known{Empty: true}, nil }, []string{"shop-blue exists", "blue 100"}},
		"nothing but tags": {built, func(k *Known, s *Seen) {
			*k, *s = Known{Empty: true, Cluster: "shop"}, nothing()
			s.Tagged = []string{"a", "b", "c", "d", "e", "f"}
		}, []string{"6 resources in the account with the tag drover:cluster=shop (a, b, c, d, e, and 1 more)"}},

		"the active color's state is lost": {built, func(_ *Known, s *Seen) { s.Roots["blue"] = Root{} }, []string{"blue is active at Kubernetes 1.33, but the Terraform state of blue is empty"}},
		"the foundation's state is lost":   {built, func(_ *Known, s *Seen) { s.Roots[foundation] = Root{} }, []string{"foundation stands, but the Terraform state of foundation is empty"}},
		"the records' state is lost":       {built, func(_ *Known, s *Seen) { s.Roots[traffic] = Root{} }, []string{"DNS has blue 100, but the Terraform state of traffic is empty"}},
		"the active color's files are lost": {built, func(_ *Known, s *Seen) { s.Roots["blue"] = Root{NoFiles: true} },
			[]string{"the directory of blue is not there"}},
		"the active cluster is gone": {built, func(_ *Known, s *Seen) { s.Clusters["blue"] = Cluster{Name: "shop-blue"} }, []string{"blue is active at Kubernetes 1.33, but there is no cluster shop-blue"}},
		"an unknown green": {built, func(_ *Known, s *Seen) {
			s.Roots["green"], s.Clusters["green"] = Root{Resources: 1}, Cluster{Name: "shop-green", Exists: true}
		}, []string{"green was never built, or was destroyed, but the Terraform state of green holds 1 resource", "the cluster shop-green exists"}},
		"a blue that was built by another rotation": {built, func(_ *Known, s *Seen) {
			s.Clusters["blue"] = Cluster{Name: "shop-blue", Exists: true, Revision: "b9", Rotation: "r2"}
		}, []string{"blue was built from revision b1 by a first build, but the tags of shop-blue say revision b9 by rotation r2"}},
		"a cluster without tags": {built, func(_ *Known, s *Seen) { s.Clusters["blue"] = Cluster{Name: "shop-blue", Exists: true} }, nil},

		"weights that nobody intended": {built, func(_ *Known, s *Seen) { s.Weights = map[string]int{"blue": 50, "green": 50} }, []string{"have blue 50, green 50"}},
		"no weights":                   {built, func(_ *Known, s *Seen) { s.Weights = map[string]int{} }, []string{"have no weights"}},
		"weights that were not asked":  {built, func(_ *Known, s *Seen) { s.Weights = nil }, nil},
		"half of an intended write": {soaking, func(k *Known, s *Seen) {
			k.Unsure, s.Weights = []map[string]int{{"blue": 100, "green": 0}}, map[string]int{"blue": 100, "green": 100}
		}, nil},
		"neither before nor intended": {soaking, func(k *Known, s *Seen) {
			k.Unsure, s.Weights = []map[string]int{{"green": 100}}, map[string]int{"blue": 5, "green": 100}
		}, []string{"is on the way to green 100"}},
		"blue's record is about to go": {soaking, func(k *Known, s *Seen) {
			k.Unsure, s.Weights = []map[string]int{{"green": 100}}, map[string]int{"green": 100}
		}, nil},

		"blue is gone at the soak":    {soaking, func(_ *Known, s *Seen) { s.Clusters["blue"] = Cluster{Name: "shop-blue"} }, []string{"blue stands until rotation r1 destroys it, but there is no cluster"}},
		"blue's state is empty there": {soaking, func(_ *Known, s *Seen) { s.Roots["blue"] = Root{} }, []string{"blue stands until rotation r1"}},
		"blue is being destroyed":     {soaking, func(k *Known, s *Seen) { k.Open["blue"] = Destroy; s.Roots["blue"] = Root{} }, nil},
		"blue is back after its end":  {soaking, func(k *Known, _ *Seen) { delete(k.Colors, "blue") }, []string{"blue was never built, or was destroyed", "shop-blue exists"}},
		"green is built, perhaps":     {built, func(k *Known, s *Seen) { k.Open["green"] = Apply; s.Roots["green"] = Root{Resources: 1} }, nil},
		"green is not built, perhaps": {built, func(k *Known, _ *Seen) { k.Open["green"] = Apply }, nil},
		"an abandoned green is gone":  {built, func(k *Known, _ *Seen) { k.Colors["green"] = Color{} }, nil},
		"a foundation begun": {built, func(k *Known, s *Seen) {
			*k, *s = Known{Open: map[string]Intent{foundation: Apply}, Foundation: true}, nothing()
			s.Roots[foundation] = Root{Resources: 9}
		}, nil},
		"a foundation after its end": {built, func(k *Known, s *Seen) { *k, *s = Known{}, nothing(); s.Roots[foundation] = Root{Resources: 9} }, []string{"foundation was never built, or was destroyed"}},
		"records that are about to go": {built, func(k *Known, s *Seen) {
			k.Open[traffic] = Destroy
			s.Weights, s.Roots[traffic] = map[string]int{}, Root{}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, s := c.from()
			c.change(&k, &s)
			got := Compare(k, s)
			if len(got) != len(c.says) {
				t.Fatalf("got %d disagreements, want %d: %v", len(got), len(c.says), got)
			}
			for i, d := range got {
				if !strings.Contains(d.String(), c.says[i]) {
					t.Errorf("disagreement %d is %q, want %q in it", i, d, c.says[i])
				}
				if d.Do == "" {
					t.Errorf("%q does not say what to do", d)
				}
			}
		})
	}
}

func TestARollbackRestsOnTheOldColorAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*Seen)
		refused bool
	}{
		"green is gone":                  {func(s *Seen) { s.Clusters["green"], s.Roots["green"] = Cluster{Name: "shop-green"}, Root{} }, false},
		"weights set by hand":            {func(s *Seen) { s.Weights = map[string]int{"blue": 1, "green": 7} }, false},
		"the foundation cannot be found": {func(s *Seen) { s.Roots[foundation] = Root{} }, false},
		"no answer for clusters":         {func(s *Seen) { s.Clusters = nil }, false},
		"blue's record is gone":          {func(s *Seen) { s.Weights = map[string]int{"green": 100} }, true},
		"blue is gone":                   {func(s *Seen) { s.Clusters["blue"] = Cluster{Name: "shop-blue"} }, true},
		"the records' state is lost":     {func(s *Seen) { s.Roots[traffic] = Root{} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, s := soaking()
			c.change(&s)
			if got := Compare(k, s.ToRollBack("blue")); (len(got) > 0) != c.refused {
				t.Errorf("got %v, want a refusal: %v", got, c.refused)
			}
		})
	}
}
