package rehearsal

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"drover/orchestrator/kubernetes"
	platform "drover/orchestrator/platform/aws"
	"drover/orchestrator/verify"
)

// It sets the environment, as whoever starts drover does, so it does not run beside others.
func TestDroversOwnCheckAsksTheClustersAPI(t *testing.T) {
	c := withControlPlanes(t, admin)
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	t.Setenv("AWS_PROFILE", "")
	for name, value := range c.Env() {
		t.Setenv(name, value)
	}
	client := eks.NewFromConfig(signedIn(c))
	subnets := twoSubnets(t, c)
	name := aws.String("checked-blue")
	_, err := client.CreateCluster(t.Context(), &eks.CreateClusterInput{Name: name, Version: aws.String("1.34"),
		RoleArn: aws.String("arn:aws:iam::123456789012:role/cluster"), ResourcesVpcConfig: &types.VpcConfigRequest{SubnetIds: subnets},
		AccessConfig: &types.CreateAccessConfigRequest{AuthenticationMode: types.AuthenticationModeApi, BootstrapClusterCreatorAdminPermissions: aws.Bool(false)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := eks.NewClusterActiveWaiter(client, func(o *eks.ClusterActiveWaiterOptions) { o.MinDelay = 200 * time.Millisecond; o.MaxDelay = o.MinDelay }).
		Wait(t.Context(), &eks.DescribeClusterInput{Name: name}, 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	p, err := platform.New(t.Context(), defaultRegion, func(...string) {})
	if err != nil {
		t.Fatal(err)
	}
	check := verify.Kubernetes{Nodes: verify.Nodes{All: true, Pools: map[string]int{"general": 2}}, Namespaces: []string{"kube-system"}, Pool: p.Pool,
		Connect: func(ctx context.Context) (*kubernetes.Client, error) {
			access, err := p.Kubernetes(ctx, *name)
			if err != nil {
				return nil, err
			}
			return kubernetes.New(access)
		}}
	if verdict, detail := check.Run(t.Context()).Said(); verdict != verify.Error || !strings.Contains(detail, "401") {
		t.Errorf("without an access entry: %s, %s", verdict, detail)
	}
	if _, err := client.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(admin)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.AssociateAccessPolicy(t.Context(), &eks.AssociateAccessPolicyInput{ClusterName: name, PrincipalArn: aws.String(admin),
		PolicyArn: aws.String("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"), AccessScope: &types.AccessScope{Type: types.AccessScopeTypeCluster}}); err != nil {
		t.Fatal(err)
	}
	if verdict, detail := check.Run(t.Context()).Said(); verdict == verify.Pass {
		t.Errorf("without a node: %s, %s", verdict, detail)
	}
	_, err = client.CreateNodegroup(t.Context(), &eks.CreateNodegroupInput{ClusterName: name, NodegroupName: aws.String("general-2026112411142684790000000e"),
		NodeRole: aws.String("arn:aws:iam::123456789012:role/node"), Subnets: subnets, InstanceTypes: []string{"m7i.large"},
		ScalingConfig: &types.NodegroupScalingConfig{MinSize: aws.Int32(2), MaxSize: aws.Int32(2), DesiredSize: aws.Int32(2)}})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		verdict, detail := check.Run(t.Context()).Said()
		if verdict == verify.Pass {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with nodes and EKS' own add-ons: %s, %s", verdict, detail)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
