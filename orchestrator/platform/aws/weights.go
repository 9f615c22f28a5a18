package aws

import (
	"context"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// Weights asks Route 53 for the weighted address records of the domain; the set identifier of each is the color.
func (p *Platform) Weights(ctx context.Context, zoneID, domain string) (map[string]int, error) {
	name := strings.ToLower(strings.TrimSuffix(domain, ".")) + "."
	input := &route53.ListResourceRecordSetsInput{
		HostedZoneId: &zoneID, StartRecordName: &name, StartRecordType: types.RRTypeA,
	}
	weights := map[string]int{}
	pages := route53.NewListResourceRecordSetsPaginator(p.zones, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking Route 53 for the records of "+domain, err)
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
