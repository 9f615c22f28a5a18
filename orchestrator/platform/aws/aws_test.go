package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"

	"drover/orchestrator/internal/mototest"
	"drover/orchestrator/platform"
)

const region = "eu-central-1"

// at is a Platform whose every service is one address.
func at(endpoint string) *Platform {
	return fromConfig(configuration(endpoint))
}

func configuration(endpoint string) sdk.Config {
	return sdk.Config{
		Region:       region,
		BaseEndpoint: &endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider("key", "secret", ""),
		HTTPClient:   http.DefaultClient,
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAgainstASimulatedAccount asks one moto, each question in a part of the account that the others leave alone.
func TestAgainstASimulatedAccount(t *testing.T) {
	t.Parallel()
	endpoint := mototest.Start(t)
	p := at(endpoint)
	for name, test := range map[string]func(*testing.T, *Platform){
		"account": accountIsNamed, "cluster": clusterIsActiveWithItsNodeGroups, "weights": weightsAreThoseOfTheRecords,
		"quota":            quotaIsNeverAPassUnasked,
		"left of machines": machinesPartsAreFound, "left of roles": rolesAreFound, "left of clusters": clustersPartsAreFound,
		"left of balancers": balancersPartsAreFound, "nothing left": nothingIsFoundThatIsNotThere,
		"left of networks": foundationsNetworkIsFound, "left of services": foundationsServicesAreFound,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, p) })
	}
	t.Run("load balancers", func(t *testing.T) { t.Parallel(); loadBalancersAreLeftoversUntilTheyAreGone(t, endpoint) })
	t.Run("targets", func(t *testing.T) { t.Parallel(); targetsAreThoseOfOneColor(t, endpoint) })
	t.Run("made inside", func(t *testing.T) { t.Parallel(); whatControllersMadeIsLeftover(t, endpoint) })
	t.Run("connections", func(t *testing.T) { t.Parallel(); connectionsAreCountedOnlyWhereMetricsArrive(t, endpoint) })
}

func accountIsNamed(t *testing.T, p *Platform) {
	account, err := p.Account(t.Context())
	if err != nil || account != "123456789012" {
		t.Errorf("Account = %q, %v", account, err)
	}
}

func clusterIsActiveWithItsNodeGroups(t *testing.T, p *Platform) {
	ctx := t.Context()
	health, err := p.ClusterActive(ctx, "shop-blue")
	if err != nil || health.Active || health.Exists || !strings.Contains(health.Detail, "no EKS cluster shop-blue") {
		t.Errorf("a cluster that does not exist: %+v, %v", health, err)
	}
	makeCluster(t, p, "shop-blue", "shop", "blue")
	makeCluster(t, p, "other-green", "other", "green")
	health, err = p.ClusterActive(ctx, "shop-blue")
	if err != nil || !health.Exists || health.Tags[colorTag] != "blue" {
		t.Errorf("a cluster that exists: %+v, %v", health, err)
	}
	if err != nil || health.Active || !strings.Contains(health.Detail, "no node group") {
		t.Errorf("a cluster without a node group: %+v, %v", health, err)
	}
	_, err = p.eks.CreateNodegroup(ctx, &eks.CreateNodegroupInput{ClusterName: sdk.String("shop-blue"), NodegroupName: sdk.String("general"),
		NodeRole: sdk.String("arn:aws:iam::123456789012:role/node"), Subnets: []string{"subnet-1"}})
	must(t, err)
	health, err = p.ClusterActive(ctx, "shop-blue")
	if err != nil || !health.Active || health.NodeGroups["general"] != "ACTIVE" || health.Version != "1.33" {
		t.Errorf("a cluster that is up: %+v, %v", health, err)
	}

	left, err := p.Leftovers(ctx, "shop", "blue")
	must(t, err)
	var kinds []string
	for _, resource := range left {
		kinds = append(kinds, resource.Kind)
	}
	if !slices.Equal(kinds, []string{"eks/cluster", "eks/nodegroup"}) {
		t.Errorf("leftovers of shop blue = %v", left)
	}
	for _, c := range [][2]string{{"shop", "green"}, {"shop-blue", ""}, {"sho", ""}} {
		if left, err := p.Leftovers(ctx, c[0], c[1]); err != nil || len(left) != 0 {
			t.Errorf("leftovers of %v = %v, %v", c, left, err)
		}
	}
	if _, err := p.Leftovers(ctx, "", ""); err == nil {
		t.Error("leftovers of no cluster at all were listed")
	}
}

