package orchestrator

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/verify"
)

func applied(t *testing.T, w *world) {
	t.Helper()
	if err := Apply(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
}

func TestApplyBuildsVerifiesAndThenGivesTraffic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	if want := []string{"create foundation", "create blue", "create traffic"}; !slices.Equal(w.applied, want) {
		t.Errorf("applied %v, want %v", w.applied, want)
	}
	if state := w.state(); state.Active != "blue" || !maps.Equal(w.dns, map[string]int{"blue": 100}) {
		t.Errorf("active %q, DNS %v", state.Active, w.dns)
	}
}

func TestApplyAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	before := len(w.applied)
	applied(t, w)
	if len(w.applied) != before {
		t.Errorf("the second apply did %v", w.applied[before:])
	}
}

func TestApplyGivesNoTrafficToAColorThatFailsVerification(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.verdicts["blue"] = verify.Fail
	ctx, cancel := context.WithCancel(t.Context())
	w.spec.Spec.Rotation.Verify = nil
	time.AfterFunc(200*time.Millisecond, cancel) // verify asks a new color for minutes
	if err := Apply(ctx, w.options()); err == nil {
		t.Fatal("apply said nothing")
	}
	if len(w.dns) != 0 {
		t.Errorf("DNS has %v", w.dns)
	}
}

func TestApplyRefusesAnUpgradeInPlaceAndOffersARotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.spec.Spec.Kubernetes.Version = "1.33"
	err := Apply(t.Context(), w.options())
	var refused *Refused
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "drover rotate") {
		t.Errorf("got %v", err)
	}
}

func TestRotateReplacesBlueByGreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.spec.Spec.Kubernetes.Version = "1.33"
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	checkRotated(t, w)
	for _, p := range Phases {
		got := w.state().Past[0].Phases[p.Name]
		if !got.Done() {
			t.Errorf("phase %s ended %q", p.Name, got.Outcome)
		}
	}
}

func checkRotated(t *testing.T, w *world) {
	t.Helper()
	state := w.state()
	if state.Active != "green" || state.Rotation != nil || state.Colors["green"].Version != "1.33" {
		t.Errorf("active %q at %q, rotation %+v", state.Active, state.Colors["green"].Version, state.Rotation)
	}
	if w.standing["blue"] || !w.standing["green"] || !maps.Equal(w.dns, map[string]int{"green": 100}) {
		t.Errorf("standing %v, DNS %v", w.standing, w.dns)
	}
}

// Promise 1, at every call that reaches outside: killed there, the next rotate
// finishes the job, and no instant breaks a promise (world.serve watches).
func TestRotateSurvivesAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		w := newWorld(t)
		applied(t, w)
		w.spec.Spec.Kubernetes.Version = "1.33"
		w.effects, w.killAt = 0, at
		err := Rotate(t.Context(), w.options())
		if !w.dead {
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(w.applied, "create green") || !slices.Contains(w.applied, "delete blue") || at < 40 {
				t.Fatalf("only %d calls reached outside, %v: the test does not see the rotation", at, w.applied)
			}
			return
		}
		w.revive()
		if err := Rotate(t.Context(), w.options()); err != nil {
			t.Fatalf("killed at call %d, the next rotate says: %v", at, err)
		}
		checkRotated(t, w)
	}
}

// Promise 3, from wherever a rotation was killed: blue has all traffic again,
// or its destruction had begun and rollback says so.
func TestRollbackWorksAfterAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	backs, refusals := 0, 0
	for at := 1; ; at++ {
		w := newWorld(t)
		applied(t, w)
		w.effects, w.killAt = 0, at
		_ = Rotate(t.Context(), w.options())
		if !w.dead {
			break
		}
		w.revive()
		if w.state().Rotation == nil {
			continue // killed before there was one
		}
		destroying := w.state().Rotation.Destroying
		err := Rollback(t.Context(), w.options())
		var back *RolledBack
		var refused *Refused
		switch {
		case destroying && errors.As(err, &refused):
			refusals++
		case !destroying && errors.As(err, &back):
			backs++
			if w.dns["blue"] != 100 || w.dns["green"] != 0 || w.state().Active != "blue" || !w.standing["blue"] {
				t.Fatalf("killed at call %d, then rolled back: DNS %v, active %q, standing %v", at, w.dns, w.state().Active, w.standing)
			}
		default:
			t.Fatalf("killed at call %d, destroying %v: rollback says %v", at, destroying, err)
		}
	}
	if backs == 0 || refusals == 0 {
		t.Errorf("%d rollbacks and %d refusals: the test sees only one side", backs, refusals)
	}
}

func TestApplySurvivesAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		w := newWorld(t)
		w.killAt = at
		err := Apply(t.Context(), w.options())
		dead := w.dead
		w.revive()
		if !dead {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		applied(t, w)
		if !maps.Equal(w.dns, map[string]int{"blue": 100}) || w.state().Active != "blue" {
			t.Fatalf("killed at call %d: DNS %v, active %q", at, w.dns, w.state().Active)
		}
	}
}

