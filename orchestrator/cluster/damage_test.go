package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

// commands are what a person runs; each returns its error.
var commands = map[string]func(context.Context, *world) error{
	"status": func(ctx context.Context, w *world) error {
		if _, err := Account(ctx, w.options(), func(context.Context, Options) (platform.Platform, error) { return &fakeCloud{w}, nil }); err != nil {
			return err
		}
		if _, err := Asked(ctx, w.store()); err != nil {
			return err
		}
		_, err := Health(ctx, w.options(), func(ctx context.Context, o Options) (func(spec.Cluster, color.Color) []Check, error) {
			ports, err := w.connect(ctx, o)
			return ports.Checks, err
		})
		return err
	},
	"rotate":   func(ctx context.Context, w *world) error { return Rotate(ctx, w.options()) },
	"apply":    func(ctx context.Context, w *world) error { return Apply(ctx, w.options()) },
	"rollback": func(ctx context.Context, w *world) error { return Rollback(ctx, w.options()) },
	"destroy":  func(ctx context.Context, w *world) error { return DestroyAll(ctx, w.options()) },
	"approve": func(ctx context.Context, w *world) error {
		_, err := Ask(ctx, w.options(), rotation.Request{Asks: rotation.Approve, Gate: "destroy"})
		return err
	},
}

// damages are the ways in which a value comes to harm. An older copy of a value that never changes is another one.
func damages(objects *storetest.Memory, name string) map[string][]byte {
	value := objects.Get(name)
	harmed := bytes.Clone(value)
	harmed[len(harmed)/2] ^= 0x10
	all := map[string][]byte{"deleted": nil, "emptied": {}, "changed": harmed, "truncated": value[:len(value)*2/3]}
	names := objects.Names()
	folder := name[:strings.Index(name, "/")+1]
	if i := slices.Index(names, name); i > 0 && strings.HasPrefix(names[i-1], folder) {
		all["replaced by "+names[i-1]] = objects.Get(names[i-1])
	}
	return all
}

// speaks fails the test unless an error says which value is broken and what a person does. A phase that failed has it as
// text only.
func speaks(t *testing.T, what string, err error) {
	t.Helper()
	text := fmt.Sprint(err)
	damaged := strings.Contains(text, "the store is damaged: ") &&
		(strings.Contains(text, "nothing was changed. Restore the object from a copy") || strings.Contains(text, "nothing was changed. Delete that object: its records are there"))
	missing := strings.Contains(text, "the store has no bundle ") && strings.Contains(text, "restore it from a copy of the store")
	if err == nil || !damaged && !missing {
		t.Errorf("%s: got %v", what, err)
	}
}

// waitsAtTheGate has blue kept, and a person's approval asked for: a rotation with records of every kind, and requests.
func waitsAtTheGate(t *testing.T, w *world) {
	t.Helper()
	applied(t, w)
	newVersion(w)
	w.spec.Spec.Rotation.Approvals = []string{"shift", "destroy"}
	_ = rotated[*rotation.Waiting](t, w, w.options())
	requested(t, w, rotation.Request{Asks: rotation.Pause})
	_ = rotated[*rotation.Waiting](t, w, w.options())
	requested(t, w, rotation.Request{Asks: rotation.Resume})
	requested(t, w, rotation.Request{Asks: rotation.Approve, Gate: "shift"})
	_ = rotated[*rotation.Waiting](t, w, w.options())
	if phase := w.state().Rotation.Phase; phase != rotation.ApproveDestroy {
		t.Fatalf("the rotation is in %s", phase)
	}
}

// notices says which commands must notice that a value is broken, and is empty where none needs to.
func notices(name, how string, w *world) []string {
	state := w.state()
	switch {
	case strings.HasPrefix(name, "packs/") && how == "deleted": // a copy of records that are there
	case strings.HasPrefix(name, "journal/") && name <= "journal/000000000064": // a pack has a copy of it
	case strings.HasPrefix(name, "requests/") && how == "deleted" && !slices.Contains(w.objects.Names(), after(name)): // as if nobody had asked
	case strings.HasPrefix(name, "requests/"):
		return []string{"status", "rotate", "approve"} // and rollback must not: see below
	case name == "bundles/"+state.Rotation.Plan.Spec:
		return []string{"status", "rotate", "destroy", "apply"} // and rollback must not: see below
	case strings.HasPrefix(name, "bundles/") && slices.Contains(slices.Collect(maps.Values(state.Bundles)), strings.TrimPrefix(name, "bundles/")):
		return []string{"rotate"}
	case strings.HasPrefix(name, "bundles/"): // nothing depends on it any more
	default:
		return slices.Sorted(maps.Keys(commands))
	}
	return nil
}

