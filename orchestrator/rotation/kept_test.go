package rotation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

// kept is drover's own store, on values in memory that can be lost, torn or old.
type kept struct {
	objects *storetest.Memory
	ids     int
}

// clock is the world's time, for the store.
type worldly struct{ *world }

func (c worldly) Now() time.Time { return c.now }

func (c worldly) Sleep(_ context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return nil
}

func (k *kept) open(w *world) *store.Store {
	return store.Open(k.objects, "herd", store.Options{Clock: worldly{w}, Request: -1, Parallel: 1, ID: func() string {
		k.ids++
		return fmt.Sprint("id", k.ids)
	}})
}

// start is a process with the lease, which knows what the store has.
func (k *kept) start(ctx context.Context, w *world) (*process, error) {
	k.objects.Land()
	s := k.open(w)
	lease, err := s.Acquire(ctx, store.Holder{Host: "model"})
	if err != nil {
		return nil, err
	}
	records, err := s.Records(ctx)
	if err != nil {
		return nil, err
	}
	events, err := journal.Read(records)
	if err != nil {
		return nil, err
	}
	w.journal = nil
	for _, e := range events {
		w.remember(e)
	}
	w.fence = lease.Fence() - 1
	p := w.start()
	p.lease = lease
	return p, nil
}

func (p *process) keep(ctx context.Context, e journal.Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err = p.lease.Append(ctx, data); err == nil && (e.Kind == journal.DestroyIntended || e.Kind == journal.ClearIntended) {
		err = p.lease.Anchor(ctx)
	}
	var lost *store.LostError
	if errors.As(err, &lost) {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return err
}

// newKept is a world whose journal is in a store.
func newKept(t *testing.T, p journal.Plan) *course {
	t.Helper()
	w := newWorld(p)
	w.kept = &kept{objects: &storetest.Memory{}}
	lease, err := w.kept.open(w).Acquire(t.Context(), store.Holder{Host: "model"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range w.journal.events() {
		if err := (&process{world: w, lease: lease}).keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &course{world: w}
}

func (c *course) toEnd(ctx context.Context) {
	for c.end == "" {
		c.step(ctx)
	}
}

// Each call of the store by which it fails, or lies, once.
func TestPromisesHoldWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	whole := newKept(t, plan())
	whole.kept.objects.Calls()
	whole.toEnd(t.Context())
	calls := len(whole.kept.objects.Calls())
	if whole.end != endDone || calls < 80 {
		t.Fatalf("without a fault it %s, with %d calls", whole.end, calls)
	}
	ends := map[string]int{}
	for _, fault := range []storetest.Fault{storetest.Refused, storetest.Unknown, storetest.Late, storetest.Lost, storetest.Torn, storetest.Stale} {
		for at := range calls {
			c, n := newKept(t, plan()), 0
			c.kept.objects.Fault = func(storetest.Call) storetest.Fault {
				if n++; n == at+1 {
					return fault
				}
				return storetest.None
			}
			c.toEnd(t.Context())
			ends[c.end]++
			if len(c.broken) > 0 || c.end == endNever || c.end == endStop {
				t.Errorf("fault %d at call %d: %s", fault, at, c.report(schedule{}))
			}
		}
	}
	t.Logf("%d runs: %v", 6*calls, ends)
}

// damage is what may become of a store's values while no process runs. It returns false if it finds nothing to damage.
type damage func(m *storetest.Memory, journal []string) bool

var damages = map[string]damage{
	"the last record is torn": func(m *storetest.Memory, journal []string) bool {
		last := journal[len(journal)-1]
		m.Put(last, m.Get(last)[:len(m.Get(last))/2])
		return true
	},
	"a record in the middle is lost": func(m *storetest.Memory, journal []string) bool {
		m.Put(journal[len(journal)/2], nil)
		return true
	},
	"a record in the middle is altered": func(m *storetest.Memory, journal []string) bool {
		name := journal[len(journal)/2]
		m.Put(name, []byte(strings.Replace(string(m.Get(name)), "time", "tine", 1)))
		return true
	},
	"the last record is an older one": func(m *storetest.Memory, journal []string) bool {
		m.Put(journal[len(journal)-1], m.Get(journal[len(journal)-2]))
		return true
	},
	"the journal is lost, and the heartbeat is not": func(m *storetest.Memory, journal []string) bool {
		for _, name := range journal {
			m.Put(name, nil)
		}
		return true
	},
	"the heartbeat is lost": func(m *storetest.Memory, journal []string) bool {
		if strings.Contains(string(m.Get(journal[len(journal)-1])), `"holder"`) {
			return false // of a lease under which nothing was written: that is as if it had crashed before
		}
		return each(m, "heartbeats/", func(name string) { m.Put(name, nil) })
	},
	"the heartbeat is torn": func(m *storetest.Memory, _ []string) bool {
		return each(m, "heartbeats/", func(name string) { m.Put(name, m.Get(name)[:10]) })
	},
}

func each(m *storetest.Memory, prefix string, do func(name string)) bool {
	found := false
	for _, name := range m.Names() {
		if strings.HasPrefix(name, prefix) {
			do(name)
			found = true
		}
	}
	return found
}

// After a crash at each point, each damage: the next process says so and does nothing, and once a person has put the value
// back, the rotation ends.
func TestNothingIsDoneOnADamagedStore(t *testing.T) {
	t.Parallel()
	undisturbed := simulate(t, plan(), schedule{})
	refusals := 0
	for at := 1; at <= undisturbed.touches; at++ {
		crashed := newKept(t, plan())
		crashed.at = schedule{}.with(at, crash)
		for crashed.started == 0 || crashed.process != nil {
			crashed.step(t.Context())
		}
		for name, damaged := range damages {
			c := crashed.fork()
			c.kept = &kept{objects: crashed.kept.objects.Clone()}
			whole := c.kept.objects.Clone()
			if !damaged(c.kept.objects, slices.DeleteFunc(c.kept.objects.Names(), func(n string) bool { return !strings.HasPrefix(n, "journal/") })) {
				continue
			}
			before := *c.world
			_, err := c.kept.start(t.Context(), c.world)
			if err == nil && slices.EqualFunc(before.journal.events(), c.journal.events(), alike) {
				continue // a pack has the record too
			}
			var damage *store.DamageError
			if !errors.As(err, &damage) || damage.Remedy == "" {
				t.Fatalf("after a crash at point %d, %s: %v", at, name, err)
			}
			if refusals++; !same(before, *c.world) {
				t.Fatalf("after a crash at point %d, %s: something was done", at, name)
			}
			c.kept.objects = whole
			if c.toEnd(t.Context()); c.end != endDone && c.end != endBack || len(c.broken) > 0 {
				t.Fatalf("after a crash at point %d, %s, and the store put back: %s", at, name, c.report(c.at))
			}
		}
	}
	if refusals < 500 {
		t.Errorf("only %d damaged stores were refused", refusals)
	}
	t.Logf("%d damaged stores were refused, and the rotation ended once they were put back", refusals)
}

func alike(a, b journal.Event) bool {
	return a.Kind == b.Kind && a.Time.Equal(b.Time) && a.Phase == b.Phase && a.Weights.Equal(b.Weights)
}

func same(a, b world) bool {
	return a.standing == b.standing && a.dns.Equal(b.dns) && a.root.Equal(b.root) && a.deleting == b.deleting
}
