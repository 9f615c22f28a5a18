package rehearsal

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"

	"drover/rehearsal/aws/inventory"
	"drover/rehearsal/ingress"
	"drover/rehearsal/load"
)

// through is the configuration of a client that calls the cloud as drover does.
func through(c *Cloud) aws.Config {
	config := c.sdk()
	config.BaseEndpoint = aws.String(c.proxy.URL())
	return config
}

func zone(t *testing.T, c *Cloud, domain string) *string {
	t.Helper()
	out, err := route53.NewFromConfig(through(c)).CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: aws.String(domain), CallerReference: aws.String("test")})
	if err != nil {
		t.Fatal(err)
	}
	return out.HostedZone.Id
}

// zones is how many a network of a test has.
const zones = 2

// network has a subnet in each zone, and an instance in the first.
type network struct {
	vpc      string
	subnets  []string
	instance string
}

func newNetwork(t *testing.T, c *Cloud) (n network) {
	t.Helper()
	ec2 := func(action string, params url.Values, out any) {
		if err := c.direct().Query(t.Context(), "ec2", "2016-11-15", action, params, out); err != nil {
			t.Fatal(err)
		}
	}
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	ec2("CreateVpc", url.Values{"CidrBlock": {"10.0.0.0/16"}}, &vpc)
	n.vpc = vpc.ID
	for i := range zones {
		var subnet struct {
			ID string `xml:"subnet>subnetId"`
		}
		ec2("CreateSubnet", url.Values{"VpcId": {vpc.ID}, "CidrBlock": {fmt.Sprintf("10.0.%d.0/24", i)}, "AvailabilityZone": {defaultRegion + string(rune('a'+i))}}, &subnet)
		n.subnets = append(n.subnets, subnet.ID)
	}
	var images struct {
		ID string `xml:"imagesSet>item>imageId"`
	}
	ec2("DescribeImages", url.Values{"Owner.1": {"amazon"}}, &images)
	var instance struct {
		ID string `xml:"instancesSet>item>instanceId"`
	}
	ec2("RunInstances", url.Values{"ImageId": {images.ID}, "MinCount": {"1"}, "MaxCount": {"1"}, "SubnetId": {n.subnets[0]}}, &instance)
	n.instance = instance.ID
	return n
}

// balancer makes a network load balancer of a color with one target, and returns it with its target group.
func balancer(t *testing.T, c *Cloud, n network, color string) (types.LoadBalancer, *string) {
	t.Helper()
	client := elb.NewFromConfig(through(c))
	out, err := client.CreateLoadBalancer(t.Context(), &elb.CreateLoadBalancerInput{Name: aws.String("shop-" + color), Type: types.LoadBalancerTypeEnumNetwork,
		Subnets: n.subnets, Tags: []types.Tag{{Key: aws.String("drover:color"), Value: aws.String(color)}, {Key: aws.String("drover:cluster"), Value: aws.String("shop")}}})
	if err != nil {
		t.Fatal(err)
	}
	group, err := client.CreateTargetGroup(t.Context(), &elb.CreateTargetGroupInput{Name: aws.String("shop-" + color), Protocol: types.ProtocolEnumTcp,
		Port: aws.Int32(30443), VpcId: aws.String(n.vpc), TargetType: types.TargetTypeEnumInstance})
	if err != nil {
		t.Fatal(err)
	}
	arn := group.TargetGroups[0].TargetGroupArn
	_, err = client.CreateListener(t.Context(), &elb.CreateListenerInput{LoadBalancerArn: out.LoadBalancers[0].LoadBalancerArn, Protocol: types.ProtocolEnumTcp, Port: aws.Int32(443),
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: arn}}})
	if err != nil {
		t.Fatal(err)
	}
	register(t, c, arn, n.instance)
	return out.LoadBalancers[0], arn
}

func register(t *testing.T, c *Cloud, group *string, instance string) {
	t.Helper()
	_, err := elb.NewFromConfig(through(c)).RegisterTargets(t.Context(), &elb.RegisterTargetsInput{TargetGroupArn: group, Targets: []types.TargetDescription{{Id: aws.String(instance)}}})
	if err != nil {
		t.Fatal(err)
	}
}

