package awsproxy_test

import (
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/aws/servicelb"
)

func TestAServiceThatIsLeftBehindKeepsItsNetwork(t *testing.T) {
	t.Parallel()
	vpc, subnets := network(t, "10.70", "a", "b")
	sdk.ok(t, "eks", "CreateCluster", params{"name": "services-blue", "version": "1.33", "roleArn": role, "resourcesVpcConfig": params{"subnetIds": subnets}})
	service := servicelb.Service{Cluster: "services-blue", VPC: vpc, Subnets: subnets, Namespace: "checkout", Name: "checkout-public",
		Ports: []servicelb.Port{{Port: 443, NodePort: 31443}, {Port: 80, NodePort: 31080}}}
	controller := servicelb.Controller{AWS: api()}
	host, err := controller.Ensure(t.Context(), service)
	if err != nil || host == "" {
		t.Fatalf("the host is %q, %v", host, err)
	}
	if again, err := controller.Ensure(t.Context(), service); err != nil || again != host {
		t.Errorf("a second time the host is %q, %v, want %q", again, err, host)
	}
	sdk.ok(t, "eks", "DeleteCluster", params{"name": "services-blue"}) // nobody is left who would delete the load balancer
	found := sdk.ok(t, "resourcegroupstaggingapi", "GetResources", params{"ResourceTypeFilters": []any{"elasticloadbalancing:loadbalancer"},
		"TagFilters": []any{params{"Key": "elbv2.k8s.aws/cluster", "Values": []any{"services-blue"}}}})
	text(t, found, "ResourceTagMappingList", 0, "ResourceARN")
	sdk.refused(t, "ec2", "DeleteSubnet", params{"SubnetId": subnets[0]}, "DependencyViolation", "ELB ")
	sdk.refused(t, "ec2", "DeleteVpc", params{"VpcId": vpc}, "DependencyViolation", vpc)
	group := text(t, sdk.ok(t, "ec2", "DescribeSecurityGroups", params{"Filters": []any{params{"Name": "tag:service.k8s.aws/stack", "Values": []any{"checkout/checkout-public"}}}}),
		"SecurityGroups", 0, "GroupId")
	sdk.refused(t, "ec2", "DeleteSecurityGroup", params{"GroupId": group}, "DependencyViolation", group)

	if err := controller.Release(t.Context(), service); err != nil {
		t.Fatal(err)
	}
	if err := controller.Release(t.Context(), service); err != nil {
		t.Errorf("once it is gone: %v", err)
	}
	for _, subnet := range subnets {
		sdk.ok(t, "ec2", "DeleteSubnet", params{"SubnetId": subnet})
	}
	sdk.ok(t, "ec2", "DeleteVpc", params{"VpcId": vpc})
}

