package cluster

import (
	"net/http"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

const (
	onBlue = `{"metadata":{"name":"old","namespace":"shop"}}`
)

// lacks is a world whose blue has a Deployment that green does not get, beside what does not count.
func lacks(t *testing.T, check *spec.ParityCheck, test func(*testing.T, *world)) {
	t.Helper()
	followsGit(t, syncs, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		if check != nil {
			w.spec.Spec.Rotation.Verify = append(w.spec.Spec.Rotation.Verify, spec.Check{Parity: check})
		}
		w.apis["blue"].Have(t, deployments, onBlue, `{"metadata":{"name":"coredns","namespace":"kube-system"}}`,
			`{"metadata":{"name":"made","namespace":"shop","ownerReferences":[{"kind":"Widget","name":"w"}]}}`)
		test(t, w)
	})
}

func TestAGreenThatLacksWhatBlueRunsGetsNoTraffic(t *testing.T) {
	t.Parallel()
	lacks(t, nil, func(t *testing.T, w *world) {
		back := rotated[*rotation.RolledBack](t, w, w.options())
		if want := "1 of the 1 workloads of blue are missing: Deployment shop/old; what is to be gone is named in"; !strings.Contains(back.Reason, want) {
			t.Errorf("%q lacks %q", back.Reason, want)
		}
		if w.state().Past[0].Phases[rotation.Shift].Starts > 0 {
			t.Error("it came to the shift")
		}
	})
}

func TestWhatGreenNeedNotHaveIsNotMissed(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]spec.ParityCheck{
		"by name": {Ignore: []string{"shop/old"}, Missing: "fail"}, "by namespace": {Ignore: []string{"shop/*"}, Missing: "fail"}, "reported": {Missing: "report"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lacks(t, &check, func(t *testing.T, w *world) {
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
				var said string
				for _, e := range w.events() {
					if e.Kind == journal.Verdict && e.Check == rotation.Parity {
						said = e.Detail
					}
				}
				if strings.Contains(said, "Deployment shop/old") != (check.Missing == "report") || said == "" {
					t.Errorf("it said %q", said)
				}
			})
		})
	}
}

// A question that nobody answers is no pass, and no verdict about green either.
func TestABlueThatCannotBeReadIsNoParity(t *testing.T) {
	t.Parallel()
	lacks(t, nil, func(t *testing.T, w *world) {
		w.apis["blue"].Answer(deployments, http.StatusServiceUnavailable)
		failed := rotated[*rotation.Failed](t, w, w.options())
		if failed.Phase != rotation.Verify || !strings.Contains(failed.Reason, "parity: error (asking blue for every Deployment") {
			t.Errorf("%s failed: %s", failed.Phase, failed.Reason)
		}
		w.apis["blue"].Answer(deployments, 0)
		w.apis["blue"].Remove(deployments)
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}
