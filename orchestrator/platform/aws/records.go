package aws

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
)

// aliasTTL is how long resolvers keep an alias record of a load balancer. Route 53 sets it:
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
const aliasTTL = time.Minute

// group is the record sets that Route 53 chooses from by weight: those of one name and one type.
type group struct {
	name string // plain
	kind types.RRType
}

// weighted holds the weighted address records of a change's names, by group and color.
type weighted map[group]map[string]types.ResourceRecordSet

// plain is a name as people write it. Route 53 ends names with a dot and escapes the star.
func plain(name string) string {
	return strings.ToLower(strings.TrimSuffix(strings.ReplaceAll(name, `\052`, "*"), "."))
}

// serving are the names that lead to the applications, management the names that lead to management interfaces.
func serving(c platform.Change) []string { return withWildcards(c.Domain) }

func management(c platform.Change) []string { return withWildcards(c.Management...) }

func withWildcards(domains ...string) []string {
	var names []string
	for _, domain := range domains {
		names = append(names, plain(domain), "*."+plain(domain))
	}
	return names
}

// records reads the weighted address records of a change in one list: all its names are below its domain.
func (p *Platform) records(ctx context.Context, c platform.Change) (weighted, error) {
	names := append(serving(c), management(c)...)
	domain := plain(c.Domain) + "."
	found := weighted{}
	pages := route53.NewListResourceRecordSetsPaginator(p.zones, &route53.ListResourceRecordSetsInput{
		HostedZoneId: &c.ZoneID, StartRecordName: &domain, StartRecordType: types.RRTypeA,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking Route 53 for the records of "+c.Domain, err)
		}
		for _, record := range page.ResourceRecordSets {
			name := plain(sdk.ToString(record.Name))
			if !near(name, c.Domain) {
				return found, nil
			}
			address := record.Type == types.RRTypeA || record.Type == types.RRTypeAaaa
			if address && record.Weight != nil && slices.Contains(names, name) {
				found.add(group{name, record.Type}, record)
			}
		}
	}
	return found, nil
}

// near tells whether a name can still be followed by one below the domain. Records are sorted by their labels from
// the last to the first; whether a dot sorts before a hyphen is left open here, so that the names that only begin like
// the domain are read over.
func near(name, domain string) bool {
	return strings.HasPrefix(backwards(name), backwards(plain(domain)))
}

func backwards(name string) string {
	labels := strings.Split(name, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

func (w weighted) add(g group, record types.ResourceRecordSet) {
	if w[g] == nil {
		w[g] = map[string]types.ResourceRecordSet{}
	}
	w[g][sdk.ToString(record.SetIdentifier)] = record
}

// groups are in Route 53's order, so that equal changes are equal requests and a domain comes before its wildcard.
func (w weighted) groups() []group {
	return slices.SortedFunc(maps.Keys(w), func(a, b group) int {
		return strings.Compare(backwards(a.name)+" "+string(a.kind), backwards(b.name)+" "+string(b.kind))
	})
}

// weights are those of one group.
func (w weighted) weights(g group) map[string]int {
	weights := map[string]int{}
	for color, record := range w[g] {
		weights[color] = int(sdk.ToInt64(record.Weight))
	}
	return weights
}

// ttl is the longest time that resolvers keep one of the records.
func (w weighted) ttl() time.Duration {
	var longest time.Duration
	for _, records := range w {
		for _, record := range records {
			ttl := time.Duration(sdk.ToInt64(record.TTL)) * time.Second
			if record.AliasTarget != nil {
				ttl = aliasTTL
			}
			longest = max(longest, ttl)
		}
	}
	return longest
}
