package fault

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var phases = []string{"build", "verify", "shift"}

func TestAFaultIsReadWithItsTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aws-hangs":               "aws-hangs at once",
		"aws-hangs@shift":         "aws-hangs when shift begins",
		"aws-throttled:eks@90s":   "aws-throttled (eks) after 1m30s",
		"state-upload-fails@0.5s": "state-upload-fails (s3) after 500ms",
	} {
		got, err := Parse(text, phases, nil)
		if err != nil || got.String() != want {
			t.Errorf("%s is %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestWhatIsUnknownIsSuggested(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"aws-hang":            "did you mean aws-hangs?",
		"dns-stail":           "did you mean dns-stale?",
		"aws-hangs@shfit":     "did you mean shift?",
		"aws-hangs@-3s":       "write a phase, a time",
		"aws-hangs@":          "write a phase, a time",
		"nothing-of-the-kind": "--list-faults",
		"green-500:eks":       "only faults of every AWS API",
		"aws-hangs:":          "only faults of every AWS API",
	} {
		if _, err := Parse(text, phases, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestRandomIsDecidedByTheSeed(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) string {
		rng := rand.New(rand.NewPCG(seed, 0))
		a, err := Parse("random@random", phases, rng)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse("green-slow@random", phases, rng)
		if err != nil {
			t.Fatal(err)
		}
		if b.Phase == "" || b.After > longestRandom {
			t.Errorf("at random is %+v, want a phase and at most %s", b, longestRandom)
		}
		return a.String() + b.String()
	}
	first, again := draw(7), draw(7)
	if first != again {
		t.Error("the same seed decides differently")
	}
	different := map[string]bool{}
	for seed := range uint64(20) {
		different[draw(seed)] = true
	}
	if len(different) < 15 {
		t.Errorf("20 seeds decide %d different things", len(different))
	}
}

func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range All {
		if f.Name == "" || f.Does == "" || f.Place == "" || seen[f.Name] || strings.ContainsAny(f.Name, ":@ ") {
			t.Errorf("%+v is not whole, or there twice", f)
		}
		seen[f.Name] = true
		if (f.Place == Process) != (f.Kills != "") || (f.Place == Planes) != (f.Silent != "") || (f.Place == AWS) != (f.API.Does != "") || (f.Place == Process) != (f.Lasts == 0) || f.Lasts > 5*time.Minute {
			t.Errorf("%s: its settings are not those of its place", f.Name)
		}
	}
}