// another starts a proxy of the test's own before the same moto.
func another(t *testing.T, o awsproxy.Options) *awsproxy.Proxy {
	t.Helper()
	o.Moto, o.Account, o.Log = motoURL, account, io.Discard
	p, err := awsproxy.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestClustersAndNodeGroupsTakeTheTimeThatIsSet(t *testing.T) {
	t.Parallel()
	slow := another(t, awsproxy.Options{Takes: 2 * time.Second})
	c := config()
	c.BaseEndpoint = aws.String(slow.URL())
	client, name := eks.NewFromConfig(c), aws.String("slow-blue")
	_, ids := network(t, "10.74", "a", "b")
	made, err := client.CreateCluster(t.Context(), &eks.CreateClusterInput{Name: name, RoleArn: aws.String(role), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: ids}})
	if err != nil || made.Cluster.Status != types.ClusterStatusCreating {
		t.Fatalf("a new cluster is %v, %v", made, err)
	}
	group := &eks.CreateNodegroupInput{ClusterName: name, NodegroupName: aws.String("general"), NodeRole: aws.String(role), Subnets: ids}
	_, err = client.CreateNodegroup(t.Context(), group)
	refusedWith(t, "a node group before its cluster is there", "InvalidRequestException", err)
	start := time.Now()
	if err := eks.NewClusterActiveWaiter(client, func(o *eks.ClusterActiveWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 200*time.Millisecond
	}).Wait(t.Context(), &eks.DescribeClusterInput{Name: name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("the cluster was there after %s", took)
	}
	out, err := client.CreateNodegroup(t.Context(), group)
	if err != nil || out.Nodegroup.Status != types.NodegroupStatusCreating {
		t.Fatalf("a new node group is %v, %v", out, err)
	}
	in := &eks.DescribeNodegroupInput{ClusterName: name, NodegroupName: aws.String("general")}
	if err := eks.NewNodegroupActiveWaiter(client, func(o *eks.NodegroupActiveWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 200*time.Millisecond
	}).Wait(t.Context(), in, time.Minute); err != nil {
		t.Fatal(err)
	}
}

// The quota is of each cluster by itself.
func TestAClusterHasNoMoreNodeGroupsThanItsQuota(t *testing.T) {
	t.Parallel()
	small := another(t, awsproxy.Options{Models: models, Quotas: map[string]float64{"L-6D54EA21": 1}})
	c := config()
	c.BaseEndpoint = aws.String(small.URL())
	client := eks.NewFromConfig(c)
	_, ids := network(t, "10.69", "a", "b")
	group := func(cluster, name string) error {
		_, err := client.CreateNodegroup(t.Context(), &eks.CreateNodegroupInput{ClusterName: aws.String(cluster), NodegroupName: aws.String(name), NodeRole: aws.String(role), Subnets: ids})
		return err
	}
	for _, cluster := range []string{"few-blue", "few-green"} {
		in := &eks.CreateClusterInput{Name: aws.String(cluster), RoleArn: aws.String(role), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: ids}}
		if _, err := client.CreateCluster(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if err := group(cluster, "first"); err != nil {
			t.Fatal(err)
		}
		var full *types.ResourceLimitExceededException
		if err := group(cluster, "second"); !errors.As(err, &full) || !strings.Contains(err.Error(), "Managed node groups per cluster") {
			t.Errorf("a second node group in %s: %v", cluster, err)
		}
	}
}

// A quota is what Service Quotas says that it is, and no call takes more.
func TestQuotasAreEnforced(t *testing.T) {
	t.Parallel()
	small := another(t, awsproxy.Options{Quotas: map[string]float64{"L-F678F1CE": 2, "L-69A177A2": 0}})
	client := &awsapi.Client{Endpoint: small.URL(), Region: "eu-central-1", HTTP: api().HTTP}
	call := func(service, version, action string, params url.Values, want string) {
		t.Helper()
		err := client.Query(t.Context(), service, version, action, params, nil)
		if got := refusalCode(err); got != want {
			t.Errorf("%s: %v, want %q", action, err, want)
		}
	}
	call("ec2", "2016-11-15", "CreateVpc", url.Values{"CidrBlock": {"10.71.0.0/16"}}, "") // beside the default one
	call("ec2", "2016-11-15", "CreateVpc", url.Values{"CidrBlock": {"10.72.0.0/16"}}, "VpcLimitExceeded")
	for range 5 {
		call("ec2", "2016-11-15", "AllocateAddress", url.Values{"Domain": {"vpc"}}, "")
	}
	call("ec2", "2016-11-15", "AllocateAddress", url.Values{"Domain": {"vpc"}}, "AddressLimitExceeded")
	call("elasticloadbalancing", "2015-12-01", "CreateLoadBalancer", url.Values{"Name": {"none"}, "Type": {"network"}, "Subnets.member.1": {"subnet-1"}}, "TooManyLoadBalancers")
	var out struct{ Quota struct{ Value float64 } }
	in := map[string]string{"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}
	if err := client.JSON(t.Context(), "servicequotas", "ServiceQuotasV20190624", "GetServiceQuota", in, &out); err != nil || out.Quota.Value != 2 {
		t.Errorf("the quota is said to be %v, %v, want the 2 that are enforced", out.Quota.Value, err)
	}
}
