package cluster

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"drover/orchestrator/color"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// roleOf is what a color's API server has as its role: in the ConfigMap, and with Argo CD in the secret of its cluster.
func roleOf(w *world, c color.Color) string {
	server := w.apis[string(c)]
	data, _ := server.Object(knownPath)["data"].(apitest.Object)
	role := fmt.Sprint(data["role"])
	if secret := server.Object(clusterSecret); secret != nil {
		meta, _ := secret["metadata"].(apitest.Object)
		annotations, _ := meta["annotations"].(apitest.Object)
		role += " " + fmt.Sprint(annotations["drover.dev/role"])
	}
	return role
}

func (w *world) roles(t *testing.T, when, blue, green string) {
	t.Helper()
	if b, g := roleOf(w, "blue"), roleOf(w, "green"); b != blue || g != green {
		t.Errorf("%s, blue is %q and green %q, want %q and %q", when, b, g, blue, green)
	}
}

// during calls what belongs to a phase when that begins.
func during(phases map[string]func()) Observer {
	return onEvent{do: func(e journal.Event) {
		if do := phases[e.Phase]; e.Kind == journal.PhaseStarted && do != nil {
			do()
		}
	}}
}

func TestEachColorKnowsItsRole(t *testing.T) {
	t.Parallel()
	test := func(live, standby string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			o := w.options()
			o.Observer = during(map[string]func(){
				rotation.Verify:   func() { w.roles(t, "before its checks", live, standby) },
				rotation.Handover: func() { w.roles(t, "after the shift", live, standby) },
				rotation.Soak:     func() { w.roles(t, "after the handover", standby, live) },
			})
			must(t, Rotate(t.Context(), o))
			checkRotated(t, w)
			w.roles(t, "in the end", standby, live)
		}
	}
	t.Run("manifests", func(t *testing.T) {
		t.Parallel()
		installs(t, webManifest, test("live", "standby"))
	})
	t.Run("gitops", func(t *testing.T) {
		t.Parallel()
		followsGit(t, syncs, test("live live", "standby standby"))
	})
}

func TestARollbackGivesRolesBack(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = falls(w)
		_ = rotated[*rotation.RolledBack](t, w, o)
		checkBack(t, w)
		w.roles(t, "after the rollback", "live", "standby")
	})
}

// mute has a color's API server give no answer from now on; the function returned has it answer again.
func mute(server *apitest.Server) (again func()) {
	server.OnRequest(func(string, string) { panic(http.ErrAbortHandler) })
	return func() { server.OnRequest(func(string, string) {}) }
}

// An old color that is broken is a reason to rotate.
func TestAnOldColorThatCannotBeToldKeepsNobody(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = during(map[string]func(){rotation.Handover: func() { mute(w.apis["blue"]) }})
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		if p := w.state().Past[0].Phases[rotation.Handover]; !strings.Contains(p.Detail, "blue was not told that it is standby") || roleOf(w, "green") != "live" {
			t.Errorf("handover was %s: %s", p.Outcome, p.Detail)
		}
	})
}

func TestANewColorThatCannotBeToldIsToldByTheNextProcess(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o, again := w.options(), func() {}
		o.Observer = during(map[string]func(){rotation.Handover: func() { again = mute(w.apis["green"]) }})
		failed := rotated[*rotation.Failed](t, w, o)
		if failed.Phase != rotation.Handover || !strings.Contains(failed.Reason, "green was not told that it is live") || w.dns["green"] != 100 {
			t.Errorf("%v, with DNS at %v", failed, w.dns)
		}
		again()
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
		w.roles(t, "in the end", "standby", "live")
	})
}

// A way back waits for no API server; apply tells the color that stayed.
func TestApplyTellsWhatARollbackCouldNot(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o, again, ill := w.options(), func() {}, falls(w)
		o.Observer = onEvent{do: func(e journal.Event) {
			if ill.Event(e); e.Kind == journal.PhaseStarted && e.Phase == rotation.Soak {
				again = mute(w.apis["blue"])
			}
		}}
		_ = rotated[*rotation.RolledBack](t, w, o)
		again()
		w.roles(t, "after the rollback", "standby", "standby")
		w.spec.Spec.Kubernetes.Version = w.state().Colors["blue"].Version
		must(t, Apply(t.Context(), w.options()))
		w.roles(t, "after apply", "live", "standby")
		before := len(patches(w.apis["blue"]))
		must(t, Apply(t.Context(), w.options()))
		if got := len(patches(w.apis["blue"])); got != before {
			t.Errorf("apply tells again what is known: %d requests", got-before)
		}
	})
}

// What cannot be told may be what is down, with all traffic on it.
func TestANewColorThatIsDownInTheHandoverLosesItsTraffic(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = during(map[string]func(){rotation.Handover: func() {
			mute(w.apis["green"])
			w.mu.Lock()
			defer w.mu.Unlock()
			w.verdicts["green"] = verify.Fail
		}})
		_ = rotated[*rotation.RolledBack](t, w, o)
		checkBack(t, w)
		if role := roleOf(w, "blue"); role != "live" {
			t.Errorf("blue has all traffic, and is told that it is %s", role)
		}
	})
}