func setWeights(t *testing.T, c *Cloud, zone *string, domain string, balancers map[string]types.LoadBalancer, weights map[string]int64) {
	t.Helper()
	setCheckedWeights(t, c, zone, domain, balancers, weights, nil)
}

// setCheckedWeights hangs each color's record on a health check too.
func setCheckedWeights(t *testing.T, c *Cloud, zone *string, domain string, balancers map[string]types.LoadBalancer, weights map[string]int64, checks map[string]*string) {
	t.Helper()
	var changes []r53types.Change
	for color, lb := range balancers {
		changes = append(changes, r53types.Change{Action: r53types.ChangeActionUpsert, ResourceRecordSet: &r53types.ResourceRecordSet{
			Name: aws.String(domain), Type: r53types.RRTypeA, SetIdentifier: aws.String(color), Weight: aws.Int64(weights[color]), HealthCheckId: checks[color],
			AliasTarget: &r53types.AliasTarget{DNSName: lb.DNSName, HostedZoneId: lb.CanonicalHostedZoneId, EvaluateTargetHealth: true}}})
	}
	_, err := route53.NewFromConfig(through(c)).ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: zone, ChangeBatch: &r53types.ChangeBatch{Changes: changes}})
	if err != nil {
		t.Fatal(err)
	}
}

// within waits for a condition, and fails with what it was last.
func within(t *testing.T, limit time.Duration, what string, condition func() (bool, string)) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		ok, now := condition()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s; it is %s", what, limit, now)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestTrafficFollowsTheWeightsAndIsMeasured(t *testing.T) {
	t.Parallel()
	const domain = "shop.example.com"
	c := startCloud(t, Options{Domain: domain, Dir: t.TempDir(), TTL: time.Second})
	n := newNetwork(t, c)
	blue, blueGroup := balancer(t, c, n, "blue")
	green, _ := balancer(t, c, n, "green")
	id := zone(t, c, domain)
	both := map[string]types.LoadBalancer{"blue": blue, "green": green}
	setWeights(t, c, id, domain, both, map[string]int64{"blue": 100, "green": 0})
	once := func() (bool, string) {
		err := c.answersEverywhere(t.Context(), load.Options{Host: domain})
		return err == nil, fmt.Sprint(err)
	}
	within(t, 30*time.Second, "the first answer", once)

	requests := StartLoad(t.Context(), c, load.Options{Host: domain, Rate: 50, Clients: 8})
	within(t, 30*time.Second, "requests to blue", func() (bool, string) {
		r := requests.Requests()
		return r.Blue > 50, fmt.Sprintf("%+v", r)
	})
	setWeights(t, c, id, domain, both, map[string]int64{"blue": 0, "green": 100})
	// Clients that still know blue may ask it for the time to live, and no longer.
	within(t, 30*time.Second, "a second with requests to green only", func() (bool, string) {
		r := requests.Requests()
		whole := r.Seconds[len(r.Seconds)-2] // the last is still being counted
		return whole.Green > 10 && whole.Blue == 0 && len(whole.Kinds) == 4, fmt.Sprintf("%+v", r)
	})
	r := requests.Stop()
	if r.Failed != 0 || r.Total != r.Blue+r.Green || r.Latency.P50 <= 0 {
		t.Errorf("the requests are %+v, want none failed, each of a color, with a latency", r)
	}
	if samples := c.Weights(domain); len(samples) < 2 || samples[len(samples)-1].Weights["green"] != 100 {
		t.Errorf("the weights went %+v", samples)
	}
	metricsShow(t, c, green)
	answersWithout(t, c, n, both, blueGroup)
}

