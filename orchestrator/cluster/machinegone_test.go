package cluster

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/terraform"
)

// elsewhere are the options of a process on a machine, which cannot know that one on another machine has ended.
func (w *world) elsewhere(host string) Options {
	o := w.options()
	o.Holder.Host = host
	o.Store = store.Open(w.objects, "tiny", store.Options{Clock: mortal{w}})
	return o
}

// lostInBuild has the machine "there" end in the middle of building green, and leave the lock of green's state.
func lostInBuild(t *testing.T, w *world) *terraform.LockError {
	t.Helper()
	applied(t, w)
	newVersion(w)
	o := w.elsewhere("there")
	o.Observer = onEvent{do: func(e journal.Event) { w.dead = w.dead || e.Kind == journal.ApplyIntended }}
	_ = Rotate(t.Context(), o)
	w.revive()
	lock := &terraform.LockError{ID: "lock-1", Who: "ann@there", Operation: "OperationTypeApply", Created: time.Now(), Path: "tiny/green", Dir: "infra/tiny/green"}
	w.fail["plan green"] = lock
	return lock
}

func gone(t *testing.T, w *world, host string) error {
	t.Helper()
	return MachineGone(t.Context(), w.elsewhere("here"), host, "the runner was deleted", func(string) error { return nil })
}

func TestTheLockOfAMachineThatIsGoneIsBrokenOnAPersonsWord(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		_ = lostInBuild(t, w)
		time.Sleep(5 * time.Minute) // the lease expires
		failed := rotated[*rotation.Failed](t, w, w.elsewhere("here"))
		if !strings.Contains(failed.Reason, "run `drover recover --machine-gone there -f cluster.yaml -o infra`") {
			t.Errorf("the refusal does not name the command: %v", failed)
		}
		must(t, gone(t, w, "there"))
		if !slices.Contains(w.applied, "unlock green") {
			t.Errorf("nothing was unlocked: %v", w.applied)
		}
		said := slices.ContainsFunc(w.events(), func(e journal.Event) bool {
			return e.Kind == journal.Recovered && e.By == "ann" && e.Root == "green" && strings.Contains(e.Detail, "lock-1") && strings.Contains(e.Detail, "the runner was deleted")
		})
		if !said {
			t.Error("the journal does not say who had the lock broken, and why")
		}
		must(t, Rotate(t.Context(), w.elsewhere("here")))
		checkRotated(t, w)
	})
}

func TestNoLockIsBrokenThatIsNotProvablyOfTheMachineThatIsGone(t *testing.T) {
	t.Parallel()
	isHeld := func(err error) bool { var held *store.HeldError; return errors.As(err, &held) }
	isRefused := func(err error) bool { var refused *Refused; return errors.As(err, &refused) }
	for name, c := range map[string]struct {
		host  string
		lock  func(*terraform.LockError)
		meets bool // a rotate that is refused before
		waits time.Duration
		want  func(error) bool
	}{
		"the lease has not expired":          {host: "there", want: isHeld},
		"the journal does not have the lock": {host: "there", waits: 5 * time.Minute, want: isRefused},
		"another machine is named":           {host: "elsewhere", waits: 5 * time.Minute, meets: true, want: isRefused},
		"another machine took the lock":      {host: "there", waits: 5 * time.Minute, meets: true, want: isRefused, lock: func(l *terraform.LockError) { l.Who = "ann@laptop" }},
		"a person took it, and no drover": {host: "there", waits: 5 * time.Minute, meets: true, want: isRefused,
			lock: func(l *terraform.LockError) { l.Created = l.Created.Add(-time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				lock := lostInBuild(t, w)
				if c.lock != nil {
					c.lock(lock)
				}
				time.Sleep(c.waits)
				if c.meets {
					_ = rotated[*rotation.Failed](t, w, w.elsewhere("here"))
				}
				if err := gone(t, w, c.host); !c.want(err) || slices.Contains(w.applied, "unlock green") {
					t.Errorf("says %v, did %v", err, w.applied)
				}
			})
		})
	}
}

// Whoever came meanwhile and took the lock is not in the journal.
func TestALockThatWasTakenSinceIsNotBroken(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		lock := lostInBuild(t, w)
		time.Sleep(5 * time.Minute)
		_ = rotated[*rotation.Failed](t, w, w.elsewhere("here"))
		lock.ID = "lock-2"
		if err := gone(t, w, "there"); err == nil || slices.Contains(w.applied, "unlock green") {
			t.Errorf("says %v, did %v", err, w.applied)
		}
		if err := gone(t, w, "there"); err == nil { // that lock is not recorded
			t.Error("a lock that the journal does not have was broken")
		}
	})
}

func TestNothingIsBrokenThatThePersonDoesNotConfirm(t *testing.T) {
	t.Parallel()
	inWorld(t, func(t *testing.T, w *world) {
		_ = lostInBuild(t, w)
		time.Sleep(5 * time.Minute)
		_ = rotated[*rotation.Failed](t, w, w.elsewhere("here"))
		shown := ""
		no := errors.New("not confirmed")
		err := MachineGone(t.Context(), w.elsewhere("here"), "there", "why", func(found string) error { shown = found; return no })
		if !errors.Is(err, no) || slices.Contains(w.applied, "unlock green") || !strings.Contains(shown, "lock-1") {
			t.Errorf("says %v, showed %q, did %v", err, shown, w.applied)
		}
	})
}

func TestALockIsAMachinesOnlyIfItsDroverHeldTheLeaseWhenItWasTaken(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 12, minute, 0, 0, time.UTC) }
	records := []store.Record{
		{Time: at(0), Fence: 1, Holder: &store.Holder{Host: "there"}}, {Time: at(10), Fence: 1, Released: true},
		{Time: at(20), Fence: 2, Holder: &store.Holder{Host: "there"}}, {Time: at(30), Fence: 3, Holder: &store.Holder{Host: "here"}},
	}
	lock := func(who string, minute int) terraform.LockError {
		return terraform.LockError{ID: "1", Who: who, Created: at(minute)}
	}
	for name, c := range map[string]struct {
		lock  terraform.LockError
		host  string
		own   int64
		taken bool
	}{
		"under the lease":                    {lock("ann@there", 5), "there", 3, true},
		"under a later lease":                {lock("ann@there", 25), "there", 3, true},
		"before any lease":                   {lock("ann@there", -1), "there", 3, false},
		"after its release":                  {lock("ann@there", 15), "there", 3, false},
		"while another machine held it":      {lock("ann@there", 35), "there", 4, false},
		"by another machine":                 {lock("ann@here", 5), "here", 3, false},
		"by another machine than is named":   {lock("ann@here", 5), "there", 3, false},
		"under the lease of this process":    {lock("ann@there", 25), "there", 2, false},
		"at an unknown time":                 {terraform.LockError{Who: "ann@there"}, "there", 3, false},
		"by somebody who names no machine":   {lock("somebody", 5), "there", 3, false},
		"by nobody, and no machine is named": {lock("", 5), "", 3, false},
	} {
		if err := takenElsewhere(records, c.lock, c.host, c.own); (err == nil) != c.taken {
			t.Errorf("%s: %v", name, err)
		}
	}
}