// after is the name of the record after a record.
func after(name string) string {
	var n int
	folder, number, _ := strings.Cut(name, "/")
	_, _ = fmt.Sscanf(number, "%d", &n)
	return fmt.Sprintf("%s/%012d", folder, n+1)
}

// Every record, lease, request and bundle, broken in every way: a message that says what to do, and no action.
func TestCommandsReportABrokenValueAndDoNothing(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		waitsAtTheGate(t, w)
		whole, dns, broken := w.objects.Clone(), maps.Clone(w.dns), map[string]int{}
		for i, name := range whole.Names() {
			if i%3 > 0 && strings.HasPrefix(name, "journal/") && whole.Get(after(name)) != nil { // like the ones beside it
				continue
			}
			for how, value := range damages(whole, name) {
				w.restore(whole)
				for _, command := range notices(name, how, w) {
					w.restore(whole)
					w.objects.Put(name, value)
					before := contents(w.objects)
					what := fmt.Sprintf("%s, with %s %s", command, name, how)
					speaks(t, what, commands[command](t.Context(), w))
					if len(w.applied) > 0 || !maps.Equal(w.dns, dns) {
						t.Fatalf("%s: applied %v, DNS %v", what, w.applied, w.dns)
					}
					if after := contents(w.objects); (command == "status" || command == "approve") && after != before {
						t.Errorf("%s: the store was changed", what)
					}
					broken[name[:strings.Index(name, "/")]]++
				}
			}
		}
		for _, folder := range []string{"journal", "heartbeats", "packs", "requests", "bundles"} {
			if broken[folder] == 0 {
				t.Errorf("nothing of %s was broken: %v", folder, broken)
			}
		}
	})
}

func contents(objects *storetest.Memory) string {
	var all strings.Builder
	for _, name := range objects.Names() {
		fmt.Fprintf(&all, "%s=%x\n", name, objects.Get(name))
	}
	return all.String()
}

// A broken request keeps nobody from going back, and is named.
func TestABrokenRequestDoesNotKeepAnybodyFromGoingBack(t *testing.T) {
	t.Parallel()
	for how := range damages(withRequests(t), "requests/000000000002") {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				waitsAtTheGate(t, w)
				w.objects.Put("requests/000000000002", damages(w.objects, "requests/000000000002")[how])
				o, said := w.options(), ""
				o.Observer = onProgress{do: func(message string) { said += message + "\n" }}
				var back *rotation.RolledBack
				if err := Rollback(t.Context(), o); !errors.As(err, &back) {
					t.Fatalf("rollback says %v", err)
				}
				checkBack(t, w)
				if !strings.Contains(said, "requests/00000000000") || !strings.Contains(said, "move the folder requests") {
					t.Errorf("it does not say what is broken:\n%s", said)
				}
				// The remedy that was named leads on.
				w.move("requests/")
				w.again = true
				w.spec.Spec.Rotation.Approvals = nil
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
			})
		})
	}
}

// The spec that a rotation began with is needed to go on with it, and not to go back: a store from which a rule of the
// bucket deletes what is old keeps nobody from that.
func TestALostSpecOfTheRotationDoesNotKeepAnybodyFromGoingBack(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		keptBlue(t, w)
		w.objects.Put("bundles/"+w.state().Rotation.Plan.Spec, nil)
		speaks(t, "rotate", Rotate(t.Context(), w.options()))
		o, said := w.options(), ""
		o.Observer = onProgress{do: func(message string) { said += message + "\n" }}
		var back *rotation.RolledBack
		if err := Rollback(t.Context(), o); !errors.As(err, &back) {
			t.Fatalf("rollback says %v", err)
		}
		checkBack(t, w)
		if !strings.Contains(said, "the store has no bundle") || !strings.Contains(said, "going back all the same, with cluster.yaml as it is") {
			t.Errorf("it does not say what is lost:\n%s", said)
		}
		w.again, w.spec.Spec.Rotation.KeepBlue = true, 0
		must(t, Rotate(t.Context(), w.options()))
		checkRotated(t, w)
	})
}

