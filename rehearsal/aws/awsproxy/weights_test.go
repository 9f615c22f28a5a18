package awsproxy_test

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/orchestrator/platform"
	"drover/orchestrator/platform/aws"
	"drover/orchestrator/platform/platformtest"
)

// TestDroverFindsAndMovesWhatAPlatformHas runs the suite of all platforms. It is here, as moto alone neither carries out
// a change batch whole nor refuses the deletion of a record set that has other values.
func TestDroverFindsAndMovesWhatAPlatformHas(t *testing.T) {
	t.Parallel()
	p := droversAWS(t)
	platformtest.Questions(t, p, account)
	zones := route53.NewFromConfig(config())
	platformtest.TestWeights(t, func(t *testing.T, s platformtest.Seed) platformtest.Zone { return newZone(t, p, zones, s) })
}

// droversAWS is what drover asks AWS with. The environment is that of TestMain.
func droversAWS(t testing.TB) *aws.Platform {
	t.Helper()
	p, err := aws.New(t.Context(), region, func(...string) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pointSDK has AWS's SDKs in this process use an endpoint.
func pointSDK(endpoint string) error {
	for _, variable := range awsEnv(endpoint) {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// simulatedZone is a zone with the records of one cluster, and one record of another cluster beside them.
type simulatedZone struct {
	api        *route53.Client
	id, domain string
}

func newZone(t testing.TB, p *aws.Platform, api *route53.Client, s platformtest.Seed) platformtest.Zone {
	t.Helper()
	name := strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == ',' || r == '\'' {
			return -1
		}
		return r
	}, t.Name()[strings.LastIndexByte(t.Name(), '/')+1:]))
	zone := "z-" + strings.ReplaceAll(name, "_", "-")[:min(50, len(name))] + ".example.com"
	in := &route53.CreateHostedZoneInput{Name: &zone, CallerReference: sdkaws.String(t.Name())}
	if s.Private {
		in.VPC = &types.VPC{VPCId: someVPC(t), VPCRegion: region}
	}
	made, err := api.CreateHostedZone(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	z := simulatedZone{api, strings.TrimPrefix(sdkaws.ToString(made.HostedZone.Id), "/hostedzone/"), "shop." + zone}
	ops := "ops." + z.domain
	var sets []types.ResourceRecordSet
	for color, weight := range s.Records {
		for _, kind := range []types.RRType{types.RRTypeA, types.RRTypeAaaa} {
			sets = append(sets, alias(z.domain, kind, color, weight, "check-"+color), alias("*."+z.domain, kind, color, weight, "check-"+color))
		}
		sets = append(sets, alias("shop-x."+zone, types.RRTypeA, color, 1, ""), alias("*.eu."+z.domain, types.RRTypeA, color, 2, ""))
	}
	for color, weight := range s.Management {
		sets = append(sets, alias(ops, types.RRTypeA, color, weight, ""), alias("*."+ops, types.RRTypeA, color, weight, ""))
	}
	z.write(t, types.ChangeActionCreate, sets...)
	return platformtest.Zone{Weigher: p, ID: z.id, Domain: z.domain, Management: ops, Read: z.read, Rest: z.rest, Put: z.put, Comment: z.comment}
}

func someVPC(t testing.TB) *string {
	t.Helper()
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	ask(t, "CreateVpc", url.Values{"CidrBlock": {"10.77.0.0/16"}}, &vpc)
	return &vpc.ID
}

func alias(name string, kind types.RRType, color string, weight int, check string) types.ResourceRecordSet {
	set := types.ResourceRecordSet{Name: &name, Type: kind, SetIdentifier: &color, Weight: sdkaws.Int64(int64(weight)),
		AliasTarget: &types.AliasTarget{DNSName: sdkaws.String(color + ".elb.example.com"), HostedZoneId: sdkaws.String("Z2IFOLAFXWLO4F"), EvaluateTargetHealth: true}}
	if check != "" {
		set.HealthCheckId = &check
	}
	return set
}

func (z simulatedZone) write(t testing.TB, action types.ChangeAction, sets ...types.ResourceRecordSet) {
	t.Helper()
	var changes []types.Change
	for _, set := range sets {
		changes = append(changes, types.Change{Action: action, ResourceRecordSet: &set})
	}
	if len(changes) == 0 {
		return
	}
	in := &route53.ChangeResourceRecordSetsInput{HostedZoneId: &z.id, ChangeBatch: &types.ChangeBatch{Changes: changes}}
	if _, err := z.api.ChangeResourceRecordSets(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (z simulatedZone) all(t *testing.T) []types.ResourceRecordSet {
	t.Helper()
	answer, err := z.api.ListResourceRecordSets(t.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: &z.id})
	if err != nil || answer.IsTruncated {
		t.Fatalf("the list of the zone's records is not whole: %v", err)
	}
	return answer.ResourceRecordSets
}

// ours are the names that the cluster's weights are about.
func (z simulatedZone) ours(set types.ResourceRecordSet) bool {
	name := strings.TrimSuffix(strings.ReplaceAll(sdkaws.ToString(set.Name), `\052`, "*"), ".")
	return set.Weight != nil && slices.Contains([]string{z.domain, "*." + z.domain, "ops." + z.domain, "*.ops." + z.domain}, name)
}

func label(set types.ResourceRecordSet) string {
	return sdkaws.ToString(set.Name) + " " + string(set.Type)
}

func (z simulatedZone) read(t *testing.T) map[string]platformtest.Weights {
	t.Helper()
	found := map[string]platformtest.Weights{}
	for _, set := range z.all(t) {
		if !z.ours(set) {
			continue
		}
		if found[label(set)] == nil {
			found[label(set)] = platformtest.Weights{}
		}
		found[label(set)][sdkaws.ToString(set.SetIdentifier)] = int(*set.Weight)
	}
	return found
}

func (z simulatedZone) rest(t *testing.T) string {
	t.Helper()
	lines := map[string]bool{}
	for _, set := range z.all(t) {
		weight := "another's " + fmt.Sprint(sdkaws.ToInt64(set.Weight))
		if z.ours(set) {
			weight = "ours"
		}
		target := "none"
		if set.AliasTarget != nil {
			target = fmt.Sprint(sdkaws.ToString(set.AliasTarget.DNSName), sdkaws.ToString(set.AliasTarget.HostedZoneId), set.AliasTarget.EvaluateTargetHealth)
		}
		lines[fmt.Sprint(label(set), " ", sdkaws.ToString(set.SetIdentifier), " ", weight, " ", target, " ", sdkaws.ToString(set.HealthCheckId), " ", sdkaws.ToInt64(set.TTL), len(set.ResourceRecords))] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(lines)), "\n")
}

func (z simulatedZone) put(t *testing.T, record, color string, weight int) {
	t.Helper()
	for _, set := range z.all(t) {
		if label(set) == record && sdkaws.ToString(set.SetIdentifier) == color {
			set.Weight = sdkaws.Int64(int64(weight))
			z.write(t, types.ChangeActionUpsert, set)
			return
		}
	}
	t.Fatalf("there is no %s of %s", record, color)
}

func (z simulatedZone) comment(t *testing.T, token platform.Token) string {
	t.Helper()
	answer, err := z.api.GetChange(t.Context(), &route53.GetChangeInput{Id: sdkaws.String(string(token))})
	if err != nil {
		t.Fatal(err)
	}
	return sdkaws.ToString(answer.ChangeInfo.Comment)
}

// BenchmarkWeightsUntilConfirmed moves traffic there and back, and reports the medians of the write and of the whole until
// the account says INSYNC and the records are read back. The account does not wait before it says so.
func BenchmarkWeightsUntilConfirmed(b *testing.B) {
	p, ahead, back := droversAWS(b), platformtest.Weights{"blue": 95, "green": 5}, platformtest.Weights{"blue": 100, "green": 0}
	z := newZone(b, p, route53.NewFromConfig(config()), platformtest.Seed{Records: ahead, Management: ahead})
	var writes, wholes []time.Duration
	for b.Loop() {
		c := platform.Change{ZoneID: z.ID, Domain: z.Domain, Management: []string{z.Management}, Expected: ahead, New: back}
		ahead, back = back, ahead
		began := time.Now()
		token, err := p.SetWeights(b.Context(), c)
		if err != nil {
			b.Fatal(err)
		}
		writes = append(writes, time.Since(began))
		if _, err := p.Confirmed(b.Context(), c, token); err != nil {
			b.Fatal(err)
		}
		wholes = append(wholes, time.Since(began))
	}
	for name, times := range map[string][]time.Duration{"ms/write": writes, "ms/confirmed": wholes} {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, name)
	}
}
