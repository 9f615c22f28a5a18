package cluster

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store/storetest"
	"drover/orchestrator/verify"
)

// The corpus is stores as releases left them, with what stood then: see its README. It is only added to.
var (
	corpus = filepath.Join("..", "journal", "testdata", "stores")
	record = flag.String("record", "", "add stores of this release to the corpus, under this `name`")
)

// left is one store of the corpus, and the world around it.
type left struct {
	Time     time.Time                    `json:"time"`
	Standing map[string]bool              `json:"standing"`
	Locked   map[string]bool              `json:"locked"`
	DNS      map[string]int               `json:"dns"`
	Versions map[string]string            `json:"versions"`
	Tags     map[string]map[string]string `json:"tags"`
	Folds    folds                        `json:"folds"`  // what the journal adds up to
	Values   map[string]string            `json:"values"` // of the store, by name, but for bundles
}

// folds is what every later release has to make of a journal.
type folds struct {
	Active    color.Color             `json:"active"`
	Weights   color.Weights           `json:"weights"`
	Versions  map[color.Color]string  `json:"versions"`
	Rotation  string                  `json:"rotation"`
	Phase     string                  `json:"phase"`
	Hold      journal.HoldKind        `json:"hold"`
	Back      bool                    `json:"back"`
	NoWayBack bool                    `json:"noWayBack"`
	Open      map[string]journal.Kind `json:"open"`
	Failed    color.Color             `json:"failed"`
	Outcomes  []journal.Outcome       `json:"outcomes"`
}

func foldsOf(s journal.State) folds {
	f := folds{Active: s.Active, Weights: s.Weights, Versions: map[color.Color]string{}, Open: s.Open, NoWayBack: rotation.NoWayBack(s) != "", Outcomes: []journal.Outcome{}}
	for c, has := range s.Colors {
		f.Versions[c] = has.Version
	}
	if r := s.Rotation; r != nil {
		f.Rotation, f.Phase, f.Back = r.ID, r.Phase, r.Back != nil
		if r.Hold != nil {
			f.Hold = r.Hold.Why
		}
	}
	if s.Failed != nil {
		f.Failed = s.Failed.Color
	}
	for _, past := range s.Past {
		f.Outcomes = append(f.Outcomes, past.Outcome)
	}
	return f
}

// ways are how a release leaves a store.
func ways() map[string]func(*testing.T, *world) {
	all := map[string]func(*testing.T, *world){
		"built":         applied,
		"rotated":       func(t *testing.T, w *world) { applied(t, w); newVersion(w); must(t, Rotate(t.Context(), w.options())) },
		"rolled-back":   func(t *testing.T, w *world) { failedGreen(t, w) },
		"waits-at-gate": waitsAtTheGate,
		"keeps-blue":    keptBlue,
		"destroyed":     func(t *testing.T, w *world) { applied(t, w); must(t, DestroyAll(t.Context(), w.options())) },
		"asks-a-person": func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			w.spec.Spec.Rotation.OnFailure = "ask"
			o := w.options()
			o.Observer = onPhase(rotation.Soak, func() { w.verdicts["green"] = verify.Fail })
			_ = rotated[*rotation.Waiting](t, w, o)
		},
		"share-held": func(t *testing.T, w *world) { _ = shareHeld(t, w) },
		"never-quiet": func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			o := w.options()
			o.Observer = onPhase(rotation.Drain, func() { w.busy["blue"] = 500 })
			_ = rotated[*rotation.Failed](t, w, o)
		},
	}
	for _, p := range rotation.Phases {
		all["killed-in-"+p.Name] = func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			o := w.options()
			o.Observer = onPhase(p.Name, func() { w.killAt = w.effects + 3 })
			_ = Rotate(t.Context(), o)
			w.revive()
		}
	}
	return all
}

// TestTheCorpusIsAddedTo writes with -record=NAME what is not there yet; without it, it holds that every way is there.
func TestTheCorpusIsAddedTo(t *testing.T) {
	t.Parallel()
	for name, leave := range ways() {
		if *record == "" {
			if found, err := filepath.Glob(filepath.Join(corpus, "*", name+".json")); err != nil || len(found) == 0 {
				t.Errorf("the corpus has no store that is %s (%v); add those of this release with -record=NAME", name, err)
			}
			continue
		}
		inWorld(t, func(t *testing.T, w *world) {
			leave(t, w)
			w.save(t, filepath.Join(corpus, *record), name)
		})
	}
}