func makeCluster(t *testing.T, p *Platform, name, cluster, color string) {
	t.Helper()
	_, err := p.eks.CreateCluster(t.Context(), &eks.CreateClusterInput{
		Name: &name, Version: sdk.String("1.33"), RoleArn: sdk.String("arn:aws:iam::123456789012:role/eks"),
		ResourcesVpcConfig: &ekstypes.VpcConfigRequest{SubnetIds: []string{"subnet-1", "subnet-2"}},
		Tags:               map[string]string{clusterTag: cluster, colorTag: color},
	})
	must(t, err)
}

func weightsAreThoseOfTheRecords(t *testing.T, p *Platform) {
	ctx := t.Context()
	zone, err := p.zones.CreateHostedZone(ctx, &route53.CreateHostedZoneInput{Name: sdk.String("shop.test"), CallerReference: sdk.String("1")})
	must(t, err)
	id := sdk.ToString(zone.HostedZone.Id)
	if weights, err := p.Weights(ctx, platform.Zone{ID: id, Domain: "shop.test"}); err != nil || len(weights) != 0 {
		t.Errorf("weights of a zone without records = %v, %v", weights, err)
	}
	record := func(name, color string, weight int64) r53types.Change {
		return r53types.Change{Action: r53types.ChangeActionUpsert, ResourceRecordSet: &r53types.ResourceRecordSet{
			Name: &name, Type: r53types.RRTypeA, TTL: sdk.Int64(60), SetIdentifier: &color, Weight: &weight,
			ResourceRecords: []r53types.ResourceRecord{{Value: sdk.String("192.0.2.1")}},
		}}
	}
	_, err = p.zones.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &id, ChangeBatch: &r53types.ChangeBatch{
		Changes: []r53types.Change{
			record("shop.test", "blue", 95), record("shop.test", "green", 5),
			record("*.shop.test", "blue", 1), record("zzz.shop.test", "green", 7),
		},
	}})
	must(t, err)
	weights, err := p.Weights(ctx, platform.Zone{ID: id, Domain: "Shop.test."})
	if err != nil || !maps.Equal(weights, map[string]int{"blue": 95, "green": 5}) {
		t.Errorf("weights = %v, %v", weights, err)
	}
	if _, err := p.Weights(ctx, platform.Zone{ID: "ZNONE", Domain: "shop.test"}); err == nil {
		t.Error("the weights of a zone that does not exist were given")
	}
	for domain, want := range map[string]map[string]int{"shop.test": {"blue": 95, "green": 5}, "none.test": {}, "a.shop.test": {}} {
		if weights, err := p.Weights(ctx, platform.Zone{Cluster: "shop", Domain: domain}); err != nil || !maps.Equal(weights, want) {
			t.Errorf("weights of %s, whose zone is found by its name = %v, %v; want %v", domain, weights, err, want)
		}
	}
	anothersZoneIsPassedOver(t, p, id)
}

