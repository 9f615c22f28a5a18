package cluster

import (
	"context"
	"fmt"
	"time"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/reconcile"
)

// statusTime is how long status waits for the account.
const statusTime = 20 * time.Second

// AskAccount compares the journal with the account and DNS, without Terraform, which would get into the way of whoever
// drives the cluster. What changes while it is asked is asked again.
func AskAccount(ctx context.Context, o Options, connect func(context.Context, Options) (platform.Platform, error)) (history.Account, error) {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	account := history.Account{Disagreements: []reconcile.Disagreement{}}
	cloud, err := connect(ctx, o)
	for tries := 0; err == nil && tries < 3; tries++ {
		before, readErr := Events(ctx, o.Store)
		if readErr != nil {
			return account, readErr
		}
		state := journal.Fold(before)
		known := KnownOf(o.name(), state, knowsNothing(before))
		var seen reconcile.Seen
		l := looking{spec: o.Spec, cloud: cloud, observer: o.Observer}
		if seen, err = l.all(ctx, sources{}, known); err != nil {
			break
		}
		after, readErr := Events(ctx, o.Store)
		if readErr != nil {
			return account, readErr
		}
		account.Asked, account.Disagreements = true, append([]reconcile.Disagreement{}, Compare(state, known, seen)...)
		if len(account.Disagreements) == 0 || len(after) == len(before) {
			return account, nil
		}
	}
	if err != nil {
		account.Reason = o.Secrets.Hide(err.Error())
	}
	return account, nil
}

// Disagrees is an error where the account is not as the journal says, or where there is no journal and no answer, so that
// it is not known whether anything stands.
func (o Options) Disagrees(s history.Status) error {
	switch {
	case s.Account == nil:
		return nil
	case len(s.Account.Disagreements) > 0:
		return o.disagrees(s.Account.Disagreements)
	case !s.Account.Asked && s.Active == "":
		return fmt.Errorf("it is not known whether anything of %s stands: its journal has no active cluster, and the account was not asked: %s", o.name(), s.Account.Reason)
	}
	return nil
}