func (w *world) save(t *testing.T, dir, name string) {
	t.Helper()
	l := left{Time: time.Now().UTC(), Standing: w.standing, Locked: w.locked, DNS: w.dns, Versions: w.version, Tags: w.tags, Folds: foldsOf(w.state()), Values: map[string]string{}}
	must(t, os.MkdirAll(filepath.Join(dir, "bundles"), 0o755))
	for _, value := range w.objects.Names() {
		if strings.HasPrefix(value, "bundles/") {
			add(t, filepath.Join(dir, value), w.objects.Get(value))
			continue
		}
		l.Values[value] = string(w.objects.Get(value))
	}
	data, err := json.MarshalIndent(l, "", " ")
	must(t, err)
	add(t, filepath.Join(dir, name+".json"), append(data, '\n'))
}

// add writes a file that is not there: what is there stays as it is.
func add(t *testing.T, path string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return
	}
	must(t, err)
	_, err = f.Write(data)
	must(t, errors.Join(err, f.Close()))
}

// load is the world as a release left it, an hour later.
func (w *world) load(t *testing.T, path string) left {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	var l left
	must(t, json.Unmarshal(data, &l))
	w.objects = &storetest.Memory{}
	for name, value := range l.Values {
		w.objects.Put(name, []byte(value))
	}
	bundles, err := filepath.Glob(filepath.Join(filepath.Dir(path), "bundles", "*"))
	must(t, err)
	for _, bundle := range bundles {
		value, err := os.ReadFile(bundle)
		must(t, err)
		w.objects.Put("bundles/"+filepath.Base(bundle), value)
	}
	w.standing, w.locked, w.dns, w.version, w.tags, w.process = l.Standing, l.Locked, l.DNS, l.Versions, l.Tags, 1000
	time.Sleep(time.Until(l.Time.Add(time.Hour)))
	return l
}

// stores are the paths of the corpus, by release and name.
func stores(t *testing.T) map[string]string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(corpus, "*", "*.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("the corpus is empty: %v", err)
	}
	paths := map[string]string{}
	for _, path := range found {
		paths[filepath.Base(filepath.Dir(path))+"/"+strings.TrimSuffix(filepath.Base(path), ".json")] = path
	}
	return paths
}

// Every journal that a release wrote adds up to what it did then.
func TestEveryJournalOfTheCorpusFoldsAsItDid(t *testing.T) {
	t.Parallel()
	for name, path := range stores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				l := w.load(t, path)
				got, err := json.Marshal(foldsOf(w.state()))
				must(t, err)
				want, err := json.Marshal(l.Folds)
				must(t, err)
				if string(got) != string(want) {
					t.Errorf("it folds to\n%s\nand did to\n%s", got, want)
				}
			})
		})
	}
}

// Promise 10: what another release began, this one finishes; and until the first deletion, it can go back.
func TestARotationOfTheCorpusIsFinishedOrGoneBackFrom(t *testing.T) {
	t.Parallel()
	finished, back := 0, 0
	for name, path := range stores(t) {
		inWorld(t, func(t *testing.T, w *world) {
			l := w.load(t, path)
			if l.Folds.Rotation == "" {
				return
			}
			newVersion(w)
			if l.Folds.Hold != "" {
				requested(t, w, rotation.Request{Asks: rotation.Resume})
			}
			time.Sleep(25 * time.Hour) // blue is kept no longer
			err := Rotate(t.Context(), w.options())
			var waiting *rotation.Waiting
			for _, gate := range []string{"shift", "destroy"} {
				if errors.As(err, &waiting) && waiting.Next == "approve "+gate {
					requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: gate})
					err, waiting = Rotate(t.Context(), w.options()), nil
				}
			}
			// A release whose foundation is another one has nothing to finish of what changed nothing yet: that is over, and
			// begins anew on the new foundation.
			var over *rotation.Failed
			if errors.As(err, &over) && over.Nothing {
				w.spec.Spec.Kubernetes.Version = w.state().Colors[w.state().Active].Version
				applied(t, w)
				newVersion(w)
				err = Rotate(t.Context(), w.options())
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			checkRotated(t, w)
			finished++
		})
		inWorld(t, func(t *testing.T, w *world) {
			l := w.load(t, path)
			if l.Folds.Rotation == "" || l.Folds.NoWayBack {
				return
			}
			var over *rotation.RolledBack
			if err := Rollback(t.Context(), w.options()); !errors.As(err, &over) {
				t.Errorf("%s: rollback says %v", name, err)
				return
			}
			checkBack(t, w)
			back++
		})
	}
	if finished < 10 || back < 8 {
		t.Errorf("%d rotations were finished and %d gone back from: the test sees too little", finished, back)
	}
}
