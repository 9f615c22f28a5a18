package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
)

func TestEventsComeBackInTheOrderTheyWereAppended(t *testing.T) {
	t.Parallel()
	store := Open(t.TempDir())
	lease := acquire(t, store)
	for _, phase := range []string{"preflight", "render", "build"} {
		if _, err := lease.Append(t.Context(), Event{Kind: PhaseStarted, Phase: phase}); err != nil {
			t.Fatal(err)
		}
	}
	events := read(t, store)
	if len(events) != 3 || events[0].Phase != "preflight" || events[2].Phase != "build" {
		t.Fatalf("read %+v", events)
	}
	if events[0].Fence != 1 || events[0].Time.IsZero() {
		t.Errorf("an event has neither fence nor time: %+v", events[0])
	}
}

func TestATornLastLineIsNoEventAndTheNextAppendReplacesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := Open(dir)
	note(t, store, Event{Kind: Approval, Phase: "shift"})
	path := filepath.Join(dir, journalFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := append(append([]byte{}, whole...), whole...)
	for cut := len(whole); cut < len(second); cut++ { // killed at every byte of the second line
		if err := os.WriteFile(path, second[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, store); len(got) != 1 {
			t.Fatalf("cut at %d of %d: %d events, want the one whole", cut, len(second), len(got))
		}
		note(t, store, Event{Kind: Approval, Phase: "destroy"})
		if got := read(t, store); len(got) != 2 || got[1].Phase != "destroy" {
			t.Fatalf("cut at %d: after the next append: %+v", cut, got)
		}
	}
}

func TestADamagedLineInTheMiddleIsAnErrorNotAGuess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, journalFile), []byte("{}\nnot json\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir).Events(t.Context()); err == nil {
		t.Fatal("a damaged journal was read as if it were whole")
	}
}

func TestAppendsFromManyWritersAllArrive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const writers, each = 8, 10
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			store := Open(dir)
			for range each {
				if _, err := store.Note(t.Context(), Event{Kind: Approval}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if got := read(t, Open(dir)); len(got) != writers*each {
		t.Fatalf("%d events arrived, want %d", len(got), writers*each)
	}
}

func TestASecondProcessIsToldWhoHoldsTheLease(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := acquire(t, Open(dir))
	_, err := Open(dir).Acquire("shop", "drover rotate")
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("the second got %v", err)
	}
	if held.Holder.PID != os.Getpid() || held.Holder.Command != "drover apply" {
		t.Errorf("the holder is %+v", held.Holder)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(dir).Acquire("shop", "drover rotate")
	if err != nil {
		t.Fatal(err)
	}
	if second.Fence() != first.Fence()+1 {
		t.Errorf("fence %d follows %d", second.Fence(), first.Fence())
	}
	_ = second.Release()
}

func TestAProcessThatLostTheLeaseCannotAppend(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := acquire(t, Open(dir))
	if err := old.Release(); err != nil { // as the kernel does for a process that hangs on a dead disk
		t.Fatal(err)
	}
	acquire(t, Open(dir))
	if _, err := old.Append(t.Context(), Event{Kind: Weights}); err == nil {
		t.Fatal("an event with an old fencing number was written")
	}
	if got := read(t, Open(dir)); len(got) != 0 {
		t.Fatalf("the journal holds %+v", got)
	}
}

func TestABundleComesBackAsItWas(t *testing.T) {
	t.Parallel()
	store := Open(t.TempDir())
	files := map[string][]byte{"shop/green/main.tf": []byte("module {}\n"), "modules/aws/cluster/eks.tf": {}}
	if err := store.SaveBundle("abc123", files); err != nil {
		t.Fatal(err)
	}
	got, err := store.Bundle("abc123")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || string(got["shop/green/main.tf"]) != "module {}\n" {
		t.Fatalf("got %q", got)
	}
	if _, err := store.Bundle("unknown"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an unknown revision gives %v", err)
	}
}

func TestFoldGivesTheRotationUnderWay(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	events := []Event{
		{Kind: Applied, Root: "blue", Version: "1.33", Revision: "b1", Endpoint: &Endpoint{DNSName: "blue.lb"}},
		{Kind: Weights, Weights: map[string]int{"blue": 100}},
		{Kind: Activated, To: "blue"},
		{Kind: RotationStarted, Rotation: "r1", From: "blue", To: "green", Version: "1.34"},
		{Kind: PhaseStarted, Rotation: "r1", Phase: "soak", Time: begun},
		{Kind: PhaseFailed, Rotation: "r1", Phase: "soak", Outcome: Failed, Seconds: 2},
		{Kind: PhaseStarted, Rotation: "r1", Phase: "soak", Time: begun.Add(time.Hour)},
		{Kind: PhaseDone, Rotation: "r1", Phase: "soak", Outcome: Done, Seconds: 3},
		{Kind: Approval, Rotation: "r1", Phase: "destroy", By: "ann"},
		{Kind: Approval, Rotation: "another", Phase: "shift", By: "bob"},
		{Kind: WeightsIntended, Weights: map[string]int{"blue": 90, "green": 10}},
	}
	state := Fold(events)
	if state.Active != "blue" || state.Colors["blue"].Endpoint.DNSName != "blue.lb" || state.Weights["blue"] != 100 {
		t.Errorf("state is %+v", state)
	}
	if state.Intended["green"] != 10 {
		t.Errorf("an intent without outcome is lost: %+v", state.Intended)
	}
	soak := state.Rotation.Phases["soak"]
	if !soak.Done() || !soak.StartedAt.Equal(begun) || soak.Starts != 2 || soak.Seconds != 5 {
		t.Errorf("soak is %+v; it must count from its first start", soak)
	}
	if state.Rotation.Approved["destroy"] != "ann" || state.Rotation.Approved["shift"] != "" {
		t.Errorf("approvals are %+v", state.Rotation.Approved)
	}
	state.Add(Event{Kind: RotationFinished, Rotation: "r1", Outcome: Done})
	if state.Rotation != nil || len(state.Past) != 1 || state.Past[0].Outcome != Done {
		t.Errorf("after the end: %+v", state)
	}
}

func acquire(t *testing.T, s *Store) *Lease {
	t.Helper()
	lease, err := s.Acquire("shop", "drover apply")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lease.Release() })
	return lease
}

