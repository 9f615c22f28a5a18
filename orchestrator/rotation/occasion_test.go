package rotation

import (
	"slices"
	"testing"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// Each phase asks the checks of its occasion, and a color without traffic those of verify: of requests that it does not
// get, nothing can be measured.
func TestWhatIsAskedHangsOnPhaseAndTraffic(t *testing.T) {
	t.Parallel()
	p := plan()
	p.Checks = []string{"always", "before", "during", "after"}
	p.When = map[string][]string{"before": {"verify"}, "during": {"shift", "soak"}, "after": {"soak"}}
	for name, c := range map[string]struct {
		phase   string
		weights color.Weights
		asked   []string
	}{
		"verify":                  {Verify, color.Only(color.Blue), []string{"always", "before"}},
		"shift without a record":  {Shift, color.Only(color.Blue), []string{"always", "before"}},
		"shift with weight zero":  {Shift, color.Shared(color.Green, 0), []string{"always", "before"}},
		"shift with some traffic": {Shift, color.Shared(color.Green, 10), []string{"always", "during"}},
		"shift with all traffic":  {Shift, color.Shared(color.Green, 100), []string{"always", "during", "after"}},
		"soak":                    {Soak, color.Shared(color.Green, 100), []string{"always", "during", "after"}},
		"the gate after it":       {ApproveDestroy, color.Shared(color.Green, 100), []string{"always", "during", "after"}},
		"drain":                   {Drain, color.Shared(color.Green, 100), []string{"always", "during", "after"}},
	} {
		s := journal.Fold([]journal.Event{{Kind: journal.Weights, Weights: c.weights}, {Kind: journal.RotationStarted, From: color.Blue, To: color.Green, Plan: &p}})
		v := view{State: s, Rotation: s.Rotation, plan: p, phase: c.phase}
		if got := v.checks(); !slices.Equal(got, c.asked) {
			t.Errorf("%s asks %v, want %v", name, got, c.asked)
		}
		if effect := v.ask().(Do).Effect; effect.During != Occasion(s, c.phase) {
			t.Errorf("%s: the effect is for %q", name, effect.During)
		}
	}
	if got := (journal.Plan{Checks: []string{"a", "b"}}).Asked("soak"); len(got) != 2 {
		t.Errorf("the plan of an earlier release asks %v, want all", got)
	}
}