// anothersZoneIsPassedOver has a second zone of the name: two private ones may have the same.
func anothersZoneIsPassedOver(t *testing.T, p *Platform, tagged string) {
	t.Helper()
	ctx := t.Context()
	twin, err := p.zones.CreateHostedZone(ctx, &route53.CreateHostedZoneInput{Name: sdk.String("shop.test"), CallerReference: sdk.String("2")})
	must(t, err)
	_, err = p.zones.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: twin.HostedZone.Id, ChangeBatch: &r53types.ChangeBatch{
		Changes: []r53types.Change{{Action: r53types.ChangeActionUpsert, ResourceRecordSet: &r53types.ResourceRecordSet{
			Name: sdk.String("shop.test"), Type: r53types.RRTypeA, TTL: sdk.Int64(60), SetIdentifier: sdk.String("blue"), Weight: sdk.Int64(7),
			ResourceRecords: []r53types.ResourceRecord{{Value: sdk.String("192.0.2.2")}},
		}}},
	}})
	must(t, err)
	if weights, err := p.Weights(ctx, platform.Zone{Cluster: "shop", Domain: "shop.test"}); err == nil {
		t.Errorf("of two zones with different weights, one was taken: %v", weights)
	}
	id := strings.TrimPrefix(tagged, "/hostedzone/")
	_, err = p.zones.ChangeTagsForResource(ctx, &route53.ChangeTagsForResourceInput{ResourceId: &id, ResourceType: r53types.TagResourceTypeHostedzone,
		AddTags: []r53types.Tag{{Key: sdk.String(clusterTag), Value: sdk.String("shop")}}})
	must(t, err)
	// An adopted zone carries no tag, so that other's is the twin.
	if weights, err := p.Weights(ctx, platform.Zone{Cluster: "other", Domain: "shop.test"}); err != nil || weights["blue"] != 7 {
		t.Errorf("weights of other = %v, %v", weights, err)
	}
}

// answers is a server of one JSON answer for each X-Amz-Target or path.
func answers(t *testing.T, byCall map[string]string) *Platform {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		for _, call := range []string{r.Header.Get("X-Amz-Target"), r.Form.Get("Action"), r.URL.Path} {
			if body, known := byCall[call]; known && call != "" {
				w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				_, _ = fmt.Fprint(w, body)
				return
			}
		}
		http.Error(w, `{"__type":"UnknownOperation"}`, http.StatusBadRequest)
	}))
	t.Cleanup(server.Close)
	return at(server.URL)
}

func TestTroubleIsTranslated(t *testing.T) {
	t.Parallel()
	refuse := func(code string) *Platform {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", code)
		}))
		t.Cleanup(server.Close)
		return at(server.URL)
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	without := fromConfig(sdk.Config{Region: region, Credentials: sdk.CredentialsProviderFunc(func(context.Context) (sdk.Credentials, error) {
		return sdk.Credentials{}, errors.New("failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: connection refused")
	})})
	for name, c := range map[string]struct {
		platform *Platform
		want     string
	}{
		"expired":     {refuse("ExpiredToken"), "have expired"},
		"invalid":     {refuse("InvalidClientTokenId"), "does not accept the credentials"},
		"denied":      {refuse("AccessDenied"), "do not allow it"},
		"unreachable": {at(closed.URL), "AWS does not answer"},
		"none":        {without, "there are no credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.platform.Account(t.Context())
			var explained *Error
			if !errors.As(err, &explained) || !strings.Contains(err.Error(), c.want) || explained.Advice == "" {
				t.Errorf("want %q and an advice, got %v", c.want, err)
			}
			if strings.Contains(err.Error(), "ec2imds") {
				t.Errorf("a person without credentials reads of the SDK's last resort: %v", err)
			}
		})
	}
	if _, err := New(t.Context(), "", nil); err == nil {
		t.Error("a platform without a region was made")
	}
}

func TestFetchedCredentialsAreToldAsSecret(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_SESSION_TOKEN", "")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_PROFILE", "other")
	file := filepath.Join(t.TempDir(), "credentials")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	text := "[other]\naws_access_key_id = theAccessKey\naws_secret_access_key = theSecretKey\naws_session_token = theSessionToken\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var told []string
	p, err := New(t.Context(), region, func(values ...string) { told = append(told, values...) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.token(t.Context(), "herd-blue"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"theAccessKey", "theSecretKey", "theSessionToken"} {
		if !slices.Contains(told, want) {
			t.Errorf("%s of the profile was not told; told were %v", want, told)
		}
	}
}

// queryMetrics is a client in the protocol that moto has: the usual one, CBOR, it lacks.
func queryMetrics(endpoint string) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(configuration(endpoint), func(o *cloudwatch.Options) {
		o.Protocol = awsquery.New(schemas.GraniteServiceVersion20100801)
	})
}

