package notify

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/store"
	"drover/orchestrator/store/storetest"
)

// bubble is the time of a test's bubble.
type bubble struct{}

func (bubble) Now() time.Time { return time.Now() }

func (bubble) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// inbox is a receiver that fails as it is told.
type inbox struct {
	lock  sync.Mutex
	ids   []string
	fails func(m Message) error
	hangs bool
}

func (i *inbox) Send(ctx context.Context, m Message) error {
	if i.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.fails != nil {
		if err := i.fails(m); err != nil {
			return err
		}
	}
	i.ids = append(i.ids, m.On+" "+m.ID)
	return nil
}

// world is a store, and what a process warned of.
type world struct {
	t      *testing.T
	store  *store.Store
	lease  *store.Lease
	lock   sync.Mutex
	warned []string
}

func newWorld(t *testing.T, memory *storetest.Memory) *world {
	t.Helper()
	w := &world{t: t, store: store.Open(memory, "shop", store.Options{Clock: bubble{}})}
	w.drive()
	return w
}

// drive is another process under the lease.
func (w *world) drive() {
	w.t.Helper()
	lease, err := w.store.Acquire(w.t.Context(), store.Holder{Host: "h", Command: "drover rotate"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.lease = lease
}

func (w *world) write(events ...journal.Event) {
	w.t.Helper()
	for _, e := range events {
		if e.Rotation == "" {
			e.Rotation = rotationID
		}
		e.Time = time.Now().UTC()
		data, err := json.Marshal(e)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.lease.Append(w.t.Context(), data); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) notifier(receivers ...Receiver) *Notifier {
	return New(w.t.Context(), Options{
		Cluster: "shop", Receivers: receivers, Journal: w.store, Attachments: w.store, Clock: bubble{},
		Command: func(verb string) string { return "`drover " + verb + "`" },
		Warn: func(message string) {
			w.lock.Lock()
			defer w.lock.Unlock()
			w.warned = append(w.warned, message)
		},
		Redact: func(text string) string { return strings.ReplaceAll(text, "made-up-secret", "***") },
	})
}

func everything(name string, sender Sender) Receiver {
	return Receiver{Name: name, Sender: sender, On: []string{spec.OnStarted, spec.OnWaiting, spec.OnStep, spec.OnRolledBack, spec.OnDone, spec.OnFailed, spec.OnOverdue}}
}

func TestEachMessageIsSentOnceByAnyNumberOfProcesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, box := newWorld(t, &storetest.Memory{}), &inbox{}
		n := w.notifier(everything("chat", box))
		for _, e := range start("shift") {
			w.write(e)
			n.Poke()
		}
		if failed := n.Close(t.Context(), time.Minute); failed > 0 {
			t.Errorf("%d failed: %q", failed, w.warned)
		}
		w.write(journal.Event{Kind: journal.PhaseStarted, Phase: "approve-shift"}) // and the process is killed
		next := w.notifier(everything("chat", box))
		next.Poke()
		next.Close(t.Context(), time.Minute)
		again := w.notifier(everything("chat", box))
		again.Poke()
		again.Close(t.Context(), time.Minute)
		want := []string{"started " + rotationID + ".4.0", "waiting " + rotationID + ".5.0"}
		if !slices.Equal(box.ids, want) || len(w.warned) > 0 {
			t.Errorf("sent %q, want %q; warned %q", box.ids, want, w.warned)
		}
	})
}

// A process that is killed after it sent a message and before it remembered that leaves the message to the next one, with the
// same id.
func TestAMessageThatNobodyRemembersIsSentAgainWithItsID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		w, box := newWorld(t, memory), &inbox{}
		w.write(start()...)
		memory.Fault = func(c storetest.Call) storetest.Fault {
			if c.Op == "create" && strings.HasPrefix(c.Name, "attachments/notified/") {
				return storetest.Refused
			}
			return storetest.None
		}
		for range 2 {
			n := w.notifier(everything("chat", box))
			n.Poke()
			n.Close(t.Context(), time.Minute)
			memory.Fault = nil
		}
		if len(box.ids) != 2 || box.ids[0] != box.ids[1] {
			t.Errorf("sent %q", box.ids)
		}
	})
}