func TestAnUnhealthyGreenIsRolledBackWithoutTraffic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	o := w.options()
	r := &rotation{started(t, o)}
	err := r.respond(t.Context(), phase(t, Verify), &Unhealthy{"green", "500"})
	var back *RolledBack
	if !errors.As(err, &back) || back.Active != "blue" {
		t.Fatalf("got %v", err)
	}
	if !maps.Equal(w.dns, map[string]int{"blue": 100}) {
		t.Errorf("DNS %v", w.dns)
	}
}

func TestGreenThatSickensDuringTheShiftIsRolledBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.spec.Spec.Kubernetes.Version = "1.33"
	o := w.options()
	o.Observer = onWeights{func(weights map[string]int) {
		if weights["green"] == 50 {
			w.verdicts["green"] = verify.Fail
		}
	}}
	err := Rotate(t.Context(), o)
	var back *RolledBack
	if !errors.As(err, &back) {
		t.Fatalf("got %v", err)
	}
	if w.dns["blue"] != 100 || w.dns["green"] != 0 || w.state().Active != "blue" || !w.standing["green"] {
		t.Errorf("DNS %v, active %q, standing %v", w.dns, w.state().Active, w.standing)
	}
	// The next rotation builds green anew, whatever was left of the first.
	w.verdicts = map[string]verify.Verdict{}
	w.applied = nil
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	if i, j := slices.Index(w.applied, "delete green"), slices.Index(w.applied, "create green"); i < 0 || j < i {
		t.Errorf("applied %v", w.applied)
	}
	checkRotated(t, w)
}

// A node that joins during the soak is no reason to stop, and no data is no reason to pass.
func TestASilentCheckIsAskedAgainUntilItAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	s := started(t, w.options())
	w.verdicts["green"] = verify.Inconclusive
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	err := s.analyze(ctx, "green", time.Now())
	if err == nil || ctx.Err() == nil {
		t.Errorf("a watch ended without an answer: %v", err)
	}
	asked := 0
	s.Observer = onProgress{func(string) {
		if asked++; asked == 2 {
			w.verdicts["green"] = verify.Pass
		}
	}}
	if err := s.analyze(t.Context(), "green", time.Now()); err != nil || asked != 2 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func TestOnFailureFreezeAndAskLeaveTrafficWhereItIs(t *testing.T) {
	t.Parallel()
	for onFailure, wantWaiting := range map[string]bool{"freeze": false, "ask": true} {
		t.Run(onFailure, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			w.spec.Spec.Rotation.OnFailure = onFailure
			r := &rotation{started(t, w.options())}
			err := r.respond(t.Context(), phase(t, Shift), &Unhealthy{"green", "500"})
			var waiting *Waiting
			if errors.As(err, &waiting) != wantWaiting {
				t.Errorf("got %v", err)
			}
			if r.state.Rotation == nil {
				t.Error("the rotation was ended")
			}
		})
	}
}

func TestADestroyWaitsForQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.busy["blue"] = 3
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	err := Rotate(ctx, w.options())
	if err == nil || !w.standing["blue"] {
		t.Fatalf("blue took connections and was destroyed (%v)", err)
	}
	if !strings.Contains(err.Error(), "3 new connections") {
		t.Errorf("the error does not say why: %v", err)
	}
}

// What finds blue while its end is planned keeps it too.
func TestBlueThatIsFoundAgainRightBeforeItsEndIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	o := w.options()
	o.Observer = onWeights{func(weights map[string]int) {
		if _, has := weights["blue"]; !has {
			w.busy["blue"] = 2
		}
	}}
	if err := Rotate(t.Context(), o); err == nil || !strings.Contains(err.Error(), "2 new connections") || !w.standing["blue"] {
		t.Fatalf("got %v, standing %v", err, w.standing)
	}
	w.busy["blue"] = 0
	if err := Rotate(t.Context(), w.options()); err != nil || w.standing["blue"] {
		t.Errorf("once blue is quiet: %v, standing %v", err, w.standing)
	}
}

func TestGatesWaitForAPersonAndGoOnAfterwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.spec.Spec.Kubernetes.Version = "1.33"
	w.spec.Spec.Rotation.Approvals = []string{"shift", "destroy"}
	for _, gate := range []string{"shift", "destroy"} {
		err := Rotate(t.Context(), w.options())
		var waiting *Waiting
		if !errors.As(err, &waiting) || !strings.Contains(err.Error(), "drover approve "+gate) {
			t.Fatalf("at %s: %v", gate, err)
		}
		if gate == "shift" && w.dns["green"] != 0 {
			t.Errorf("traffic moved before the approval: %v", w.dns)
		}
		if _, err := Approve(t.Context(), w.out, "tiny", gate, "ann"); err != nil {
			t.Fatal(err)
		}
	}
	if err := Rotate(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	checkRotated(t, w)
}

func TestBlueIsKeptForTheRollbackWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
	err := Rotate(t.Context(), w.options())
	var waiting *Waiting
	if !errors.As(err, &waiting) || !w.standing["blue"] {
		t.Fatalf("got %v", err)
	}
	err = Rollback(t.Context(), w.options())
	var back *RolledBack
	if !errors.As(err, &back) || w.dns["blue"] != 100 || w.state().Active != "blue" {
		t.Errorf("rollback: %v, DNS %v", err, w.dns)
	}
}

func TestDestroyAllTakesTrafficFirstAndTheFoundationLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.applied = nil
	if err := DestroyAll(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	// What refuses to be deleted is made deletable right before, and no sooner.
	if want := []string{"delete traffic", "update blue", "delete blue", "update foundation", "delete foundation"}; !slices.Equal(w.applied, want) {
		t.Errorf("destroyed %v, want %v", w.applied, want)
	}
	if state := w.state(); state.Active != "" || len(state.Colors) != 0 {
		t.Errorf("the journal still has %+v", state)
	}
	applied(t, w) // and what is gone can be built again
}

func TestRotateWithoutABuiltClusterSaysWhatToDo(t *testing.T) {
	t.Parallel()
	err := Rotate(t.Context(), newWorld(t).options())
	if err == nil || !strings.Contains(err.Error(), "drover apply") {
		t.Errorf("got %v", err)
	}
}

func TestAFailedPreflightIsInNobodysWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.fail["quota"] = errors.New("throttled")
	if err := Rotate(t.Context(), w.options()); err == nil {
		t.Fatal("preflight passed without an answer")
	}
	if w.state().Rotation != nil {
		t.Error("a rotation that changed nothing is still under way")
	}
	applied(t, w)
}

func TestACloudThatGoesAwayStopsAndTheNextRotateFinishes(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"apply green", "confirm", "apply blue", "leftovers"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			w.spec.Spec.Kubernetes.Version = "1.33"
			o := w.options()
			o.Observer = onPhase{Build, func() { w.fail[call] = errors.New("connection refused") }}
			if err := Rotate(t.Context(), o); err == nil || !strings.Contains(err.Error(), "drover rotate") {
				t.Fatalf("got %v", err)
			}
			w.fail = map[string]error{}
			if err := Rotate(t.Context(), w.options()); err != nil {
				t.Fatal(err)
			}
			checkRotated(t, w)
		})
	}
}

func TestASecondRotateIsToldWhoDrives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	started(t, w.options())
	err := Rotate(t.Context(), w.options())
	var held *journal.HeldError
	if !errors.As(err, &held) {
		t.Errorf("got %v", err)
	}
}

func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	seen, r := map[string]bool{}, newWorld(t).spec.Spec.Rotation
	for _, p := range Phases {
		if seen[p.Name] || p.Does == "" || p.Run == nil || p.Deadline == nil || p.Deadline(r) <= 0 || p.Unhealthy == "" || p.Begins == "" {
			t.Errorf("phase %+v lacks something", p.Name)
		}
		seen[p.Name] = true
	}
}

func TestFilesOfTheActiveColorAreNotRenderedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	roots, err := Renderable(t.Context(), w.out, "tiny")
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(roots, "blue") || !slices.Contains(roots, "green") {
		t.Errorf("generate may write %v", roots)
	}
	if _, err := os.Stat(StoreDir(w.out, "tiny")); err != nil {
		t.Error(err)
	}
}

// started gives a session with a rotation begun, which holds the lease.
func started(t *testing.T, o Options) *session {
	t.Helper()
	s, err := open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	if s.state.Active != "" {
		if err := (&rotation{s}).begin(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func phase(t *testing.T, name string) Phase {
	t.Helper()
	i := slices.IndexFunc(Phases, func(p Phase) bool { return p.Name == name })
	if i < 0 {
		t.Fatal("no phase " + name)
	}
	return Phases[i]
}

type onWeights struct{ do func(map[string]int) }

func (o onWeights) Event(e journal.Event) {
	if e.Kind == journal.Weights {
		o.do(e.Weights)
	}
}
func (onWeights) Progress(string) {}
func (onWeights) Detail(string)   {}

type onProgress struct{ do func(string) }

func (onProgress) Event(journal.Event)       {}
func (o onProgress) Progress(message string) { o.do(message) }
func (onProgress) Detail(string)             {}

type onPhase struct {
	name string
	do   func()
}

func (o onPhase) Event(e journal.Event) {
	if e.Kind == journal.PhaseStarted && e.Phase == o.name {
		o.do()
	}
}
func (onPhase) Progress(string) {}
func (onPhase) Detail(string)   {}
