package main

import (
	"context"
	"path/filepath"
	"time"

	"drover/generator"
	"drover/orchestrator/cluster"
	"drover/orchestrator/store"
	"drover/orchestrator/store/process"
	"drover/orchestrator/terraform"
)

// leftLock proves that a lock was left behind by a Terraform of an earlier drover, also where the directory that it ran
// in is lost. It is not proven unless all hold: the lock names this user and this machine; it was taken while a drover
// held the cluster's lease that is known to have ended on this machine; and no process works in a directory of that
// root any more, be it deleted or not.
func leftLock(o cluster.Options, root generator.Root) func(context.Context, *terraform.LockError) bool {
	return func(ctx context.Context, lock *terraform.LockError) bool {
		if lock.Who == "" || lock.Who != terraform.WhoAmI() {
			return false
		}
		records, err := o.Store.Records(ctx)
		if err != nil || !takenByTheDead(records, lock.Created, process.Ended) {
			return false
		}
		works, err := terraform.WorksIn(filepath.Join(o.Spec.Metadata.Name, string(root)))
		return err == nil && !works
	}
}

// takenByTheDead reports whether the process that held the lease at a time has surely ended.
func takenByTheDead(records []store.Record, at time.Time, ended func(store.Holder) bool) bool {
	var holder *store.Holder
	for _, r := range records {
		if r.Time.After(at) {
			break
		}
		switch {
		case r.Holder != nil:
			holder = r.Holder
		case r.Released:
			holder = nil
		}
	}
	return holder != nil && ended(*holder)
}
