package cluster

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/store/storetest"
)

// statusOf asks as the command does, and fails the test if that leaves a trace.
func statusOf(t *testing.T, w *world, cloud platform.Platform) (history.Status, error) {
	t.Helper()
	o, names := w.options(), len(w.objects.Names())
	files := maps.Clone(w.files)
	status := history.StatusOf(o.Spec, w.state(), nil, time.Now())
	var err error
	status.Account, err = Account(t.Context(), o, func(context.Context, Options) (platform.Platform, error) { return cloud, w.fail["connect"] })
	must(t, err)
	if len(files) != len(w.files) || names != len(w.objects.Names()) {
		t.Errorf("%d files before, %d after; %d values before, %d after", len(files), len(w.files), names, len(w.objects.Names()))
	}
	return status, o.Stands(status)
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
		"no journal, and no answer": {func(t *testing.T, w *world) { loseStore(t, w); w.fail["ask weights"] = noAnswer },
			false, "cannot tell whether tiny is built"},
		"no journal, and no way to ask": {func(t *testing.T, w *world) { loseStore(t, w); w.fail["connect"] = noAnswer }, false, "no answer"},
		"no credentials, asked for once": {func(t *testing.T, w *world) {
			loseStore(t, w)
			w.fail["account"], w.fail["ask weights"] = errors.New("no credentials"), errors.New("and again")
		}, false, "did not answer: checking the account: no credentials (asked 4 times)"},
		"the credentials are for another account": {func(_ *testing.T, w *world) { w.spec.Spec.Account = "210987654321" }, false, ""},
		"no answer":           {func(_ *testing.T, w *world) { w.fail["cluster"] = noAnswer }, false, ""}, // the journal's is worth saying
		"the cluster is gone": {func(_ *testing.T, w *world) { w.standing["blue"] = false }, true, "there is no cluster tiny-blue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				c.change(t, w)
				status, err := statusOf(t, w, &fakeCloud{w})
				if status.Account.Asked != c.asked || (status.Account.Reason == "") != c.asked {
					t.Errorf("account is %+v", status.Account)
				}
				if (err == nil) != (c.says == "") || (err != nil && !strings.Contains(err.Error(), c.says)) {
					t.Errorf("got %v, want %q", err, c.says)
				}
			})
		})
	}
}

func TestStatusOfNothingIsNotADisagreement(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		if status, err := statusOf(t, w, &fakeCloud{w}); err != nil || !status.Account.Asked || len(status.Account.Disagreements) != 0 {
			t.Errorf("%+v, %v", status.Account, err)
		}
	})
}

// Whoever drives writes its events while status asks.
func TestStatusAsksAgainWhatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		var older *storetest.Memory
		o := w.options()
		o.Observer = onEvent{do: func(e journal.Event) {
			if older == nil && e.Kind == journal.ApplyIntended {
				older = w.objects.Clone()
			}
		}}
		must(t, Apply(t.Context(), o))
		whole := w.objects.Clone()
		w.restore(older)
		cloud := writing{&fakeCloud{w}, func() {
			for _, name := range whole.Names() {
				w.objects.Put(name, whole.Get(name))
			}
		}}
		account, err := Account(t.Context(), w.options(), func(context.Context, Options) (platform.Platform, error) { return cloud, nil })
		must(t, err)
		if len(account.Disagreements) > 0 || !account.Asked {
			t.Errorf("%+v", account)
		}
	})
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

func TestAPlanWithoutTheJournalOfAClusterThatStandsIsRefused(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		applied(t, w)
		loseStore(t, w)
		_, err := Plan(t.Context(), w.options())
		refusedUntouched(t, w, err, "tiny-blue exists", "the journal is in memory")
	})
}

// Of an event that this drover does not know, or knows only in part, it is not known what follows.
func TestAJournalOfANewerDroverStopsEveryCommand(t *testing.T) {
	t.Parallel()
	for event, says := range map[string]string{
		`{"kind":"teleported"}`: `kind "teleported"`,
		`{"kind":"held","hold":"paused","until":"a second person agrees"}`:              `unknown field "until"`,
		`{"kind":"rotation-started","rotation":"r1","plan":{"approvers":2,"steps":[]}}`: `unknown field "approvers"`,
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				applied(t, w)
				o := w.options()
				lease, err := o.Store.Acquire(t.Context(), o.Holder)
				must(t, err)
				_, err = lease.Append(t.Context(), []byte(event))
				must(t, err)
				must(t, lease.Release(t.Context()))
				w.applied = nil
				for name, command := range map[string]func(context.Context, Options) error{"apply": Apply, "rotate": Rotate, "rollback": Rollback, "destroy": DestroyAll} {
					err := command(t.Context(), w.options())
					if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "a newer release wrote it; run that release") || len(w.applied) > 0 {
						t.Errorf("%s says %v and did %v", name, err, w.applied)
					}
				}
			})
		})
	}
}
