package terratest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/test/harness"
)

// connected is a cluster with what the examples lack: ways to other networks, an own certificate, access logs, and a place
// in its network that jobs run in.
// The account holds what it names.
const connected = `
apiVersion: drover/v1
kind: Cluster
metadata: {name: connected}
spec:
  platform: aws
  region: eu-west-1
  network:
    cidr: 10.44.0.0/16
    peerings: [{name: data, network: %[1]s, cidrs: [10.30.0.0/16, 10.31.0.0/16]}]
    transitGateway: {id: %[2]s, cidrs: [10.128.0.0/9]}
  ingress:
    domain: connected.example.com
    tls: {issuer: cloud, certificate: %[3]q}
    accessLogs: {bucket: connected-logs}
  access:
    admins: ["arn:aws:iam::123456789012:role/platform-admin"]
    runner:
      source: gitlab
      repository: https://gitlab.com/acme/clusters
      connection: arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-1111-1111-1111-111111111111
  services: {alerts: {webhook: {address: "https://alerts.example.com/drover", key: {vault: connected/webhook}}}}
`

// surroundings makes what the cluster is connected to, and writes its spec.
func surroundings(t *testing.T, a account, file string) (peer, gateway, certificate string) {
	t.Helper()
	var network struct {
		ID string `xml:"vpc>vpcId"`
	}
	a.ask(t, "CreateVpc", url.Values{"CidrBlock": {"10.30.0.0/16"}}, &network)
	var transit struct {
		ID string `xml:"transitGateway>transitGatewayId"`
	}
	a.ask(t, "CreateTransitGateway", nil, &transit)
	var issued struct{ CertificateArn string }
	a.json(t, "acm", "CertificateManager", "RequestCertificate", map[string]string{"DomainName": "connected.example.com"}, &issued)
	location := []byte(`<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>` + a.region + `</LocationConstraint></CreateBucketConfiguration>`)
	if err := a.client().RESTXML(t.Context(), "s3", "CreateBucket", http.MethodPut, "/connected-logs", location, nil); err != nil {
		t.Fatal(err)
	}
	allow, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": "s3:PutObject",
		"Principal": map[string]string{"Service": "delivery.logs.amazonaws.com"}, "Resource": "arn:aws:s3:::connected-logs/*"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.client().RESTXML(t.Context(), "s3", "PutBucketPolicy", http.MethodPut, "/connected-logs?policy", allow, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, fmt.Appendf(nil, connected, network.ID, transit.ID, issued.CertificateArn), 0o600); err != nil {
		t.Fatal(err)
	}
	return network.ID, transit.ID, issued.CertificateArn
}

