package cluster

import (
	"context"
	"time"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// statusTime is how long status waits for the account.
const statusTime = 20 * time.Second

// Account compares the journal with the account and DNS, without Terraform, which would get into the way of whoever
// drives the cluster. What changes while it is asked is asked again. It needs no lease.
func Account(ctx context.Context, o Options, connect func(context.Context, Options) (platform.Platform, error)) (*history.Account, error) {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	account := &history.Account{Disagreements: []reconcile.Disagreement{}}
	cloud, err := connect(ctx, o)
	if err == nil { // once, and not by each question of the survey; from another account, everything would look gone
		_, err = askAgain(ctx, o.Clock, onceTime, func(ctx context.Context) (string, error) { return AccountOf(ctx, cloud, o.Spec) })
	}
	for tries := 0; err == nil && tries < 3; tries++ {
		var before, after []journal.Event
		if before, err = Events(ctx, o.Store); err != nil {
			return nil, err
		}
		state := journal.Fold(before)
		known := knownOf(o.name(), state, journal.Nothing(before))
		var seen reconcile.Seen
		if seen, err = newSurvey(o, cloud, zoneToAsk(o, state)).run(ctx, sources{}, known); err != nil {
			break
		}
		if after, err = Events(ctx, o.Store); err != nil {
			return nil, err
		}
		account.Asked, account.Disagreements = true, append([]reconcile.Disagreement{}, reconcile.Compare(known, seen)...)
		if len(account.Disagreements) == 0 || len(after) == len(before) {
			return account, nil
		}
	}
	if err != nil {
		account.Asked, account.Reason = false, o.Secrets.Hide(err.Error())
	}
	return account, nil
}
