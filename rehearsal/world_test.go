package rehearsal

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	mdns "github.com/miekg/dns"

	"drover/rehearsal/load"
)

// A public load balancer behind the records of a private zone is unusual, and shows all three at once.
func TestChangesTakeTimePrivateZonesArePrivateAndScannersCome(t *testing.T) {
	t.Parallel()
	const domain = "shop.internal.example.org"
	c := startCloud(t, Options{Domain: domain, Dir: t.TempDir(), TTL: time.Second, Propagates: 700 * time.Millisecond, Private: true, Scanned: 50 * time.Millisecond})
	n := newNetwork(t, c)
	blue, _ := balancer(t, c, n, "blue")
	account := route53.NewFromConfig(through(c))
	made, err := account.CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: aws.String(domain), CallerReference: aws.String("test"),
		VPC: &r53types.VPC{VPCId: aws.String(n.vpc), VPCRegion: defaultRegion}, HostedZoneConfig: &r53types.HostedZoneConfig{PrivateZone: true}})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := account.ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: made.HostedZone.Id,
		ChangeBatch: &r53types.ChangeBatch{Changes: []r53types.Change{{Action: r53types.ChangeActionUpsert, ResourceRecordSet: &r53types.ResourceRecordSet{
			Name: aws.String(domain), Type: r53types.RRTypeA, SetIdentifier: aws.String("blue"), Weight: aws.Int64(1),
			AliasTarget: &r53types.AliasTarget{DNSName: blue.DNSName, HostedZoneId: blue.CanonicalHostedZoneId}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if changed.ChangeInfo.Status != r53types.ChangeStatusPending {
		t.Errorf("a change begins as %s", changed.ChangeInfo.Status)
	}
	within(t, 30*time.Second, "INSYNC", func() (bool, string) {
		answered := c.answersEverywhere(t.Context(), load.Options{Host: domain})
		got, err := account.GetChange(t.Context(), &route53.GetChangeInput{Id: changed.ChangeInfo.Id})
		if err != nil {
			t.Fatal(err)
		}
		if answered == nil && got.ChangeInfo.Status != r53types.ChangeStatusInsync {
			t.Errorf("every name server answers, and the change is still %s", got.ChangeInfo.Status)
		}
		return got.ChangeInfo.Status == r53types.ChangeStatusInsync, string(got.ChangeInfo.Status)
	})
	within(t, 10*time.Second, "answers inside", func() (bool, string) {
		err := c.answersEverywhere(t.Context(), load.Options{Host: domain})
		return err == nil, fmt.Sprint(err)
	})
	m := new(mdns.Msg)
	m.SetQuestion(mdns.Fqdn(domain), mdns.TypeA)
	for _, server := range c.dns.Addresses() {
		if got, err := mdns.ExchangeContext(t.Context(), m, server); err != nil || got.Rcode != mdns.RcodeRefused {
			t.Errorf("%s tells everybody of the private zone: %v, %v", server, got, err)
		}
	}
	within(t, 10*time.Second, "scanners", func() (bool, string) { return c.Scans() > 2, fmt.Sprint(c.Scans()) })
}
