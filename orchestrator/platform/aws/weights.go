package aws

import (
	"context"
	"fmt"
	"maps"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
)

// Weights asks Route 53 for the weighted address records of the domain; the set identifier of each is the color.
func (p *Platform) Weights(ctx context.Context, zone platform.Zone) (map[string]int, error) {
	name := strings.ToLower(strings.TrimSuffix(zone.Domain, ".")) + "."
	ids := []string{zone.ID}
	if zone.ID == "" {
		var err error
		if ids, err = p.zonesOf(ctx, zone.Cluster, name); err != nil {
			return nil, err
		}
	}
	weights, first := map[string]int{}, ""
	for _, id := range ids {
		has, err := p.weightsIn(ctx, id, name)
		if err != nil {
			return nil, err
		}
		if len(has) == 0 {
			continue
		}
		if len(weights) > 0 && !maps.Equal(weights, has) {
			return nil, fmt.Errorf("asking Route 53 for the records of %s: the zones %s and %s both have that name and hold different weights; name the cluster's own in spec.ingress.zoneId",
				zone.Domain, first, id)
		}
		weights, first = has, id
	}
	return weights, nil
}

// zonesOf finds the zones of a name, without those that are tagged as another cluster's: two private zones may have the
// same name.
func (p *Platform) zonesOf(ctx context.Context, cluster, name string) ([]string, error) {
	asking := "asking Route 53 for the zone " + name
	input := &route53.ListHostedZonesByNameInput{DNSName: &name}
	var ids []string
	for {
		page, err := p.zones.ListHostedZonesByName(ctx, input)
		if err != nil {
			return nil, explain(asking, err)
		}
		for _, zone := range page.HostedZones {
			if !strings.EqualFold(sdk.ToString(zone.Name), name) {
				return ids, nil // zones are sorted: what follows has other names
			}
			id := strings.TrimPrefix(sdk.ToString(zone.Id), "/hostedzone/")
			tags, err := p.zones.ListTagsForResource(ctx, &route53.ListTagsForResourceInput{ResourceId: &id, ResourceType: types.TagResourceTypeHostedzone})
			if err != nil {
				return nil, explain(asking+"'s tags", err)
			}
			if owner := clusterIn(tags.ResourceTagSet); owner == "" || owner == cluster {
				ids = append(ids, id)
			}
		}
		if !page.IsTruncated {
			return ids, nil
		}
		input.DNSName, input.HostedZoneId = page.NextDNSName, page.NextHostedZoneId
	}
}

// clusterIn gives the cluster that tags name; empty if they name none.
func clusterIn(tags *types.ResourceTagSet) string {
	if tags == nil {
		return ""
	}
	for _, tag := range tags.Tags {
		if sdk.ToString(tag.Key) == clusterTag {
			return sdk.ToString(tag.Value)
		}
	}
	return ""
}

func (p *Platform) weightsIn(ctx context.Context, zoneID, name string) (map[string]int, error) {
	input := &route53.ListResourceRecordSetsInput{
		HostedZoneId: &zoneID, StartRecordName: &name, StartRecordType: types.RRTypeA,
	}
	weights := map[string]int{}
	pages := route53.NewListResourceRecordSetsPaginator(p.zones, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking Route 53 for the records of "+name, err)
		}
		for _, record := range page.ResourceRecordSets {
			if !strings.EqualFold(sdk.ToString(record.Name), name) || record.Type != types.RRTypeA {
				return weights, nil // records are sorted: what follows is about other names
			}
			if record.Weight != nil {
				weights[sdk.ToString(record.SetIdentifier)] = int(*record.Weight)
			}
		}
	}
	return weights, nil
}
