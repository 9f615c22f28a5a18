package dns

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/miekg/dns"
)

// FromRoute53 reads every zone of the account with all its record sets.
func FromRoute53(client *route53.Client) func(context.Context) ([]Zone, error) {
	return func(ctx context.Context) ([]Zone, error) {
		var zones []Zone
		pages := route53.NewListHostedZonesPaginator(client, &route53.ListHostedZonesInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("list the hosted zones: %w", err)
			}
			for _, z := range page.HostedZones {
				records, err := recordsOf(ctx, client, z.Id)
				var gone *types.NoSuchHostedZone
				if errors.As(err, &gone) {
					continue // deleted since it was listed
				}
				if err != nil {
					return nil, fmt.Errorf("list the records of zone %s: %w", aws.ToString(z.Name), err)
				}
				zones = append(zones, Zone{ID: aws.ToString(z.Id), Name: canonical(z.Name),
					Private: z.Config != nil && z.Config.PrivateZone, Records: records})
			}
		}
		return zones, nil
	}
}

func recordsOf(ctx context.Context, client *route53.Client, id *string) ([]Record, error) {
	var records []Record
	pages := route53.NewListResourceRecordSetsPaginator(client, &route53.ListResourceRecordSetsInput{HostedZoneId: id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, set := range page.ResourceRecordSets {
			records = append(records, recordOf(set))
		}
	}
	return records, nil
}

func recordOf(set types.ResourceRecordSet) Record {
	r := Record{Name: canonical(set.Name), Type: string(set.Type), TTL: uint32(aws.ToInt64(set.TTL)),
		SetID: aws.ToString(set.SetIdentifier), Weight: set.Weight, HealthCheckID: aws.ToString(set.HealthCheckId)}
	for _, value := range set.ResourceRecords {
		// moto gives a start of authority as it has it in memory: as a dictionary of Python's.
		plain := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(value.Value), "{'Value': '"), "'}")
		r.Values = append(r.Values, plain)
	}
	if set.AliasTarget != nil {
		r.Alias, r.EvaluateHealth = canonical(set.AliasTarget.DNSName), set.AliasTarget.EvaluateTargetHealth
	}
	r.Other = r.SetID != "" && r.Weight == nil
	return r
}

// ChecksFromRoute53 reads every health check of the account.
func ChecksFromRoute53(client *route53.Client) func(context.Context) ([]HealthCheck, error) {
	return func(ctx context.Context) ([]HealthCheck, error) {
		var checks []HealthCheck
		pages := route53.NewListHealthChecksPaginator(client, &route53.ListHealthChecksInput{})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("list the health checks: %w", err)
			}
			for _, c := range page.HealthChecks {
				checks = append(checks, checkOf(aws.ToString(c.Id), c.HealthCheckConfig))
			}
		}
		return checks, nil
	}
}

// checkOf fills in what Route 53 does: a port, an interval of 30 s and three probes.
func checkOf(id string, c *types.HealthCheckConfig) HealthCheck {
	address, _ := netip.ParseAddr(aws.ToString(c.IPAddress)) // none is the zero address
	port := map[string]int{"http": 80, "https": 443}[schemes[string(c.Type)]]
	return HealthCheck{
		ID: id, Type: string(c.Type), Host: canonical(c.FullyQualifiedDomainName), Address: address,
		Port: cmp.Or(int(aws.ToInt32(c.Port)), port), Path: aws.ToString(c.ResourcePath), Search: aws.ToString(c.SearchString),
		Interval:  time.Duration(cmp.Or(aws.ToInt32(c.RequestInterval), 30)) * time.Second,
		Threshold: int(cmp.Or(aws.ToInt32(c.FailureThreshold), 3)),
		SNI:       aws.ToBool(c.EnableSNI), Inverted: aws.ToBool(c.Inverted), Disabled: aws.ToBool(c.Disabled),
	}
}

// canonical is the name in lower case with its final dot. Route 53 writes a wildcard's asterisk as an octal escape.
func canonical(name *string) string {
	return dns.CanonicalName(strings.Replace(aws.ToString(name), `\052`, "*", 1))
}
