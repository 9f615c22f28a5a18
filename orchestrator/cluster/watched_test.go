package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// Somebody sends traffic back for a while and then has it as it was: what green did meanwhile is no soak.
func TestTimeInWhichSomebodyHadSentTrafficBackByHandIsNoSoak(t *testing.T) {
	t.Parallel()
	const away = 90 * time.Second
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() {
			time.AfterFunc(time.Minute, func() { w.mu.Lock(); defer w.mu.Unlock(); w.dns = map[string]int{"blue": 100, "green": 0} })
			time.AfterFunc(time.Minute+away, func() { w.mu.Lock(); defer w.mu.Unlock(); w.dns = map[string]int{"blue": 0, "green": 100} })
		})
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		took := time.Duration(w.state().Past[0].Phases[rotation.Soak].Seconds * float64(time.Second))
		if want := w.spec.Spec.Rotation.Soak.Std() + away; took < want {
			t.Errorf("soak took %s, want %s at least", took, want)
		}
	})
}

// keptBlue is a world whose green has all traffic while blue is kept for a day, and no process runs.
func keptBlue(t *testing.T, w *world) {
	t.Helper()
	applied(t, w)
	newVersion(w)
	w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
	_ = rotated[*rotation.Waiting](t, w, w.options())
}

// Between two processes nobody watches: the first thing that the next one does with green is to ask its checks.
func TestTheNextProcessWhileBlueIsKeptAsksGreenBeforeItWaitsOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verdict verify.Verdict
		goes    string
	}{"well": {verify.Pass, "waits"}, "unwell": {verify.Fail, "back"}, "silent": {verify.Error, "back"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				keptBlue(t, w)
				time.Sleep(6 * time.Hour)
				w.verdicts["green"] = c.verdict
				o, rounds, began := w.options(), 0, time.Now()
				o.Observer = checked(rotation.ApproveDestroy, &rounds)
				err := Rotate(t.Context(), o)
				var waiting *rotation.Waiting
				var back *rotation.RolledBack
				if rounds == 0 || c.goes == "waits" && !errors.As(err, &waiting) || c.goes == "back" && !errors.As(err, &back) {
					t.Fatalf("after %d rounds of checks: %v", rounds, err)
				}
				if c.goes == "back" {
					checkBack(t, w)
				}
				if took := time.Since(began); took > 5*time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func healthOf(t *testing.T, w *world) *history.Health {
	t.Helper()
	health, err := Health(t.Context(), w.options(), func(ctx context.Context, o Options) (func(spec.Cluster, color.Color) []Check, error) {
		ports, err := w.connect(ctx, o)
		return func(c spec.Cluster, of color.Color) []Check {
			return append(ports.Checks(c, of), Check{ID: "command-1", Check: fakeCheck{w, "program"}}, Check{ID: "webhook-1", Check: fakeCheck{w, "program"}})
		}, errors.Join(err, w.fail["connect"])
	})
	must(t, err)
	return health
}

// Status asks green too, and neither runs a program, asks a judge nor writes anything.
func TestStatusSaysWhetherGreenIsWell(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		if health := healthOf(t, w); health != nil {
			t.Errorf("without a rotation: %+v", health)
		}
		keptBlue(t, w)
		before := len(w.events())
		w.verdicts["program"] = verify.Fail // it is not run
		if health := healthOf(t, w); health == nil || !health.Asked || !health.Well || health.NotAsked != 2 || health.Color != color.Green {
			t.Errorf("well: %+v", health)
		}
		w.verdicts["green"] = verify.Fail
		if health := healthOf(t, w); health == nil || health.Well || !strings.Contains(health.Reason, "health: fail") {
			t.Errorf("unwell: %+v", health)
		}
		w.fail["connect"] = errors.New("no network")
		if health := healthOf(t, w); health == nil || health.Asked || health.Well || health.Reason != "no network" {
			t.Errorf("not asked: %+v", health)
		}
		if after := w.events(); len(after) != before || !slices.ContainsFunc(after, func(e journal.Event) bool { return e.Kind == journal.Checked }) {
			t.Errorf("status wrote to the journal: %d events, then %d", before, len(after))
		}
	})
}
