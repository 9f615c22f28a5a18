package aws

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// recordThere finds a record. Records have no tags: whose one is, the load balancer tells that it leads to. One that leads
// elsewhere, or a weighted one that leads to the load balancer of another color, is nobody's.
func (p *Platform) recordThere(ctx context.Context, v values) ([]there, error) {
	zone, name, kind, set := v.text("zone_id"), v.text("name"), v.text("type"), v.text("set_identifier")
	answer, err := p.zones.ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{HostedZoneId: &zone, StartRecordName: &name, StartRecordType: types.RRType(kind)})
	if err != nil {
		return nil, explain("asking Route 53 for the record "+name, err)
	}
	for _, record := range answer.ResourceRecordSets {
		if plain(sdk.ToString(record.Name)) != plain(name) || string(record.Type) != kind || sdk.ToString(record.SetIdentifier) != set {
			continue
		}
		id := strings.Join([]string{zone, name, kind}, "_")
		if set != "" {
			id += "_" + set
		}
		tags, err := p.leadsTo(ctx, record)
		if err != nil {
			return nil, err
		}
		if set != "" && tags[colorTag] != set {
			tags = nil
		}
		return []there{{id: id, tags: tags}}, nil
	}
	return nil, nil
}

// leadsTo are the tags of the load balancer that a record is an alias of.
func (p *Platform) leadsTo(ctx context.Context, record types.ResourceRecordSet) (map[string]string, error) {
	if record.AliasTarget == nil {
		return nil, nil
	}
	host := strings.TrimPrefix(plain(sdk.ToString(record.AliasTarget.DNSName)), "dualstack.")
	pages := elb.NewDescribeLoadBalancersPaginator(p.elb, &elb.DescribeLoadBalancersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking which load balancer is "+host, err)
		}
		for _, balancer := range page.LoadBalancers {
			if strings.EqualFold(sdk.ToString(balancer.DNSName), host) {
				return p.balancerTags(ctx, sdk.ToString(balancer.LoadBalancerArn))
			}
		}
	}
	return nil, nil
}

// tagsAtOnce is how many health checks Route 53 gives the tags of in one request.
const tagsAtOnce = 10

// healthCheckThere finds the health checks of a host: Route 53 makes as many as it is asked for.
func (p *Platform) healthCheckThere(ctx context.Context, v values) ([]there, error) {
	var ids []string
	pages := route53.NewListHealthChecksPaginator(p.zones, &route53.ListHealthChecksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking Route 53 for its health checks", err)
		}
		for _, check := range page.HealthChecks {
			config := check.HealthCheckConfig
			if config != nil && sdk.ToString(config.FullyQualifiedDomainName) == v.text("fqdn") && string(config.Type) == v.text("type") {
				ids = append(ids, sdk.ToString(check.Id))
			}
		}
	}
	var found []there
	for some := range slices.Chunk(ids, tagsAtOnce) {
		answer, err := p.zones.ListTagsForResources(ctx, &route53.ListTagsForResourcesInput{ResourceType: types.TagResourceTypeHealthcheck, ResourceIds: some})
		if err != nil {
			return nil, explain("asking Route 53 for the tags of its health checks", err)
		}
		for _, set := range answer.ResourceTagSets {
			tags := map[string]string{}
			for _, tag := range set.Tags {
				tags[sdk.ToString(tag.Key)] = sdk.ToString(tag.Value)
			}
			found = append(found, there{id: sdk.ToString(set.ResourceId), tags: tags})
		}
	}
	return found, nil
}
