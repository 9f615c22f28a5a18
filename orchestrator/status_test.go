package orchestrator

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
)

// askedStatus asks for a world's status, and fails the test if that leaves a trace in the Terraform directory.
func askedStatus(t *testing.T, w *world) (Status, error) {
	t.Helper()
	before := len(filesBelow(t, w.out))
	o := w.options()
	status, err := StatusOf(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	connect := func(context.Context, Options) (platform.Platform, error) {
		return w.options().Ports.Cloud, w.fail["connect"]
	}
	if err := status.AskAccount(t.Context(), o, connect); err != nil {
		t.Fatal(err)
	}
	if after := len(filesBelow(t, w.out)); after != before {
		t.Errorf("%d files before, %d after", before, after)
	}
	return status, status.Disagrees(o)
}

func TestStatusComparesTheJournalWithTheAccount(t *testing.T) {
	t.Parallel()
	noAnswer := errors.New("no answer")
	for name, c := range map[string]struct {
		change func(*testing.T, *world)
		asked  bool
		says   string // of the error; empty: there is none
	}{
		"as the journal says": {func(*testing.T, *world) {}, true, ""},
		"no journal":          {loseStore, true, "tiny-blue exists"},
		"no journal, and no answer": {func(t *testing.T, w *world) { loseStore(t, w); w.fail["weights"] = noAnswer },
			false, "it is not known whether anything of tiny stands"},
		"no journal, and no way to ask": {func(t *testing.T, w *world) { loseStore(t, w); w.fail["connect"] = noAnswer }, false, "no answer"},
		"no answer":                     {func(_ *testing.T, w *world) { w.fail["cluster"] = noAnswer }, false, ""}, // the journal's is worth saying
		"the cluster is gone":           {func(_ *testing.T, w *world) { w.standing["blue"] = false }, true, "there is no cluster tiny-blue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			applied(t, w)
			c.change(t, w)
			status, err := askedStatus(t, w)
			if status.Account.Asked != c.asked || (status.Account.Reason == "") != c.asked {
				t.Errorf("account is %+v", status.Account)
			}
			if (err == nil) != (c.says == "") || (err != nil && !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestStatusOfNothingIsNotADisagreement(t *testing.T) {
	t.Parallel()
	if status, err := askedStatus(t, newWorld(t)); err != nil || !status.Account.Asked || len(status.Account.Disagreements) != 0 {
		t.Errorf("%+v, %v", status.Account, err)
	}
}

// Whoever drives writes its events while status asks.
func TestStatusAsksAgainWhatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	o := w.options()
	status, err := StatusOf(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(journalOf(w))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	if err := os.WriteFile(journalOf(w), []byte(strings.Join(lines[:2], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	cloud := writing{o.Ports.Cloud, func() { _ = os.WriteFile(journalOf(w), whole, 0o600) }}
	if err := status.AskAccount(t.Context(), o, func(context.Context, Options) (platform.Platform, error) { return cloud, nil }); err != nil {
		t.Fatal(err)
	}
	if err := status.Disagrees(o); err != nil || !status.Account.Asked {
		t.Errorf("%+v, %v", status.Account, err)
	}
}

// writing is a platform during whose answer something is written.
type writing struct {
	platform.Platform
	write func()
}

func (w writing) Weights(ctx context.Context, z platform.Zone) (map[string]int, error) {
	defer w.write()
	return w.Platform.Weights(ctx, z)
}

func TestACommandEndsAtItsDeadlineAndSaysSo(t *testing.T) {
	t.Parallel()
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	err := within(t.Context(), time.Millisecond, "apply", hangs)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "apply ran past its deadline of 1ms") {
		t.Errorf("got %v", err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if err := within(interrupted, time.Hour, "apply", hangs); err == nil || strings.Contains(err.Error(), "deadline") {
		t.Errorf("interrupted: %v", err)
	}
}

func TestAPlanWithoutTheJournalOfAClusterThatStandsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	loseStore(t, w)
	_, err := Plan(t.Context(), w.options(), func(context.Context, Options) (Ports, error) { return w.options().Ports, nil })
	refusedUntouched(t, w, err, "tiny-blue exists", StoreDir(w.out, "tiny"))
}

func TestAJournalOfANewerDroverStopsEveryCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	if _, err := journal.Open(StoreDir(w.out, "tiny")).Note(t.Context(), journal.Event{Kind: "teleported"}); err != nil {
		t.Fatal(err)
	}
	w.applied = nil
	for name, command := range map[string]func(context.Context, Options) error{"apply": Apply, "rotate": Rotate, "rollback": Rollback, "destroy": DestroyAll} {
		var newer *journal.NewerError
		if err := command(t.Context(), w.options()); !errors.As(err, &newer) || len(w.applied) > 0 {
			t.Errorf("%s says %v and did %v", name, err, w.applied)
		}
	}
}
