package aws

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
)

// confirmTime is how long a change may take to reach all name servers. Route 53 says that it usually takes 60 seconds at
// most: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
const confirmTime = 5 * time.Minute

// Pauses between two questions for a change's status: short at first, because a rollback waits for it. Route 53 answers
// five requests a second for a whole account:
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 5 * time.Second
)

// Confirmed waits until the change is INSYNC and reads the records back.
func (p *Platform) Confirmed(ctx context.Context, c platform.Change, token platform.Token) (platform.Confirmation, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, confirmTime, fmt.Errorf("not INSYNC after %s", confirmTime))
	defer cancel()
	doing := "confirming the weights of " + c.Domain
	if token == "" {
		return platform.Confirmation{}, fmt.Errorf("%s: no token of the change: set the weights once more", doing)
	}
	private, err := p.private(ctx, c.ZoneID)
	if err != nil {
		return platform.Confirmation{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := p.inSync(ctx, token); err != nil {
		return platform.Confirmation{}, fmt.Errorf("%s: %w", doing, err)
	}
	found, err := p.records(ctx, c)
	if err != nil {
		return platform.Confirmation{}, fmt.Errorf("%s: %w", doing, err)
	}
	c.Expected = c.New
	if err := compare(found, c); err != nil {
		return platform.Confirmation{}, fmt.Errorf("%s: %w", doing, err)
	}
	return platform.Confirmation{Private: private, TTL: found.ttl()}, nil
}

// private asks a zone whether it answers only inside its VPCs.
func (p *Platform) private(ctx context.Context, zone string) (bool, error) {
	answer, err := p.zones.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &zone})
	if err != nil {
		return false, explain("asking Route 53 for the zone "+zone, err)
	}
	if answer.HostedZone == nil || answer.HostedZone.Config == nil {
		return false, fmt.Errorf("asking Route 53 for the zone %s: the answer does not say whether it is private", zone)
	}
	return answer.HostedZone.Config.PrivateZone, nil
}

// inSync waits until all name servers have a change.
func (p *Platform) inSync(ctx context.Context, token platform.Token) error {
	id := string(token)
	for pause := firstPause; ; pause = min(pause*3/2, longestPause) {
		answer, err := p.zones.GetChange(ctx, &route53.GetChangeInput{Id: &id})
		var unknown *types.NoSuchChange
		switch {
		case errors.As(err, &unknown):
			return fmt.Errorf("asking Route 53 for the change %s, which it does not know any more: set the weights once more: %w", id, err)
		case err != nil && ctx.Err() != nil:
			return fmt.Errorf("waiting for the change %s: %w", id, context.Cause(ctx))
		case err != nil:
			return explain("asking Route 53 for the change "+id, err)
		case answer.ChangeInfo == nil:
			return fmt.Errorf("asking Route 53 for the change %s: the answer has no status", id)
		case answer.ChangeInfo.Status == types.ChangeStatusInsync:
			return nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("waiting for the change %s, which is %s since %s: %w", id, answer.ChangeInfo.Status,
				sdk.ToTime(answer.ChangeInfo.SubmittedAt).Format(time.TimeOnly), context.Cause(ctx))
		case <-timer.C:
		}
	}
}