// Foundation and blue of a cluster that is connected to others are applied, looked at and destroyed.
func TestAConnectedClusterReachesOtherNetworksFromEveryZone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "connected.yaml")
	// The account is made for a spec that names nothing of it yet.
	if err := os.WriteFile(file, fmt.Appendf(nil, connected, "vpc-0a1b2c3d4e5f60718", "tgw-0a1b2c3d4e5f60718",
		"arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := start(t, file)
	peer, gateway, certificate := surroundings(t, e.account, file)
	e.render(t, file)
	foundation, blue := e.root("foundation"), e.root("blue")
	before := e.account.holds(t)

	e.apply(t, foundation)
	checkConnections(t, e, foundation, peer, gateway)
	checkReceivers(t, e, foundation)
	checkRunnerOfJobs(t, e, foundation)
	schedule(t, e, file, foundation)
	afterFoundation := e.account.holds(t)
	grown(t, "foundation", 40, before, afterFoundation)
	blue.Vars = earlierImages(t, e)
	e.apply(t, blue)
	checkBalancer(t, e, certificate)
	checkImages(t, e, blue)
	grown(t, "blue", 20, afterFoundation, e.account.holds(t))

	destroyProtected(t, blue)
	same(t, "blue", afterFoundation, e.account.holds(t))
	destroyProtected(t, foundation)
	same(t, "foundation", before, e.account.holds(t))
	harness.CheckCalls(t, "terraform-"+e.name, e.calls)
}

// checkConnections: the subnets of both colors have, in every zone, a route to each range of the peer and of the transit
// gateway, which is attached in every zone.
func checkConnections(t *testing.T, e *example, foundation *terraform.Options, peer, gateway string) {
	t.Helper()
	var peerings struct {
		List []struct {
			ID     string `xml:"vpcPeeringConnectionId"`
			Peer   string `xml:"accepterVpcInfo>vpcId"`
			Status string `xml:"status>code"`
		} `xml:"vpcPeeringConnectionSet>item"`
	}
	e.account.ask(t, "DescribeVpcPeeringConnections", nil, &peerings)
	if len(peerings.List) != 1 || peerings.List[0].Peer != peer || peerings.List[0].Status != "active" {
		t.Fatalf("the peerings are %+v, want an active one with %s", peerings.List, peer)
	}
	var attachments struct {
		List []struct {
			Gateway string   `xml:"transitGatewayId"`
			Subnets []string `xml:"subnetIds>item"`
		} `xml:"transitGatewayVpcAttachments>item"`
	}
	e.account.ask(t, "DescribeTransitGatewayVpcAttachments", nil, &attachments)
	if len(attachments.List) != 1 || attachments.List[0].Gateway != gateway || len(attachments.List[0].Subnets) != e.spec.Spec.Network.Zones {
		t.Errorf("the attachments are %+v, want one to %s in each of %d zones", attachments.List, gateway, e.spec.Spec.Network.Zones)
	}
	vpc := terraform.Output(t, foundation, "vpc_id")
	var ids map[string][]string
	terraform.OutputStruct(t, foundation, "subnet_ids", &ids)
	subnets, routes := e.account.subnets(t, vpc), waysOut(e.account.routeTables(t, vpc))
	for _, color := range []string{"blue", "green"} {
		zones := map[string]bool{}
		for _, id := range ids[color] {
			zones[subnets[id].Zone] = true
			for destination, want := range map[string]way{
				"10.30.0.0/16": {peering: peerings.List[0].ID}, "10.31.0.0/16": {peering: peerings.List[0].ID}, "10.128.0.0/9": {transit: gateway},
			} {
				if got := routes[id][destination]; got != want {
					t.Errorf("%s's subnet in %s reaches %s by %+v, want %+v", color, subnets[id].Zone, destination, got, want)
				}
			}
		}
		if len(zones) != e.spec.Spec.Network.Zones {
			t.Errorf("%s's subnets are in %v, want %d zones", color, zones, e.spec.Spec.Network.Zones)
		}
	}
}

// checkBalancer: the load balancer ends TLS with the spec's certificate and a policy of today, and writes its logs to the
// spec's bucket.
func checkBalancer(t *testing.T, e *example, certificate string) {
	t.Helper()
	const service, version = "elasticloadbalancing", "2015-12-01"
	var balancers struct {
		ARNs []string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>LoadBalancerArn"`
	}
	e.account.query(t, service, version, "DescribeLoadBalancers", nil, &balancers)
	if len(balancers.ARNs) != 1 {
		t.Fatalf("there are the load balancers %v, want one", balancers.ARNs)
	}
	of := url.Values{"LoadBalancerArn": {balancers.ARNs[0]}}
	var listeners struct {
		List []struct {
			Port         int    `xml:"Port"`
			Protocol     string `xml:"Protocol"`
			Policy       string `xml:"SslPolicy"`
			Certificates string `xml:"Certificates>member>CertificateArn"`
		} `xml:"DescribeListenersResult>Listeners>member"`
	}
	e.account.query(t, service, version, "DescribeListeners", of, &listeners)
	ended := 0
	for _, l := range listeners.List {
		if l.Port != 443 {
			continue
		}
		if ended++; l.Protocol != "TLS" || l.Certificates != certificate || l.Policy != "ELBSecurityPolicy-TLS13-1-2-2021-06" {
			t.Errorf("the listener is %+v, want TLS 1.2 and 1.3 with %s", l, certificate)
		}
	}
	if ended != 1 {
		t.Errorf("there are %d listeners on 443 of %+v", ended, listeners.List)
	}
	var attributes struct {
		List []struct {
			Key   string `xml:"Key"`
			Value string `xml:"Value"`
		} `xml:"DescribeLoadBalancerAttributesResult>Attributes>member"`
	}
	e.account.query(t, service, version, "DescribeLoadBalancerAttributes", of, &attributes)
	is := map[string]string{}
	for _, a := range attributes.List {
		is[a.Key] = a.Value
	}
	for key, want := range map[string]string{"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "connected-logs", "access_logs.s3.prefix": e.name} {
		if is[key] != want {
			t.Errorf("the load balancer has %s=%q, want %q", key, is[key], want)
		}
	}
}