func TestAReceiverThatFailsIsOneWarningAndInTheStatusUntilItWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &storetest.Memory{})
		down, other := &inbox{fails: func(Message) error { return errors.New("asking made-up-secret: refused") }}, &inbox{}
		n := w.notifier(everything("down", down), everything("other", other), Receiver{Name: "unset", On: []string{spec.OnStarted}, Problem: "the environment variable X is not set where drover runs"})
		w.write(append(start(), journal.Event{Kind: journal.Weights, Weights: weights(80, 20)})...)
		n.Poke()
		if failed := n.Close(t.Context(), time.Hour); failed != 3 {
			t.Errorf("%d messages failed, want 3", failed)
		}
		slices.Sort(w.warned)
		if want := []string{
			"notify: down: asking ***: refused; the rotation goes on without it",
			"notify: unset: the environment variable X is not set where drover runs; the rotation goes on without it",
		}; !slices.Equal(w.warned, want) {
			t.Errorf("warned %q", w.warned)
		}
		if len(other.ids) != 2 {
			t.Errorf("the other one got %q", other.ids)
		}
		if failures, err := Failures(t.Context(), w.store); err != nil || len(failures) != 3 || failures[0].Reason != "asking ***: refused" || failures[0].On != spec.OnStarted {
			t.Errorf("the status has %+v (%v)", failures, err)
		}
		down.fails = nil
		next := w.notifier(everything("down", down), everything("other", other))
		next.Poke()
		next.Close(t.Context(), time.Hour)
		if failures, err := Failures(t.Context(), w.store); err != nil || len(failures) != 1 || failures[0].Receiver != "unset" {
			t.Errorf("the status has %+v (%v)", failures, err)
		}
		if len(down.ids) != 2 || len(other.ids) != 2 {
			t.Errorf("sent %q and %q", down.ids, other.ids)
		}
	})
}

// A rotation never waits for a receiver: to poke returns at once, and the end of a process waits for its limit at most.
func TestARotationDoesNotWaitForAReceiver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, box := newWorld(t, &storetest.Memory{}), &inbox{hangs: true}
		n := w.notifier(everything("hangs", box))
		began := time.Now()
		w.write(start()...)
		for i := range 500 {
			w.write(journal.Event{Kind: journal.Weights, Weights: weights(i%2*100, 100-i%2*100)})
			n.Poke()
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %s to write", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // as Ctrl-C does
		failed := n.Close(ctx, 30*time.Second)
		if took := time.Since(began); took != 30*time.Second || failed == 0 {
			t.Errorf("it took %s, and %d failed", took, failed)
		}
		if failures, err := Failures(t.Context(), w.store); err != nil || len(failures) > 0 {
			t.Errorf("what was cut short is remembered as failed: %+v (%v)", failures, err)
		}
	})
}

func TestACrashEndsTheMessagesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &storetest.Memory{})
		n := w.notifier(everything("crashes", &inbox{fails: func(Message) error { panic("a defect") }}))
		w.write(start()...)
		n.Poke()
		if failed := n.Close(t.Context(), time.Minute); failed != 1 || len(w.warned) != 1 || !strings.Contains(w.warned[0], "drover crashed while it sent messages") {
			t.Errorf("%d failed, warned %q", failed, w.warned)
		}
	})
}

func TestNobodyIsToldOfWhatIsLongOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, box := newWorld(t, &storetest.Memory{}), &inbox{}
		w.write(append(start(), journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done})...)
		time.Sleep(25 * time.Hour)
		w.drive()
		w.write(journal.Event{Kind: journal.RotationStarted, Rotation: "20261201t000000-b", From: "green", To: "blue", Plan: &journal.Plan{}})
		n := w.notifier(everything("chat", box))
		n.Poke()
		n.Close(t.Context(), time.Minute)
		if len(box.ids) != 1 || !strings.Contains(box.ids[0], "20261201t000000-b") {
			t.Errorf("sent %q", box.ids)
		}
	})
}

func TestMarksOfEarlierRotationsAreDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, box := newWorld(t, &storetest.Memory{}), &inbox{}
		for _, id := range []string{"20261101t000000-a", "20261102t000000-b", "20261103t000000-c"} {
			w.write(journal.Event{Kind: journal.RotationStarted, Rotation: id, From: "blue", To: "green", Plan: &journal.Plan{}},
				journal.Event{Kind: journal.RotationFinished, Rotation: id, Outcome: journal.Done})
			n := w.notifier(everything("chat", box))
			n.Poke()
			n.Close(t.Context(), time.Minute)
		}
		marks, err := w.store.Attachments(t.Context(), sentPurpose)
		if err != nil || len(marks) != 2 || len(box.ids) != 6 {
			t.Errorf("%d marks are left (%v) of %q", len(marks), err, box.ids)
		}
	})
}

// Only PagerDuty is told that something is over: in a chat, the next message says so.
func TestOnlyWhoResolvesIsToldOfAnEnd(t *testing.T) {
	t.Parallel()
	over := Message{On: spec.OnFailed, Over: true}
	pager := everything("pager", NewPagerDuty(&http.Client{}, "key", "us"))
	if everything("chat", &inbox{}).wants(over) || !pager.wants(over) || (Receiver{Sender: pager.Sender, On: []string{spec.OnDone}}).wants(over) {
		t.Error("the end of a failure goes to a receiver that resolves failures, and to no other")
	}
}