// Bundles of which there is no copy are made anew of what is there.
func TestLostBundlesAreMadeAnewByRecover(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"foundation", "blue", "green", "traffic", "the spec"} {
		for _, fresh := range []bool{false, true} {
			t.Run(fmt.Sprint(lost, ", fresh checkout ", fresh), func(t *testing.T) {
				t.Parallel()
				inWorld(t, func(t *testing.T, w *world) {
					remote(w)
					keptBlue(t, w)
					digest := w.state().Bundles[lost]
					if lost == "the spec" {
						digest = w.state().Rotation.Plan.Spec
					}
					w.objects.Put("bundles/"+digest, nil)
					if fresh {
						w.files = map[string][]byte{}
					}
					w.applied = nil
					said := ""
					must(t, Recover(t.Context(), w.options(), "", func(found string) error { said = found; return nil }))
					if !strings.Contains(said, digest+") cannot be read") || len(w.applied) > 0 || w.dns["green"] != 100 {
						t.Errorf("applied %v, DNS %v; it said\n%s", w.applied, w.dns, said)
					}
					w.spec.Spec.Rotation.KeepBlue = 0
					w.spec.Spec.Kubernetes.Version = "1.34"
					must(t, Rotate(t.Context(), w.options()))
					if state := w.state(); state.Active != "blue" || !w.standing["blue"] || w.standing["green"] {
						t.Errorf("active %q, standing %v", state.Active, w.standing)
					}
					must(t, DestroyAll(t.Context(), w.options()))
				})
			})
		}
	}
}

// withRequests is a store with three requests, to name the damages by.
func withRequests(t *testing.T) *storetest.Memory {
	t.Helper()
	objects := &storetest.Memory{}
	s := store.Open(objects, "tiny", store.Options{})
	for range 3 {
		_, err := s.Ask(t.Context(), store.Request{Verb: "pause", By: "ann"})
		must(t, err)
	}
	return objects
}

// move takes folders out of the store, as a person does.
func (w *world) move(folders ...string) {
	for _, name := range w.objects.Names() {
		if slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(name, folder) }) {
			w.objects.Put(name, nil)
		}
	}
}

// A broken journal of which there is no copy is not the end: what its message says leads on.
func TestABrokenJournalIsRecoveredAsItsMessageSays(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		waitsAtTheGate(t, w)
		names := w.objects.Names()
		last := names[slices.IndexFunc(names, func(name string) bool {
			return strings.HasPrefix(name, "packs/") || strings.HasPrefix(name, "requests/")
		})-1]
		w.objects.Put(last, []byte("broken"))
		err := Recover(t.Context(), w.options(), "", func(string) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "move the folders journal, packs and heartbeats out of the store, and run `drover recover`") {
			t.Fatalf("recover says %v", err)
		}
		w.move("journal/", "packs/", "heartbeats/")
		must(t, Recover(t.Context(), w.options(), "", func(string) error { return nil }))
		if w.state().Active != "green" || w.dns["green"] != 100 {
			t.Fatalf("active %q, DNS %v", w.state().Active, w.dns)
		}
		w.spec.Spec.Rotation.Approvals, w.spec.Spec.Kubernetes.Version = nil, "1.34"
		must(t, Rotate(t.Context(), w.options()))
		if w.state().Active != "blue" || !w.standing["blue"] || w.standing["green"] {
			t.Errorf("active %q, standing %v", w.state().Active, w.standing)
		}
	})
}

// A broken bundle of one root is found before the others are destroyed.
func TestADestroyWithABrokenBundleDestroysNothing(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"foundation", "blue", "traffic"} {
		t.Run(root, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				w.applied = nil
				w.objects.Put("bundles/"+w.state().Bundles[root], []byte("broken"))
				err := DestroyAll(t.Context(), w.options())
				speaks(t, root, err)
				if len(w.applied) > 0 || w.dns["blue"] != 100 {
					t.Errorf("applied %v, DNS %v", w.applied, w.dns)
				}
			})
		})
	}
}

// A machine whose clock is wrong would end the day that blue is kept too soon, by hours.
func TestAWrongClockIsRefusedAndKeepsNobodyFromGoingBack(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"ahead": 3 * time.Hour, "behind": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				keptBlue(t, w)
				w.applied = nil
				w.ahead = ahead
				for _, command := range []string{"rotate", "apply", "destroy"} {
					err := commands[command](t.Context(), w)
					var refused *Refused
					if !errors.As(err, &refused) || !strings.Contains(err.Error(), "the clock of this machine is ") || len(w.applied) > 0 {
						t.Errorf("%s: applied %v: %v", command, w.applied, err)
					}
				}
				for _, little := range []time.Duration{50 * time.Second, -50 * time.Second} {
					w.ahead = little
					_ = rotated[*rotation.Waiting](t, w, w.options())
				}
				w.ahead = ahead
				var back *rotation.RolledBack
				if err := Rollback(t.Context(), w.options()); !errors.As(err, &back) {
					t.Fatalf("rollback says %v", err)
				}
				checkBack(t, w)
			})
		})
	}
}
