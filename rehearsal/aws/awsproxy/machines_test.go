package awsproxy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"drover/orchestrator/platform"
	product "drover/orchestrator/platform/aws"
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/awsproxy"
)

// small is an account of few processors, in a region of its own, with a cluster.
type small struct {
	t       *testing.T
	client  *eks.Client
	api     *awsapi.Client
	cloud   *product.Platform
	subnets []string
}

const (
	fewRegion = "eu-north-1"
	standard  = "L-1216C47A"
)

func startSmall(t *testing.T, region string, quotas map[string]float64) small {
	t.Helper()
	p := another(t, awsproxy.Options{Quotas: quotas})
	c := config()
	c.BaseEndpoint, c.Region = aws.String(p.URL()), region
	s := small{t: t, client: eks.NewFromConfig(c), api: &awsapi.Client{Endpoint: p.URL(), Region: region, HTTP: api().HTTP}}
	var vpc struct {
		ID string `xml:"vpc>vpcId"`
	}
	s.ok(s.api.Query(t.Context(), "ec2", "2016-11-15", "CreateVpc", map[string][]string{"CidrBlock": {"10.0.0.0/16"}}, &vpc))
	for i, zone := range []string{"a", "b"} {
		var subnet struct {
			ID string `xml:"subnet>subnetId"`
		}
		s.ok(s.api.Query(t.Context(), "ec2", "2016-11-15", "CreateSubnet", map[string][]string{"VpcId": {vpc.ID},
			"CidrBlock": {"10.0." + string(rune('0'+i)) + ".0/24"}, "AvailabilityZone": {region + zone}}, &subnet))
		s.subnets = append(s.subnets, subnet.ID)
	}
	for _, name := range []string{"mill-blue", "mill-green"} {
		_, err := s.client.CreateCluster(t.Context(), &eks.CreateClusterInput{Name: aws.String(name), RoleArn: aws.String(role), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: s.subnets}})
		s.ok(err)
	}
	return s
}

// drover has drover ask this account. A test that does cannot run in parallel: the endpoint is this process's.
func (s *small) drover() {
	s.t.Helper()
	s.t.Setenv("AWS_ENDPOINT_URL", s.api.Endpoint)
	var err error
	s.cloud, err = product.New(s.t.Context(), s.api.Region, func(...string) {})
	s.ok(err)
}

func (s small) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s small) group(cluster, name, machine string, nodes int32, capacity types.CapacityTypes) *types.Nodegroup {
	s.t.Helper()
	_, err := s.client.CreateNodegroup(s.t.Context(), &eks.CreateNodegroupInput{ClusterName: &cluster, NodegroupName: &name, NodeRole: aws.String(role), Subnets: s.subnets,
		InstanceTypes: []string{machine}, CapacityType: capacity, ScalingConfig: &types.NodegroupScalingConfig{MinSize: &nodes, DesiredSize: &nodes, MaxSize: aws.Int32(40)}})
	s.ok(err)
	return s.describe(cluster, name)
}

func (s small) describe(cluster, name string) *types.Nodegroup {
	s.t.Helper()
	out, err := s.client.DescribeNodegroup(s.t.Context(), &eks.DescribeNodegroupInput{ClusterName: &cluster, NodegroupName: &name})
	s.ok(err)
	return out.Nodegroup
}

// fails tells whether drover would refuse to build machines of four processors beside what runs.
func (s small) fails(nodes int, spot bool) bool {
	s.t.Helper()
	list, err := s.cloud.Quota(s.t.Context(), platform.Need{Pools: []platform.Machines{{Pool: "general", Types: []string{"m6i.xlarge"}, Spot: spot, Min: nodes, Max: nodes}}})
	s.ok(err)
	for _, one := range list {
		if one.Unknown != "" {
			s.t.Errorf("%s could not be asked: %s", one.What, one.Unknown)
		}
		if one.Fails() {
			return true
		}
	}
	return false
}

