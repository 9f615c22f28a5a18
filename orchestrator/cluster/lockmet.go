package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/store"
	"drover/orchestrator/terraform"
)

// A machine that is lost in the middle of an apply leaves the lock of a state, and nobody else can prove that its
// Terraform is dead. Whoever meets the lock records it, if it was taken while a drover of that machine held the lease;
// a person who knows that the machine is gone then has exactly that lock broken.

// lockPurpose is what locks are kept as in the store.
const lockPurpose = "lock"

// lockMet records a lock that was in the way, and adds what a person does where its machine is gone.
func (s *session) lockMet(ctx context.Context, err error, emit rotation.Emit) error {
	var lock *terraform.LockError
	if s.lease == nil || !errors.As(err, &lock) {
		return err
	}
	records, reading := s.Store.Records(ctx)
	if reading != nil || takenElsewhere(records, *lock, hostOf(*lock), s.lease.Fence()) != nil {
		return err
	}
	root, noted := filepath.Base(lock.Dir), *lock
	noted.Dir = "" // it differs by machine
	data, encoding := json.Marshal(noted)
	if encoding != nil {
		return errors.Join(err, encoding)
	}
	kept, keeping := s.Store.SaveAttachment(ctx, lockPurpose, root, data)
	if keeping != nil {
		return errors.Join(err, fmt.Errorf("recording the lock %s: %w", lock.ID, keeping))
	}
	if !slices.ContainsFunc(s.locksMet, func(a store.Attachment) bool { return a == kept }) {
		s.locksMet = append(s.locksMet, kept)
		e := journal.Event{Kind: journal.Attached, Root: root, Bundle: kept.Digest, Detail: fmt.Sprintf("the lock %s, which %s took", lock.ID, lock.Who)}
		if recording := emit(ctx, e); recording != nil {
			return errors.Join(err, recording)
		}
	}
	return fmt.Errorf("%w\nif %s is gone for good, so that no Terraform runs on it any more, run %s: it breaks this lock and no other",
		err, hostOf(*lock), s.machineGoneCommand(hostOf(*lock)))
}

func (o Options) machineGoneCommand(host string) string {
	return fmt.Sprintf("`drover recover --machine-gone %s -f %s -o %s`", host, o.SpecFile, o.Out)
}

// hostOf is the machine that took a lock: Terraform writes user@host.
func hostOf(lock terraform.LockError) string {
	_, host, _ := strings.Cut(lock.Who, "@")
	return host
}

// takenElsewhere returns why a lock is not provably that of an earlier drover's Terraform on a machine: nil if it is. own
// is the fence of this process's lease.
func takenElsewhere(records []store.Record, lock terraform.LockError, host string, own int64) error {
	holder, fence := heldAt(records, lock.Created)
	switch {
	case host == "" || hostOf(lock) != host:
		return fmt.Errorf("it was taken by %s", lock.Who)
	case lock.Created.IsZero() || holder == nil:
		return errors.New("no drover held the lease when it was taken")
	case holder.Host != host:
		return fmt.Errorf("it was taken while a drover on %s held the lease", holder.Host)
	case fence >= own:
		return errors.New("it was taken under the lease of this process")
	}
	return nil
}

// heldAt is who held the lease at a time, by the journal; nil if nobody did.
func heldAt(records []store.Record, at time.Time) (holder *store.Holder, fence int64) {
	for _, r := range records {
		if r.Time.After(at) {
			break
		}
		switch {
		case r.Holder != nil:
			holder, fence = r.Holder, r.Fence
		case r.Released:
			holder, fence = nil, 0
		}
	}
	return holder, fence
}
