package cluster

import (
	"fmt"
	"slices"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
)

// Ground is what a decision to rotate rests on, such as that a color is old: which rotation is under way, or ended last, and
// what is active. A decision is made before the lease is held, and another process may have rotated until it is.
type Ground string

// GroundOf is that of a journal.
func GroundOf(s journal.State) Ground {
	id := "none"
	if s.Rotation != nil {
		id = s.Rotation.ID
	} else if len(s.Past) > 0 {
		id = s.Past[len(s.Past)-1].ID + " ended"
	}
	return Ground(fmt.Sprintf("%s, %s of %s", id, s.Active, s.Colors[s.Active].BuiltAt.UTC()))
}

// Overtaken says that no rotation was begun, since another process ended one after it was decided to rotate.
type Overtaken struct {
	Rotation string // the one that ended
	How      error  // nil: it is done
}

func (e *Overtaken) Error() string {
	if e.How != nil {
		return fmt.Sprintf("another process ended rotation %s meanwhile, and no other was begun: %v", e.Rotation, e.How)
	}
	return fmt.Sprintf("another process did rotation %s meanwhile, and no other was begun", e.Rotation)
}

func (e *Overtaken) Unwrap() error { return e.How }

// Already says that no rotation was begun, since one was under the same name of a run.
type Already struct {
	Once, Rotation string
	How            error // nil: it is done
}

func (e *Already) Error() string {
	if e.How != nil {
		return fmt.Sprintf("--once %s has begun or continued rotation %s already, and no other was begun: %v", e.Once, e.Rotation, e.How)
	}
	return fmt.Sprintf("--once %s has begun or continued rotation %s already, which is done", e.Once, e.Rotation)
}

func (e *Already) Unwrap() error { return e.How }

// stillMeant is an error if it was not meant to begin a rotation on what is there now.
func (s *session) stillMeant() error {
	if err := s.AlreadyBegun(*s.state()); err != nil {
		return err
	}
	if s.Ground == "" || s.Ground == GroundOf(*s.state()) {
		return nil
	}
	overtaken := &Overtaken{How: rotation.Ended(*s.state())}
	if past := s.state().Past; len(past) > 0 {
		overtaken.Rotation = past[len(past)-1].ID
	}
	return overtaken
}

// AlreadyBegun is an *Already if a rotation was begun, or gone on with, under the options' name of a run and ended: done, rolled
// back, or by a recovery of the journal. One that failed before it had changed anything is begun again, and one that is under way is gone on
// with.
func (o Options) AlreadyBegun(s journal.State) error {
	if o.Once == "" || s.Rotation != nil {
		return nil
	}
	for _, past := range slices.Backward(s.Past) {
		if !slices.Contains(past.Runs, o.Once) || past.Outcome == journal.Failed && !past.Building {
			continue
		}
		already := &Already{Once: o.Once, Rotation: past.ID}
		switch past.Outcome {
		case journal.RolledBack:
			already.How = &rotation.RolledBack{Rotation: past.ID, Active: string(s.Active), Reason: past.Reason}
		case journal.Failed:
			already.How = &rotation.Failed{Phase: past.Phase, Reason: past.Reason}
		default: // done
		}
		return already
	}
	return nil
}
