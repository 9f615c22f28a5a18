package cluster

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/store/storetest"
)

func yes(string) error { return nil }

// recoverAndRotate recovers a world's journal and rotates: what was recovered is good for that.
func recoverAndRotate(t *testing.T, w *world, active color.Color) {
	t.Helper()
	before, dns := len(w.applied), maps.Clone(w.dns)
	must(t, Recover(t.Context(), w.options(), active, yes))
	if len(w.applied) != before || !maps.Equal(w.dns, dns) {
		t.Fatalf("recover did %v, DNS %v", w.applied[before:], w.dns)
	}
	from := w.state().Active
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatalf("with the journal that was recovered (%s active, at %v), rotate says: %v", from, dns, err)
	}
	to := from.Other()
	if state := w.state(); state.Active != to || !maps.Equal(w.dns, map[string]int{string(to): 100}) || w.standing[string(from)] || !w.standing[string(to)] {
		t.Errorf("from %s: active %q, DNS %v, standing %v", from, state.Active, w.dns, w.standing)
	}
}

func TestAJournalThatWasLostIsRecoveredFromWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]bool{"with the files": true, "in a fresh checkout": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				remote(w)
				rotatedWorld(t, w)
				had := w.state()
				loseStore(t, w)
				if !files {
					w.files = map[string][]byte{}
				}
				recoveredAfterANo(t, w, had)
			})
		})
	}
}

func recoveredAfterANo(t *testing.T, w *world, had journal.State) {
	t.Helper()
	asked := ""
	if err := Recover(t.Context(), w.options(), "", func(found string) error { asked = found; return errors.New("no") }); err == nil || len(w.events()) > 0 {
		t.Errorf("a person said no: %v, and the journal has %+v", err, w.state())
	}
	for _, want := range []string{"now: the journal is empty, but the cluster tiny-green exists", "the journal will say: green stands at Kubernetes 1.32", "green is active", "DNS has green 100"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the person does not read %q:\n%s", want, asked)
		}
	}
	must(t, Recover(t.Context(), w.options(), "", yes))
	got, want := w.state(), had.Colors["green"]
	if c := got.Colors["green"]; c.Version != want.Version || c.BuiltFrom != want.BuiltFrom || c.BuiltBy != want.BuiltBy || c.Endpoint != want.Endpoint {
		t.Errorf("green is %+v, want %+v", c, want)
	}
	if got.Active != "green" || !maps.Equal(got.Weights, had.Weights) || got.Foundation() != had.Foundation() || got.Zone != had.Zone {
		t.Errorf("active %q, weights %v, foundation %v, zone %q", got.Active, got.Weights, got.Foundation(), got.Zone)
	}
	if events := w.events(); events[0].Kind != journal.Recovered || events[0].By != "ann" {
		t.Errorf("the first event is %+v", events[0])
	}
	for _, root := range []string{"foundation", "green", "traffic"} {
		files, err := w.store().Bundle(t.Context(), got.Bundles[root])
		if err != nil || len(files["tiny/"+root+"/main.tf"]) == 0 || len(files["tiny/"+root+"/"+lockFile]) == 0 {
			t.Errorf("the files of %s are not in the store again: %d, %v", root, len(files), err)
		}
	}
	if err := Recover(t.Context(), w.options(), "", yes); err == nil || !strings.Contains(err.Error(), "nothing to recover") {
		t.Errorf("once more: %v", err)
	}
	must(t, DestroyAll(t.Context(), w.options())) // which is good for all that stands
	for root, stands := range w.standing {
		if stands {
			t.Errorf("%s stands", root)
		}
	}
}

// A person who reads is told that the files that something was built from are gone.
func TestRecoverSaysWhichFilesAreNotThoseOfTheBuild(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		loseStore(t, w)
		w.tags["blue"][revisionTag] = "0123456789ab"
		said := ""
		must(t, Recover(t.Context(), w.options(), "", func(found string) error { said = found; return nil }))
		if !strings.Contains(said, "the files that blue was built from are not there") || strings.Count(said, "are not there") != 1 {
			t.Errorf("it said:\n%s", said)
		}
	})
}