func note(t *testing.T, s *Store, e Event) {
	t.Helper()
	if _, err := s.Note(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *Store) []Event {
	t.Helper()
	events, err := s.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestAnEventThatThisDroverDoesNotKnowStopsIt(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"a kind of its own": `{"kind":"teleported","to":"green"}`,
		"a newer format":    `{"format":2,"kind":"activated","to":"green"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			text := `{"format":1,"kind":"activated","to":"blue"}` + "\n" + line + "\n"
			if err := os.WriteFile(filepath.Join(dir, journalFile), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			events, err := Open(dir).Events(t.Context())
			var newer *NewerError
			if !errors.As(err, &newer) || newer.Line != 2 || !strings.Contains(err.Error(), "newer drover") {
				t.Errorf("read %v, %v", events, err)
			}
		})
	}
}

func TestEveryKindThatIsFoldedCanBeRead(t *testing.T) {
	t.Parallel()
	for kind := range folds {
		if !kinds[kind] {
			t.Errorf("%s is folded, and a journal that has it cannot be read", kind)
		}
	}
}

// Somebody else's process holds the journal's lock and is stopped. The one that is interrupted gives up sooner.
func TestAppendingToALockedJournalEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		interrupted bool
		within      time.Duration
	}{"by itself": {false, lockPatience + time.Second}, "at an interrupt": {true, interruptedPatience + time.Second}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				lease := acquire(t, Open(dir))
				held := flock.New(filepath.Join(dir, journalFile+".lock"))
				if got, err := held.TryLock(); err != nil || !got {
					t.Fatal(got, err)
				}
				defer func() { _ = held.Close() }()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.interrupted {
					cancel()
				}
				began := time.Now()
				_, err := lease.Append(ctx, Event{Kind: PhaseStarted})
				if err == nil || !strings.Contains(err.Error(), "end that process") {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took > c.within {
					t.Errorf("it waited for %s, want at most %s", took, c.within)
				}
			})
		})
	}
}

// What was done before an interrupt is recorded after it.
func TestAnInterruptedProcessStillRecordsAnOutcome(t *testing.T) {
	t.Parallel()
	store := Open(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := acquire(t, store).Append(ctx, Event{Kind: Applied, Root: "green"}); err != nil || len(read(t, store)) != 1 {
		t.Errorf("got %v; the journal has %v", err, read(t, store))
	}
}

func TestAnIntentIsOpenUntilItsOutcome(t *testing.T) {
	t.Parallel()
	s := Fold([]Event{{Kind: ApplyIntended, Root: "foundation"}, {Kind: ApplyIntended, Root: "blue"}})
	if s.Open["foundation"] != ApplyIntended || s.Open["blue"] != ApplyIntended || !s.Foundation {
		t.Errorf("after the intents: %+v", s)
	}
	s.Add(Event{Kind: Applied, Root: "foundation"})
	s.Add(Event{Kind: Applied, Root: "blue", Version: "1.33"})
	if len(s.Open) != 0 || !s.Foundation {
		t.Errorf("after the outcomes: %+v", s)
	}
	s.Add(Event{Kind: DestroyIntended, Root: "foundation"})
	s.Add(Event{Kind: Destroyed, Root: "foundation"})
	if len(s.Open) != 0 || s.Foundation {
		t.Errorf("after the end: %+v", s)
	}
}