// What drover's preflight says of the second color is what EKS then does: blue takes 12 of 20 processors, so that as many
// more do not fit, though they fitted the first time.
func TestNodesBeyondTheQuotaOfProcessorsAreWhatPreflightSays(t *testing.T) { //nolint:paralleltest // the endpoint is in the environment
	s := startSmall(t, fewRegion, map[string]float64{standard: 20})
	s.drover()
	if s.fails(3, false) {
		t.Error("12 of 20 processors are refused")
	}
	if blue := s.group("mill-blue", "general", "m6i.xlarge", 3, types.CapacityTypesOnDemand); blue.Status != types.NodegroupStatusActive {
		t.Fatalf("blue is %s: %+v", blue.Status, blue.Health)
	}
	if !s.fails(3, false) || s.fails(2, false) {
		t.Error("of 8 processors that are left, 12 must fail and 8 must not")
	}
	green := s.group("mill-green", "general", "m6i.xlarge", 3, types.CapacityTypesOnDemand)
	if green.Status != types.NodegroupStatusCreateFailed || len(green.Health.Issues) != 1 {
		t.Fatalf("green is %s: %+v", green.Status, green.Health)
	}
	issue := green.Health.Issues[0]
	for _, part := range []string{"Could not launch On-Demand Instances. VcpuLimitExceeded - ", "current vCPU limit of 20 allows"} {
		if issue.Code != types.NodegroupIssueCodeAsgInstanceLaunchFailures || !strings.Contains(aws.ToString(issue.Message), part) {
			t.Errorf("the issue is %s: %s, want %q", issue.Code, aws.ToString(issue.Message), part)
		}
	}
	health, err := s.cloud.ClusterActive(t.Context(), "mill-green")
	if err != nil || health.Active || !strings.Contains(health.Detail, "VcpuLimitExceeded") {
		t.Errorf("drover says of green: %+v, %v", health, err)
	}
}

// Spot machines have a quota of their own, and are told from others by EC2.
func TestSpotMachinesHaveTheirOwnQuota(t *testing.T) { //nolint:paralleltest // the endpoint is in the environment
	s := startSmall(t, "eu-south-1", map[string]float64{standard: 8, "L-34B43A08": 8})
	s.drover()
	if spot := s.group("mill-blue", "spot", "m6i.xlarge", 2, types.CapacityTypesSpot); spot.Status != types.NodegroupStatusActive {
		t.Fatalf("spot is %s: %+v", spot.Status, spot.Health)
	}
	if !s.fails(1, true) || s.fails(2, false) {
		t.Error("spot is used up, and on demand is not")
	}
	if more := s.group("mill-green", "spot", "m6i.xlarge", 1, types.CapacityTypesSpot); more.Status != types.NodegroupStatusCreateFailed ||
		!strings.Contains(aws.ToString(more.Health.Issues[0].Message), "MaxSpotInstanceCountExceeded") {
		t.Errorf("one more is %s: %+v", more.Status, more.Health)
	}
	if demand := s.group("mill-green", "general", "m6i.xlarge", 2, types.CapacityTypesOnDemand); demand.Status != types.NodegroupStatusActive {
		t.Errorf("on demand is %s: %+v", demand.Status, demand.Health)
	}
}

func TestAGroupThatOutgrowsAQuotaIsDegraded(t *testing.T) {
	t.Parallel()
	s := startSmall(t, "ap-south-1", map[string]float64{standard: 8})
	s.group("mill-blue", "general", "m6i.large", 2, types.CapacityTypesOnDemand)
	grow := func(to int32) error {
		_, err := s.client.UpdateNodegroupConfig(t.Context(), &eks.UpdateNodegroupConfigInput{ClusterName: aws.String("mill-blue"), NodegroupName: aws.String("general"),
			ScalingConfig: &types.NodegroupScalingConfig{MinSize: &to, DesiredSize: &to, MaxSize: aws.Int32(max(to, 40))}})
		return err
	}
	s.ok(grow(6))
	if group := s.describe("mill-blue", "general"); group.Status != types.NodegroupStatusDegraded || !strings.Contains(aws.ToString(group.Health.Issues[0].Message), "vCPU limit of 8") {
		t.Errorf("the group is %s: %+v", group.Status, group.Health)
	}
	s.ok(grow(4))
	if group := s.describe("mill-blue", "general"); group.Status != types.NodegroupStatusActive || len(group.Health.Issues) != 0 {
		t.Errorf("the group is %s: %+v", group.Status, group.Health)
	}
	refusedWith(t, "more nodes than a group can have", "InvalidParameterException", grow(451))
}

func TestEC2StartsNoMoreThanItsQuota(t *testing.T) {
	t.Parallel()
	s := startSmall(t, "sa-east-1", map[string]float64{standard: 4})
	run := func(count string) error {
		return s.api.Query(t.Context(), "ec2", "2016-11-15", "RunInstances", map[string][]string{"ImageId": {"ami-12c6146b"}, "InstanceType": {"m6i.large"}, "MinCount": {count}, "MaxCount": {count}}, nil)
	}
	if got := refusalCode(run("3")); got != "VcpuLimitExceeded" {
		t.Errorf("6 of 4 processors: %s", got)
	}
	if got := refusalCode(run("2")); got != "" {
		t.Errorf("4 of 4 processors: %s", got)
	}
}