// makeBalancer makes a network load balancer with a target group behind it.
func makeBalancer(t *testing.T, p *Platform, endpoint, name, cluster, color string) string {
	t.Helper()
	tags := []elbtypes.Tag{{Key: sdk.String(clusterTag), Value: &cluster}, {Key: sdk.String(colorTag), Value: &color}}
	made, err := p.elb.CreateLoadBalancer(t.Context(), &elb.CreateLoadBalancerInput{
		Name: &name, Type: elbtypes.LoadBalancerTypeEnumNetwork, Subnets: defaultSubnets(t, endpoint), Tags: tags,
	})
	must(t, err)
	group, err := p.elb.CreateTargetGroup(t.Context(), &elb.CreateTargetGroupInput{
		Name: &name, Protocol: elbtypes.ProtocolEnumTcp, Port: sdk.Int32(443), VpcId: made.LoadBalancers[0].VpcId, Tags: tags,
	})
	must(t, err)
	_, err = p.elb.CreateListener(t.Context(), &elb.CreateListenerInput{
		LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Protocol: elbtypes.ProtocolEnumTcp, Port: sdk.Int32(443),
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: group.TargetGroups[0].TargetGroupArn}},
	})
	must(t, err)
	return sdk.ToString(made.LoadBalancers[0].LoadBalancerArn)
}

// defaultSubnets asks EC2 by hand, as the product has no use for its SDK.
func defaultSubnets(t *testing.T, endpoint string) []string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader("Action=DescribeSubnets&Version=2016-11-15"))
	must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/"+region+"/ec2/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	var subnets []string
	for _, match := range regexp.MustCompile(`<subnetId>(subnet-[0-9a-f]+)</subnetId>`).FindAllSubmatch(body, -1) {
		subnets = append(subnets, string(match[1]))
	}
	if len(subnets) == 0 {
		t.Fatalf("moto has no default subnet: %s", body)
	}
	return subnets
}

func loadBalancersAreLeftoversUntilTheyAreGone(t *testing.T, endpoint string) {
	p := at(endpoint)
	blue := makeBalancer(t, p, endpoint, "store-blue", "store", "blue")
	makeBalancer(t, p, endpoint, "store-green", "store", "green")
	left, err := p.Leftovers(t.Context(), "store", "blue")
	must(t, err)
	kinds := map[string]int{}
	for _, resource := range left {
		kinds[resource.Kind]++
	}
	if kinds["elasticloadbalancing/loadbalancer"] != 1 || kinds["elasticloadbalancing/targetgroup"] != 1 {
		t.Errorf("leftovers = %v", left)
	}
	if exists, err := p.exists(t.Context(), resource(blue)); err != nil || !exists {
		t.Errorf("exists = %v, %v", exists, err)
	}
	_, err = p.elb.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: &blue})
	must(t, err)
	// As the tagging API of AWS may still list it, its own service is asked.
	if exists, err := p.exists(t.Context(), resource(blue)); err != nil || exists {
		t.Errorf("exists after it was deleted = %v, %v", exists, err)
	}
}

// What a controller in the cluster made has only that controller's tags.
func whatControllersMadeIsLeftover(t *testing.T, endpoint string) {
	p := at(endpoint)
	made := map[string][2]string{}
	for name, tag := range map[string][2]string{
		"inside-a": {"kubernetes.io/cluster/barn-blue", "owned"}, "inside-b": {"elbv2.k8s.aws/cluster", "barn-blue"},
		"inside-c": {"kubernetes.io/cluster/barn-green", "owned"}, "inside-d": {"kubernetes.io/cluster/barn-blue", "shared"},
		"inside-e": {"eks:eks-cluster-name", "barn-green"},
	} {
		_, err := p.elb.CreateLoadBalancer(t.Context(), &elb.CreateLoadBalancerInput{Name: &name, Type: elbtypes.LoadBalancerTypeEnumNetwork,
			Subnets: defaultSubnets(t, endpoint), Tags: []elbtypes.Tag{{Key: &tag[0], Value: &tag[1]}}})
		must(t, err)
		made[name] = tag
	}
	for color, want := range map[string]int{"blue": 2, "green": 2, "": 4} {
		left, err := p.Leftovers(t.Context(), "barn", color)
		if err != nil || len(left) != want {
			t.Errorf("of %q %v are left, %v; want %d of %v", color, left, err, want, made)
		}
	}
}

