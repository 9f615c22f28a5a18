package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/store"
	"drover/orchestrator/terraform"
)

// heldLock is a lock that the journal has, of a root.
type heldLock struct {
	terraform.LockError
	root generator.Root
	kept store.Attachment
}

// MachineGone breaks the locks that a machine left which is gone for good, on a person's word. It breaks no lock that the
// journal does not have, and none of another machine. That the lease could be taken proves that it had expired.
func MachineGone(ctx context.Context, o Options, host, reason string, ask func(found string) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, recoverLimit, fmt.Errorf("%w: recover did not end within %s", context.DeadlineExceeded, recoverLimit))
	defer cancel()
	return leased(ctx, o, func(ctx context.Context, lease *store.Lease) error {
		s, err := look(ctx, o, sources{})
		if err != nil {
			return err
		}
		s.under(lease)
		if _, err := s.accountOf(ctx); err != nil {
			return err
		}
		locks, err := s.locksOf(ctx, host)
		if err != nil {
			return err
		}
		if err := ask(locksText(locks, host)); err != nil {
			return err
		}
		return s.breakLocks(ctx, locks, host, reason)
	})
}

// locksOf are the recorded locks of a machine. One that is not provably its drover's is refused.
func (s *session) locksOf(ctx context.Context, host string) ([]heldLock, error) {
	records, err := s.Store.Records(ctx)
	if err != nil {
		return nil, err
	}
	events, err := journal.Read(records)
	if err != nil {
		return nil, err
	}
	kept, err := s.Store.Attachments(ctx, lockPurpose)
	if err != nil {
		return nil, err
	}
	var locks []heldLock
	var others []string
	for _, a := range kept {
		lock, err := s.heldLock(ctx, a)
		if err != nil {
			return nil, err
		}
		recorded := slices.ContainsFunc(events, func(e journal.Event) bool { return e.Kind == journal.Attached && e.Bundle == a.Digest })
		why := takenElsewhere(records, lock.LockError, host, s.lease.Fence())
		if !recorded {
			why = errors.New("the journal does not have it")
		}
		if why != nil {
			others = append(others, fmt.Sprintf("  %s of %s: %v", lock.ID, lock.root, why))
			continue
		}
		locks = append(locks, lock)
	}
	if len(locks) > 0 {
		return locks, nil
	}
	what := fmt.Sprintf("the journal of %s has no lock that a drover on %s left", s.name(), host)
	if len(others) > 0 {
		what += "; it has\n" + strings.Join(others, "\n") + "\n"
	}
	return nil, refuse(what, "nothing was changed; run "+s.rotateCommand()+", which names the lock that is in its way, and the machine")
}

func (s *session) heldLock(ctx context.Context, a store.Attachment) (heldLock, error) {
	data, err := s.Store.Attachment(ctx, a)
	if err != nil {
		return heldLock{}, err
	}
	lock := heldLock{root: generator.Root(a.Name), kept: a}
	if err := json.Unmarshal(data, &lock.LockError); err != nil {
		return heldLock{}, fmt.Errorf("reading the lock of %s that is kept in the store: %w", a.Name, err)
	}
	return lock, nil
}

func locksText(locks []heldLock, host string) string {
	var text strings.Builder
	for _, l := range locks {
		fmt.Fprintf(&text, "now: the state of %s is locked by %s since %s (%s, id %s)\n", l.root, l.Who, l.Created.UTC().Format(time.RFC3339), l.Path, l.ID)
	}
	fmt.Fprintf(&text, "only if no Terraform runs on %s any more may these locks be broken: two at once destroy a state\n", host)
	return text.String()
}

// breakLocks breaks locks, each once it is in the journal who had that done. Terraform breaks only the lock of that id.
func (s *session) breakLocks(ctx context.Context, locks []heldLock, host, reason string) error {
	var failed []error
	for _, l := range locks {
		detail := fmt.Sprintf("breaking the lock %s of %s, as %s is gone: %s", l.ID, l.root, host, reason)
		if err := s.record(ctx, journal.Event{Kind: journal.Recovered, Root: string(l.root), By: s.By, Detail: detail}); err != nil {
			return err
		}
		if err := s.breakLock(ctx, l); err != nil {
			failed = append(failed, fmt.Errorf("breaking the lock %s of %s: %w", l.ID, l.root, err))
		} else {
			s.Observer.Progress(fmt.Sprintf("broke the lock %s of %s", l.ID, l.root))
		}
		if err := s.Store.DeleteAttachment(ctx, l.kept); err != nil { // one that is still there is recorded again
			return err
		}
	}
	return errors.Join(failed...)
}

func (s *session) breakLock(ctx context.Context, l heldLock) error {
	files, err := s.filesToUnlock(ctx, l.root)
	if err != nil {
		return err
	}
	if err := s.place(l.root, files); err != nil {
		return err
	}
	stack, err := s.initialized(ctx, l.root)
	if err != nil {
		return err
	}
	if err := s.valid(); err != nil {
		return err
	}
	return stack.BreakLock(ctx, &l.LockError)
}

// filesToUnlock are any that say where a root's state is.
func (s *session) filesToUnlock(ctx context.Context, r generator.Root) (generator.Files, error) {
	if rotation := s.state().Rotation; rotation != nil && r == root(rotation.To) && rotation.Bundle != "" {
		return s.files(ctx, r, rotation.Bundle)
	}
	if s.state().Bundles[string(r)] != "" {
		return s.bundle(ctx, r)
	}
	files, err := generator.Render(s.Spec, generator.Options{Version: s.Version, Roots: []generator.Root{r}})
	if err != nil {
		return nil, fmt.Errorf("rendering %s: %w", r, err)
	}
	return files.Root(s.name(), r), nil
}
