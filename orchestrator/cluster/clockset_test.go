package cluster

import (
	"errors"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// Somebody sets the clock of a machine on which a rotation runs, and sets it right again for the next process.
func TestAClockThatIsSetMeanwhileCutsNoTimeShort(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]time.Duration{"back": -3 * time.Hour, "forward": 3 * time.Hour} {
		for _, phase := range []string{rotation.Shift, rotation.Soak, rotation.Drain} {
			t.Run(name+" in "+phase, func(t *testing.T) {
				t.Parallel()
				inWorld(t, func(t *testing.T, w *world) {
					applied(t, w)
					newVersion(w)
					const kept = 24 * time.Hour
					w.spec.Spec.Rotation.KeepBlue = spec.Duration(kept)
					var shifted time.Time
					until := func(run func(Options) error, on func(journal.Event)) error {
						o := w.options()
						o.Observer = onEvent{do: func(e journal.Event) {
							switch {
							case e.Kind == journal.Weights && e.Weights["green"] == 100 && shifted.IsZero():
								shifted = time.Now()
							case e.Kind == journal.DestroyIntended && time.Since(shifted) < kept:
								t.Errorf("blue is destroyed %s after the shift, and is kept for %s", time.Since(shifted), kept)
							}
							on(e)
						}}
						return run(o)
					}
					rotate := func(o Options) error { return Rotate(t.Context(), o) }
					for set := false; !set; {
						err := until(rotate, func(e journal.Event) {
							if e.Kind == journal.PhaseStarted && e.Phase == phase {
								set = true
								w.set.Store(int64(by))
							}
						})
						var waiting *rotation.Waiting
						switch {
						case set && (!errors.Is(err, rotation.ErrLost) || by < 0 && !strings.Contains(err.Error(), "was set back")):
							t.Errorf("got %v", err)
						case !set && !errors.As(err, &waiting):
							t.Fatalf("got %v", err)
						case !set:
							time.Sleep(time.Hour)
						}
					}
					w.set.Store(0)
					for tries := 0; w.state().Rotation != nil; tries++ {
						if tries > 30 {
							t.Fatal("it does not end")
						}
						_ = until(rotate, func(journal.Event) {})
						time.Sleep(time.Hour)
					}
					checkRotated(t, w)
				})
			})
		}
	}
}
