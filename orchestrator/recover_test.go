package orchestrator

import (
	"errors"
	"maps"
	"os"
	"strings"
	"testing"

	"drover/orchestrator/journal"
)

func unwritten(t *testing.T, w *world) bool {
	t.Helper()
	_, err := os.Stat(journalOf(w))
	return errors.Is(err, os.ErrNotExist)
}

func yes(string) error { return nil }

// recoverAndRotate recovers a world's journal and rotates: what was recovered is good for that.
func recoverAndRotate(t *testing.T, w *world, active string) {
	t.Helper()
	before, dns := len(w.applied), maps.Clone(w.dns)
	if err := Recover(t.Context(), w.options(), active, yes); err != nil {
		t.Fatal(err)
	}
	if len(w.applied) != before || !maps.Equal(w.dns, dns) {
		t.Fatalf("recover did %v, DNS %v", w.applied[before:], w.dns)
	}
	from := w.state().Active
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatalf("with the journal that was recovered (%s active, at %v), rotate says: %v", from, dns, err)
	}
	to := other(from)
	if state := w.state(); state.Active != to || !maps.Equal(w.dns, map[string]int{to: 100}) || w.standing[from] || !w.standing[to] {
		t.Errorf("from %s: active %q, DNS %v, standing %v", from, state.Active, w.dns, w.standing)
	}
}

func TestAJournalThatWasLostIsRecoveredFromWhatIsThere(t *testing.T) {
	t.Parallel()
	w := rotated(t)
	had := w.state()
	loseStore(t, w)
	asked := ""
	if err := Recover(t.Context(), w.options(), "", func(found string) error { asked = found; return errors.New("no") }); err == nil || !unwritten(t, w) {
		t.Errorf("a person said no: %v, and the journal has %+v", err, w.state())
	}
	for _, want := range []string{"now: the journal is empty, but the cluster tiny-green exists", "the journal will say: green stands at Kubernetes 1.32", "green is active", "DNS has green 100"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the person does not read %q:\n%s", want, asked)
		}
	}
	if err := Recover(t.Context(), w.options(), "", yes); err != nil {
		t.Fatal(err)
	}
	got := w.state()
	want := had.Colors["green"]
	if c := got.Colors["green"]; c.Version != want.Version || c.BuiltFrom != want.BuiltFrom || c.BuiltBy != want.BuiltBy || c.Endpoint != want.Endpoint {
		t.Errorf("green is %+v, want %+v", c, want)
	}
	if got.Active != "green" || !maps.Equal(got.Weights, had.Weights) || got.Foundation != had.Foundation {
		t.Errorf("active %q, weights %v, foundation %v", got.Active, got.Weights, got.Foundation)
	}
	if _, err := os.Stat(StoreDir(w.out, "tiny") + "/bundles/" + want.BuiltFrom + ".tar.gz"); err != nil {
		t.Errorf("green's files are not in the store again: %v", err)
	}
	if err := Recover(t.Context(), w.options(), "", yes); err == nil || !strings.Contains(err.Error(), "nothing to recover") {
		t.Errorf("once more: %v", err)
	}
}

// From every older journal, and from none.
func TestEveryOlderJournalIsRecovered(t *testing.T) {
	t.Parallel()
	w := rotated(t)
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(journalOf(w))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(whole), "\n"), "\n")
	recovered := 0
	for n := range lines {
		if err := os.WriteFile(journalOf(w), []byte(strings.Join(lines[:n], "")), 0o600); err != nil {
			t.Fatal(err)
		}
		events, err := journal.Open(StoreDir(w.out, "tiny")).Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(w.compare(t, events)) == 0 {
			continue
		}
		recovered++
		if err := Recover(t.Context(), w.options(), "", yes); err != nil {
			t.Fatalf("from the first %d events: %v", n, err)
		}
		state := w.state()
		if state.Active != "blue" || state.Rotation != nil || !maps.Equal(state.Weights, w.dns) || state.Colors["blue"].BuiltBy != w.tags["blue"][rotationTag] {
			t.Errorf("from the first %d events: active %q, rotation %v, weights %v, built by %q", n, state.Active, state.Rotation != nil, state.Weights, state.Colors["blue"].BuiltBy)
		}
		applied(t, w)
	}
	if recovered < len(lines)/2 {
		t.Errorf("of %d older journals %d were recovered", len(lines), recovered)
	}
}

// Killed anywhere, and its journal lost with its machine.
func TestARotationThatWasLostWithItsJournalIsRecovered(t *testing.T) {
	t.Parallel()
	both := 0
	for at := 1; ; at++ {
		w := newWorld(t)
		applied(t, w)
		w.spec.Spec.Kubernetes.Version = "1.33"
		w.effects, w.killAt = 0, at
		if _ = Rotate(t.Context(), w.options()); !w.dead {
			break
		}
		w.revive()
		loseStore(t, w)
		active := ""
		if w.dns["blue"] > 0 && w.dns["green"] > 0 {
			var refused *Refused
			if err := Recover(t.Context(), w.options(), "", yes); !errors.As(err, &refused) || !strings.Contains(err.Error(), "--active") {
				t.Fatalf("both have traffic (%v): %v", w.dns, err)
			}
			active = []string{"blue", "green"}[both%2]
			both++
		}
		recoverAndRotate(t, w, active)
	}
	if both < 2 {
		t.Errorf("%d kills with traffic on both", both)
	}
}

func TestRecoverWritesNoJournalForWhatTerraformDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	loseStore(t, w)
	w.noStates = true
	err := Recover(t.Context(), w.options(), "", yes)
	var refused *Refused
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "restore those first") || !unwritten(t, w) {
		t.Errorf("got %v", err)
	}
	if err := Recover(t.Context(), newWorld(t).options(), "", yes); !errors.As(err, &refused) {
		t.Errorf("of nothing: %v", err)
	}
}

func TestAColorWithoutTrafficCannotBeChosen(t *testing.T) {
	t.Parallel()
	for chosen, want := range map[string]string{"": "--active", "blue": "", "green": "", "red": "has no traffic"} {
		got, err := servingColor(map[string]int{"blue": 1, "green": 99}, chosen)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) || (err == nil && got != chosen) {
			t.Errorf("%q: %q, %v", chosen, got, err)
		}
	}
	if got, err := servingColor(nil, ""); got != "" || err != nil {
		t.Errorf("without traffic %q serves, %v", got, err)
	}
}
