package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/terraform"
)

// session is one process that drives one cluster under the lease, or plans it without one.
type session struct {
	Options
	ports   Ports
	lease   *store.Lease // nil: nothing may be changed
	loop    *rotation.Loop
	stacks  map[generator.Root]Stack // those that are initialized, with the files that they have now
	ends    map[generator.Root]*terraform.Plan
	unknown bool               // the journal tells nothing of a cluster
	agreed  bool               // what is there was compared with the journal, by this process
	account string             // that the credentials are for, once it was asked
	behind  []store.Attachment // states that Terraform could not save, and that are in no backend yet
	// locksMet are those that were in the way, and are recorded.
	locksMet []store.Attachment
	series   series   // of checks with limits
	ghosts   []string // what the platform lists and does not have: types and ids
	// location is where these credentials and the spec lead; empty until the account was asked.
	location string
}

const (
	// waitInProcess is the longest that a gate or a window keeps a process alive; a longer wait ends the process, and the
	// next rotate goes on.
	waitInProcess = 15 * time.Minute
	releaseLimit  = 30 * time.Second
	// mostSkew is how far this machine's clock may be off the store's.
	mostSkew = time.Minute
)

// drive acts under the lease, once the journal agrees with what is there. The context of what is done ends as soon as the
// lease is lost.
func drive(ctx context.Context, o Options, from sources, do func(context.Context, *session) error) error {
	return leased(ctx, o, func(ctx context.Context, lease *store.Lease) error {
		s, err := begin(ctx, o, lease, from)
		if err != nil {
			return err
		}
		return s.lockMet(context.WithoutCancel(ctx), do(ctx, s), s.record)
	})
}

// leased does something under the lease.
func leased(ctx context.Context, o Options, do func(context.Context, *store.Lease) error) (err error) {
	lease, err := o.Store.Acquire(ctx, o.Holder)
	if err != nil {
		return err
	}
	driven, stop := context.WithCancelCause(ctx)
	// The lease is kept for as long as Terraform needs to end after an interrupt.
	kept, end := context.WithCancel(context.WithoutCancel(ctx))
	var keeper sync.WaitGroup
	keeper.Go(func() {
		if err := lease.Keep(kept); err != nil {
			stop(lost(err))
		}
	})
	defer func() {
		end()
		keeper.Wait()
		if cause := context.Cause(driven); errors.Is(cause, rotation.ErrLost) && !errors.Is(err, rotation.ErrLost) {
			err = errors.Join(cause, err)
		}
		stop(nil)
		if lease.Valid() != nil { // it is another's, or may be
			return
		}
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseLimit)
		defer cancel()
		err = errors.Join(err, lease.Release(bounded))
	}()
	return do(driven, lease)
}

// begin reads the journal, takes the spec that it pinned, compares the journal with what is there, and records that this
// process drives.
func begin(ctx context.Context, o Options, lease *store.Lease, from sources) (*session, error) {
	s, err := look(ctx, o, from)
	if err != nil {
		return nil, err
	}
	s.under(lease)
	if err := s.rightTime(from); err != nil {
		return nil, err
	}
	if err := s.agree(ctx, from); err != nil {
		return nil, err
	}
	if err := s.loop.Record(ctx, journal.Event{Kind: journal.Driving, By: o.By, Detail: o.Holder.Command, Once: o.Once}); err != nil {
		return nil, err
	}
	if s.behind, err = o.Store.Attachments(ctx, erroredState); err != nil && from.rollingBack {
		s.Observer.Progress(err.Error() + "; going back all the same")
		err = nil
	}
	return s, err
}

// rightTime refuses a machine whose clock is wrong: it would end the time that blue is kept, or a lease, too soon. Going
// back waits for nothing.
func (s *session) rightTime(from sources) error {
	ahead, side := s.lease.Ahead(), "ahead of"
	if ahead < 0 {
		ahead, side = -ahead, "behind"
	}
	if ahead <= mostSkew {
		return nil
	}
	what := fmt.Sprintf("the clock of this machine is %s %s that of the store", ahead.Round(time.Second), side)
	if from.rollingBack {
		s.Observer.Progress(what + "; set it")
		return nil
	}
	return refuse(what+", and drover decides by it how long blue is kept; nothing was changed",
		"set this machine's clock, for instance by NTP, then run "+s.command(strings.TrimPrefix(s.Holder.Command, "drover "))+" again")
}

// under has a session record what it does.
func (s *session) under(lease *store.Lease) {
	s.lease, s.loop.Memory = lease, &memory{store: s.Store, lease: lease}
}

// look is a session without a lease: it can ask, and plan. A way back needs of the spec only the domain, which is compared
// with the journal: without the spec that the rotation began with, today's does.
func look(ctx context.Context, o Options, from sources) (*session, error) {
	s, err := read(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := s.takePinned(ctx); err != nil && from.rollingBack {
		s.Observer.Progress(fmt.Sprintf("%v; going back all the same, with %s as it is", err, o.SpecFile))
	} else if err != nil {
		return nil, err
	}
	s.ports, err = o.Connect(ctx, s.Options)
	return s, err
}

// read is a session that knows the journal, and can ask nothing yet.
func read(ctx context.Context, o Options) (*session, error) {
	events, err := Events(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	s := &session{Options: o, unknown: journal.Nothing(events), stacks: map[generator.Root]Stack{}, ends: map[generator.Root]*terraform.Plan{}}
	s.loop = &rotation.Loop{Decide: rotation.Next, Hands: s, Clock: o.Clock, Observer: o.Observer, State: journal.Fold(events),
		Redact: o.Secrets.Hide, Patience: waitInProcess, Stop: o.Stop}
	return s, nil
}

// state is what the journal adds up to now.
func (s *session) state() *journal.State { return &s.loop.State }

// record makes an event durable; it is the emit of commands that are no rotation.
func (s *session) record(ctx context.Context, e journal.Event) error { return s.loop.Record(ctx, e) }

// valid is asked right before anything outside is changed.
func (s *session) valid() error {
	if s.lease == nil {
		return errors.New("nothing may be changed without the lease")
	}
	return lost(s.lease.Valid())
}

// idle refuses what cannot be done while a rotation is under way.
func (s *session) idle(verb string) error {
	r := s.state().Rotation
	if r == nil {
		return nil
	}
	return refuse(fmt.Sprintf("rotation %s is under way (in %s)", r.ID, r.Phase),
		"finish it with "+s.rotateCommand()+" or end it with "+s.command("rollback")+", then "+verb)
}

func root(c color.Color) generator.Root { return generator.Root(c) }
