package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"

	"drover/orchestrator/platform"
)

// writeAttempts is how often the records are read and written. A second time is for a write whose answer was lost, and
// for a change of something other than the weight in between.
const writeAttempts = 3

// SetWeights writes all records in one change batch. Route 53 has no conditional write; but a batch is carried out
// whole or not at all, and the deletion of a record set is refused unless it is there with exactly the given values. So
// each record is deleted as it was read and created with its new weight, and whoever changed one of them in between
// makes Route 53 refuse the batch:
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
//
// Records that have the new weights already are written once more. The batch that wrote them may still be on its way to
// the name servers, and only the id of a batch can be asked for that.
func (p *Platform) SetWeights(ctx context.Context, c platform.Change) (platform.Token, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	doing := "setting the weights of " + c.Domain
	var refused error
	for range writeAttempts {
		found, err := p.records(ctx, c)
		if err != nil {
			return "", fmt.Errorf("%s: %w", doing, err)
		}
		batch, err := rewritten(found, c)
		if err != nil {
			var changed *platform.ChangedError
			if errors.As(err, &changed) {
				changed.Err = refused
			}
			return "", fmt.Errorf("%s: nothing was written: %w", doing, err)
		}
		answer, err := p.zones.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
			HostedZoneId: &c.ZoneID, ChangeBatch: &types.ChangeBatch{Changes: batch, Comment: sdk.String(c.Comment())},
		})
		if err == nil {
			return platform.Token(sdk.ToString(answer.ChangeInfo.Id)), nil
		}
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "InvalidChangeBatch" {
			return "", explain(doing, err)
		}
		refused = inItsWords(err)
	}
	return "", explain(fmt.Sprintf("%s: refused %d times, though the records read as expected", doing, writeAttempts), refused)
}

// inItsWords adds what Route 53 says of the single changes to its refusal of a batch.
func inItsWords(err error) error {
	var batch *types.InvalidChangeBatch
	if !errors.As(err, &batch) || len(batch.Messages) == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, strings.Join(batch.Messages, "; "))
}

// rewritten is the change batch that takes records to their new weights.
func rewritten(found weighted, c platform.Change) ([]types.Change, error) {
	if err := compare(found, c); err != nil {
		return nil, err
	}
	var deletions, creations []types.Change
	for _, g := range found.groups() {
		stays := remains(found, g, c.New)
		for _, color := range slices.Sorted(maps.Keys(found[g])) {
			before := found[g][color]
			deletions = append(deletions, types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &before})
			if !stays {
				continue
			}
			after := before
			after.Weight = sdk.Int64(int64(c.New[color]))
			creations = append(creations, types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &after})
		}
	}
	return append(deletions, creations...), nil
}

// remains tells whether a group of records keeps its place. One without a color that has traffic, as a management domain
// can be, does not: Route 53 would take zeros for equal shares. Nor do records of IPv6 where a color that has traffic has
// none: clients that have IPv6 prefer it, and the other color would have all of them, whatever its weight is.
func remains(found weighted, g group, weights map[string]int) bool {
	served := 0
	for color, weight := range weights {
		_, there := found[g][color]
		if !there && weight > 0 && g.kind == types.RRTypeAaaa {
			return false
		}
		if there {
			served += weight
		}
	}
	return served > 0
}

// compare returns an error unless all records that the change needs are there, and all that are have their expected or
// their new weight.
func compare(found weighted, c platform.Change) error {
	for _, name := range serving(c) { // a color need not have IPv6
		if err := complete(found, group{name, types.RRTypeA}, c); err != nil {
			return err
		}
	}
	for _, g := range found.groups() {
		weights := found.weights(g)
		for color, weight := range weights {
			expected, named := c.Expected[color]
			after, known := c.New[color]
			if !known || (c.Expected != nil && weight != after && (!named || weight != expected)) {
				return &platform.ChangedError{Name: g.name, Expected: c.Expected, Found: weights}
			}
		}
	}
	return nil
}

// complete returns an error if a color that gets a weight has no record in a group. The group would be left at nothing
// where all its other colors get zero.
func complete(found weighted, g group, c platform.Change) error {
	for _, color := range slices.Sorted(maps.Keys(c.New)) {
		if _, there := found[g][color]; there {
			continue
		}
		if _, expected := c.Expected[color]; expected {
			return &platform.ChangedError{Name: g.name, Expected: c.Expected, Found: found.weights(g)}
		}
		return &platform.NoRecordError{Color: color, Name: g.name}
	}
	return nil
}