// metricsShow waits until CloudWatch has green's flows, as the SDK reads them.
func metricsShow(t *testing.T, c *Cloud, lb types.LoadBalancer) {
	t.Helper()
	_, suffix, _ := strings.Cut(aws.ToString(lb.LoadBalancerArn), ":loadbalancer/")
	client := cloudwatch.NewFromConfig(through(c))
	sum := func(metric string) float64 {
		out, err := client.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{Namespace: aws.String(ingress.Namespace), MetricName: aws.String(metric),
			Dimensions: []cwtypes.Dimension{{Name: aws.String("LoadBalancer"), Value: aws.String(suffix)}},
			StartTime:  aws.Time(time.Now().Add(-time.Minute)), EndTime: aws.Time(time.Now().Add(time.Minute)), Period: aws.Int32(10), Statistics: []cwtypes.Statistic{cwtypes.StatisticSum}})
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for _, p := range out.Datapoints {
			total += aws.ToFloat64(p.Sum)
		}
		return total
	}
	for _, metric := range []string{"NewFlowCount", "ProcessedBytes", "HealthyHostCount"} {
		within(t, 15*time.Second, metric, func() (bool, string) { v := sum(metric); return v > 0, fmt.Sprint(v) })
	}
}

// answersWithout takes blue's target away, and then blue.
func answersWithout(t *testing.T, c *Cloud, n network, both map[string]types.LoadBalancer, group *string) {
	t.Helper()
	client := elb.NewFromConfig(through(c))
	name := aws.ToString(both["blue"].DNSName)
	once := func() error { return c.answersEverywhere(t.Context(), load.Options{Host: "blue.shop.example.com"}) }
	id := zone(t, c, "blue.shop.example.com")
	setWeights(t, c, id, "blue.shop.example.com", map[string]types.LoadBalancer{"blue": both["blue"]}, map[string]int64{"blue": 1})
	within(t, 15*time.Second, "blue's own name", func() (bool, string) { err := once(); return err == nil, fmt.Sprint(err) })
	_, err := client.DeregisterTargets(t.Context(), &elb.DeregisterTargetsInput{TargetGroupArn: group, Targets: []types.TargetDescription{{Id: aws.String(n.instance)}}})
	if err != nil {
		t.Fatal(err)
	}
	within(t, 15*time.Second, "503 from a load balancer without nodes", func() (bool, string) {
		err := once()
		return err != nil && strings.Contains(err.Error(), "503"), fmt.Sprint(err)
	})
	if _, err := client.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: both["blue"].LoadBalancerArn}); err != nil {
		t.Fatal(err)
	}
	within(t, 15*time.Second, "blue gone", func() (bool, string) {
		_, _, known := c.ingress.Lookup(name)
		return !known, "still known"
	})
	if err := once(); err == nil {
		t.Error("a deleted load balancer answers")
	}
	list, err := c.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left := slices.ContainsFunc(list, func(r inventory.Resource) bool { return r.Kind == "load balancer" && r.Color == "blue" })
	kept := slices.ContainsFunc(list, func(r inventory.Resource) bool { return r.Kind == "load balancer" && r.Color == "green" })
	if left || !kept {
		t.Errorf("the inventory has blue's load balancer: %v, and green's: %v", left, kept)
	}
}

func TestLoadCountsFailuresWithTheirReason(t *testing.T) {
	t.Parallel()
	c, err := Start(t.Context(), Options{Domain: "down.example.com", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	requests := StartLoad(t.Context(), c, load.Options{Host: "down.example.com", Rate: 200, Clients: 2, Most: 10})
	within(t, 15*time.Second, "ten requests", func() (bool, string) { n := requests.Requests().Total; return n == 10, fmt.Sprint(n) })
	r := requests.Stop()
	if r.Failed != 10 || len(r.Failures) == 0 || !strings.Contains(r.Failures[0], "REFUSED") {
		t.Errorf("the requests are %+v, want ten failed because the name is refused", r)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// healthCheck is a TCP check at the least interval that Route 53 takes, and the least threshold.
func healthCheck(domain string, port int32, disabled bool) *route53.CreateHealthCheckInput {
	return &route53.CreateHealthCheckInput{CallerReference: aws.String(fmt.Sprint(domain, port)), HealthCheckConfig: &r53types.HealthCheckConfig{
		Type: r53types.HealthCheckTypeTcp, FullyQualifiedDomainName: aws.String(domain), Port: aws.Int32(port),
		RequestInterval: aws.Int32(10), FailureThreshold: aws.Int32(1), Disabled: aws.Bool(disabled)}}
}