func connectionsAreCountedOnlyWhereMetricsArrive(t *testing.T, endpoint string) {
	p := at(endpoint)
	p.watch = queryMetrics(endpoint)
	ctx := t.Context()
	blue, green := makeBalancer(t, p, endpoint, "flow-blue", "flow", "blue"), makeBalancer(t, p, endpoint, "flow-green", "flow", "green")
	flows, err := p.Flows(ctx, blue, 10*time.Minute)
	if err != nil || flows.Alive || !flows.Until.IsZero() {
		t.Errorf("a load balancer without metrics: %+v, %v", flows, err)
	}
	put := func(metric, balancer string, value float64) {
		t.Helper()
		_, name, _ := strings.Cut(balancer, ":loadbalancer/")
		_, err := p.watch.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: sdk.String(namespace), MetricData: []cwtypes.MetricDatum{{
			MetricName: &metric, Value: &value, Timestamp: sdk.Time(time.Now().Add(-time.Minute)),
			Dimensions: []cwtypes.Dimension{{Name: sdk.String(balancerName), Value: &name}},
		}}})
		must(t, err)
	}
	put(healthyHosts, blue, 3)
	put(newFlows, green, 40)
	flows, err = p.Flows(ctx, blue, 10*time.Minute)
	if err != nil || !flows.Alive || flows.New != 0 || flows.Active != 0 || flows.Until.IsZero() {
		t.Errorf("a quiet load balancer: %+v, %v", flows, err)
	}
	for _, value := range []float64{5, 7} {
		put(newFlows, blue, value)
		put(activeFlows, blue, value)
	}
	flows, err = p.Flows(ctx, blue, 10*time.Minute)
	if err != nil || !flows.Alive || flows.New != 12 || flows.Active != 7 {
		t.Errorf("a busy load balancer: %+v, %v", flows, err)
	}
	_, err = p.elb.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: &blue})
	must(t, err)
	if flows, err = p.Flows(ctx, blue, 10*time.Minute); err != nil || !flows.Gone || flows.Alive {
		t.Errorf("a load balancer that somebody deleted: %+v, %v", flows, err)
	}
	if _, err := p.Flows(ctx, "net/shop-blue/1", time.Minute); err == nil {
		t.Error("connections of something that is no load balancer were measured")
	}
}

func TestHostCountsAreAskedForEachTargetGroup(t *testing.T) {
	t.Parallel()
	queries := flowQueries("net/shop-blue/1", []string{"targetgroup/http/2", "targetgroup/https/3"}, 60)
	var groups []string
	for _, query := range queries {
		dimensions := query.MetricStat.Metric.Dimensions
		if sdk.ToString(dimensions[0].Value) != "net/shop-blue/1" {
			t.Errorf("query %s is about %v", sdk.ToString(query.Id), dimensions)
		}
		if len(dimensions) == 2 && sdk.ToString(query.MetricStat.Metric.MetricName) == healthyHosts {
			groups = append(groups, sdk.ToString(dimensions[1].Value))
		}
	}
	if !slices.Equal(groups, []string{"targetgroup/http/2", "targetgroup/https/3"}) {
		t.Errorf("host counts are asked for %v", groups)
	}
}

func TestResourcesAreNamedByServiceAndType(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]platform.Resource{
		"arn:aws:ec2:eu-central-1:1:volume/vol-1":                     {Kind: "ec2/volume", Keeps: true},
		"arn:aws:ec2:eu-central-1:1:subnet/subnet-1":                  {Kind: "ec2/subnet"},
		"arn:aws:s3:::shop-states":                                    {Kind: "s3/bucket", Keeps: true},
		"arn:aws:logs:eu-central-1:1:log-group:/aws/eks/shop/cluster": {Kind: "logs/log-group"},
		"arn:aws:eks:eu-central-1:1:nodegroup/shop-blue/general/x":    {Kind: "eks/nodegroup"},
		"arn:aws:route53:::healthcheck/1":                             {Kind: "route53/healthcheck"},
		"nonsense":                                                    {Kind: "unknown"},
	} {
		want.ID = arn
		if got := resource(arn); got != want {
			t.Errorf("resource = %+v, want %+v", got, want)
		}
	}
}
