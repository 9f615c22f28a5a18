package platformtest

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"drover/orchestrator/platform"
)

// Weights are weights by color.
type Weights = map[string]int

// Seed is what a zone holds when a behavior is tested.
type Seed struct {
	// Private is true for a zone that answers only inside private networks.
	Private bool
	// Records are the weights of the records of the domain; nil makes none.
	Records Weights
	// Management are the weights of the records of one management domain; nil makes none.
	Management Weights
}

// Zone is a zone of a platform's account, made for one test. Everything but Weigher goes past the code under test.
type Zone struct {
	Weigher platform.Weigher
	// ID and Domain are those of platform.Change; Management is its management domain, also if it has no records.
	ID, Domain, Management string
	// Read returns the weights of every record of the domain and of the management domain, by a name of the record.
	Read func(t *testing.T) map[string]Weights
	// Rest returns all else that the zone holds, and of the records all but the weights, as a text.
	Rest func(t *testing.T) string
	// Put sets the weight of one color in one of the records of Read, as a person would.
	Put func(t *testing.T, record, color string, weight int)
	// Comment returns what the platform's own log says of a change.
	Comment func(t *testing.T, token platform.Token) string
}

// behavior is one row of the table.
type behavior struct {
	name string
	seed Seed
	test func(t *testing.T, z Zone)
}

// TestWeights runs all behaviors of a platform.Weigher, each in a zone of its own.
func TestWeights(t *testing.T, create func(t *testing.T, s Seed) Zone) {
	t.Helper()
	for _, b := range behaviors {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			b.test(t, create(t, b.seed))
		})
	}
}

func (z Zone) change(expected, after Weights) platform.Change {
	return platform.Change{ZoneID: z.ID, Domain: z.Domain, Management: []string{z.Management}, Expected: expected, New: after, Fence: 7, Rotation: "r-1"}
}

// set makes a change that has to succeed, and waits until it is confirmed.
func (z Zone) set(t *testing.T, expected, after Weights) platform.Confirmation {
	t.Helper()
	c := z.change(expected, after)
	token, err := z.Weigher.SetWeights(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	confirmation, err := z.Weigher.Confirmed(t.Context(), c, token)
	if err != nil {
		t.Fatal(err)
	}
	return confirmation
}

// refused makes a change that must fail and change nothing.
func (z Zone) refused(t *testing.T, c platform.Change) error {
	t.Helper()
	records, rest := z.Read(t), z.Rest(t)
	token, err := z.Weigher.SetWeights(t.Context(), c)
	if err == nil {
		t.Fatalf("from %v to %v was written as %q", c.Expected, c.New, token)
	}
	if after := z.Read(t); !maps.EqualFunc(records, after, maps.Equal) {
		t.Errorf("refused, and the records went from %v to %v", records, after)
	}
	if after := z.Rest(t); after != rest {
		t.Errorf("refused, and the zone went from\n%s\nto\n%s", rest, after)
	}
	return err
}

// has fails unless all records have the weights.
func (z Zone) has(t *testing.T, want Weights) {
	t.Helper()
	records := z.Read(t)
	if len(records) == 0 {
		t.Error("there are no records")
	}
	for name, weights := range records {
		if !maps.Equal(weights, want) {
			t.Errorf("%s has %v, want %v", name, weights, want)
		}
	}
	weights, err := z.Weigher.Weights(t.Context(), platform.Zone{ID: z.ID, Domain: z.Domain})
	if err != nil || !maps.Equal(weights, want) {
		t.Errorf("Weights = %v, %v; want %v", weights, err, want)
	}
}

// changed fails unless an error says what was expected and found.
func changed(t *testing.T, err error, expected, found Weights) {
	t.Helper()
	var refusal *platform.ChangedError
	if !errors.As(err, &refusal) || !maps.Equal(refusal.Expected, expected) || !maps.Equal(refusal.Found, found) {
		t.Errorf("the error is %v, want a ChangedError of %v, which found %v", err, expected, found)
	}
}

// race has writers change the same weights at once; each wants to leave others. One wins.
func race(t *testing.T, z Zone) {
	const writers = 8
	start := Weights{"blue": 100, "green": 0}
	results := make([]error, writers)
	wants := make([]Weights, writers)
	var wait sync.WaitGroup
	for i := range writers {
		wants[i] = Weights{"blue": 90 - i, "green": 10 + i}
		wait.Go(func() { _, results[i] = z.Weigher.SetWeights(t.Context(), z.change(start, wants[i])) })
	}
	wait.Wait()
	var won []int
	for i, err := range results {
		var refusal *platform.ChangedError
		switch {
		case err == nil:
			won = append(won, i)
		case !errors.As(err, &refusal):
			t.Errorf("a writer that lost got %v, want a ChangedError", err)
		}
	}
	if len(won) != 1 {
		t.Fatalf("%d writers of %d succeeded, want one", len(won), writers)
	}
	z.has(t, wants[won[0]])
}

// commented holds that the platform's own log names the fence and the rotation.
func commented(t *testing.T, z Zone) {
	token, err := z.Weigher.SetWeights(t.Context(), z.change(Weights{"blue": 95, "green": 5}, Weights{"blue": 90, "green": 10}))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"drover", "fence 7", "r-1", "blue 90"} {
		if said := z.Comment(t, token); !strings.Contains(said, part) {
			t.Errorf("the platform's log says %q, without %q", said, part)
		}
	}
}

// anyRecord is the name of one record.
func (z Zone) anyRecord(t *testing.T) string {
	t.Helper()
	last := ""
	for name := range z.Read(t) {
		last = max(last, name)
	}
	if last == "" {
		t.Fatal("there are no records")
	}
	return last
}

func names(records map[string]Weights) string {
	var all []string
	for name, weights := range records {
		all = append(all, fmt.Sprint(name, " ", weights))
	}
	return strings.Join(all, "; ")
}