// From every older copy of the store, and from none.
func TestEveryOlderJournalIsRecovered(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		copies := []*storetest.Memory{{}}
		for _, command := range []func(Options) error{
			func(o Options) error { return Apply(t.Context(), o) }, func(o Options) error { return Rotate(t.Context(), o) }, func(o Options) error { return Rotate(t.Context(), o) },
		} {
			o := w.options()
			o.Observer = onEvent{do: func(journal.Event) { copies = append(copies, w.objects.Clone()) }}
			must(t, command(o))
		}
		recovered := 0
		for n, older := range copies {
			w.restore(older)
			if len(w.compare(t, w.events())) == 0 {
				continue
			}
			recovered++
			if err := Recover(t.Context(), w.options(), "", yes); err != nil {
				t.Fatalf("from the first %d events: %v", n, err)
			}
			state := w.state()
			if state.Active != "blue" || state.Rotation != nil || !maps.Equal(plain(state.Weights), w.dns) || state.Colors["blue"].BuiltBy != w.tags["blue"][rotationTag] {
				t.Errorf("from the first %d events: active %q, rotation %v, weights %v, built by %q", n, state.Active, state.Rotation != nil, state.Weights, state.Colors["blue"].BuiltBy)
			}
			applied(t, w)
		}
		if recovered < len(copies)/2 {
			t.Errorf("of %d older journals %d were recovered", len(copies), recovered)
		}
	})
}

// Killed anywhere, and its journal lost with its machine.
func TestARotationThatWasLostWithItsJournalIsRecovered(t *testing.T) {
	t.Parallel()
	both, over := 0, false
	for at := 1; !over && !t.Failed(); at++ {
		inWorld(t, func(t *testing.T, w *world) {
			remote(w)
			applied(t, w)
			newVersion(w)
			w.effects, w.killAt = 0, at
			_ = Rotate(t.Context(), w.options())
			if over = !w.dead; over {
				return
			}
			w.revive()
			loseStore(t, w)
			var active color.Color
			if w.dns["blue"] > 0 && w.dns["green"] > 0 {
				var refused *Refused
				if err := Recover(t.Context(), w.options(), "", yes); !errors.As(err, &refused) || !strings.Contains(err.Error(), "--active") {
					t.Fatalf("both have traffic (%v): %v", w.dns, err)
				}
				active = bothColors[both%2]
				both++
			}
			recoverAndRotate(t, w, active)
		})
	}
	if both < 2 {
		t.Errorf("%d kills with traffic on both", both)
	}
}

// As docs/troubleshooting.md says: what is damaged is moved away, and what is addressed by its content stays.
func TestADamagedStoreIsRecoveredOnceItsRecordsAreMovedAway(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		rotatedWorld(t, w)
		for _, name := range w.objects.Names() {
			if strings.HasPrefix(name, "journal/") || strings.HasPrefix(name, "packs/") {
				w.objects.Put(name, []byte("{"))
			}
		}
		if err := Recover(t.Context(), w.options(), "", yes); err == nil || !strings.Contains(err.Error(), "the store is damaged") {
			t.Fatalf("with records that are cut off: %v", err)
		}
		for _, name := range w.objects.Names() {
			for _, folder := range []string{"journal/", "packs/", "heartbeats/", "requests/"} {
				if strings.HasPrefix(name, folder) {
					w.objects.Put(name, nil)
				}
			}
		}
		recoverAndRotate(t, w, "")
	})
}

func TestRecoverWritesNoJournalForWhatTerraformDoesNotKnow(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		var refused *Refused
		if err := Recover(t.Context(), w.options(), "", yes); !errors.As(err, &refused) {
			t.Errorf("of nothing: %v", err)
		}
		applied(t, w)
		loseStore(t, w)
		w.noStates = true
		err := Recover(t.Context(), w.options(), "", yes)
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "restore those first") || len(w.events()) > 0 {
			t.Errorf("got %v", err)
		}
	})
}

func TestAColorWithoutTrafficCannotBeChosen(t *testing.T) {
	t.Parallel()
	for chosen, want := range map[color.Color]string{"": "--active", "blue": "", "green": "", "red": "has no traffic"} {
		got, err := servingColor(color.Weights{"blue": 1, "green": 99}, chosen)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) || (err == nil && got != chosen) {
			t.Errorf("%q: %q, %v", chosen, got, err)
		}
	}
	if got, err := servingColor(nil, ""); got != "" || err != nil {
		t.Errorf("without traffic %q serves, %v", got, err)
	}
}
