package aws

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"drover/orchestrator/platform"
)

// The tags that drover's roots give to all they make.
const (
	clusterTag = "drover:cluster"
	colorTag   = "drover:color"
)

// Leftovers asks the tagging API, and EKS itself, for what carries the tags.
//
// The tagging API may go on listing what was deleted for some time, so clusters, load balancers, machines and NAT
// gateways are asked for once more at their own service. It does not know IAM roles at all.
func (p *Platform) Leftovers(ctx context.Context, cluster, color string) ([]platform.Resource, error) {
	if cluster == "" {
		return nil, errors.New("looking for leftovers: no cluster is named, and drover does not list what is not its own")
	}
	found := map[string]platform.Resource{}
	if err := p.taggedResources(ctx, cluster, color, found); err != nil {
		return nil, err
	}
	if err := p.madeInside(ctx, cluster, color, found); err != nil {
		return nil, err
	}
	if err := p.taggedClusters(ctx, cluster, color, found); err != nil {
		return nil, err
	}
	var left []platform.Resource
	for _, resource := range found {
		exists, err := p.exists(ctx, resource)
		if err != nil {
			return nil, err
		}
		if exists {
			left = append(left, resource)
		}
	}
	slices.SortFunc(left, func(a, b platform.Resource) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return left, nil
}

// taggedResources asks the tagging API.
func (p *Platform) taggedResources(ctx context.Context, cluster, color string, found map[string]platform.Resource) error {
	filters := []types.TagFilter{{Key: sdk.String(clusterTag), Values: []string{cluster}}}
	if color != "" {
		filters = append(filters, types.TagFilter{Key: sdk.String(colorTag), Values: []string{color}})
	}
	return p.tagged(ctx, &resourcegroupstaggingapi.GetResourcesInput{TagFilters: filters}, found)
}

// madeInside asks for what controllers inside the clusters made: they know nothing of drover's tags, and tag with the
// name of the EKS cluster, which is that of the spec and the color. Only kinds that cost money or hold data are asked
// for, as the rest goes with the cluster and is listed for some time after it.
//
// The tags are those of the cloud provider, the EBS CSI driver and Karpenter, of the load balancer controller, and of EKS
// Auto Mode, which leaves its volumes: https://docs.aws.amazon.com/eks/latest/userguide/auto-disable.html
func (p *Platform) madeInside(ctx context.Context, cluster, color string, found map[string]platform.Resource) error {
	colors := []string{color}
	if color == "" {
		colors = []string{"blue", "green"}
	}
	for _, c := range colors {
		name := cluster + "-" + c
		for _, filter := range []types.TagFilter{
			{Key: sdk.String("kubernetes.io/cluster/" + name), Values: []string{"owned"}},
			{Key: sdk.String("elbv2.k8s.aws/cluster"), Values: []string{name}},
			{Key: sdk.String("eks:eks-cluster-name"), Values: []string{name}},
		} {
			err := p.tagged(ctx, &resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{filter},
				ResourceTypeFilters: []string{"ec2:instance", "ec2:volume", "ec2:snapshot", "elasticloadbalancing"}}, found)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// tagged adds all that has the tags to what was found.
func (p *Platform) tagged(ctx context.Context, input *resourcegroupstaggingapi.GetResourcesInput, found map[string]platform.Resource) error {
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(p.tags, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return explain("asking AWS for the resources tagged "+sdk.ToString(input.TagFilters[0].Key), err)
		}
		for _, mapping := range page.ResourceTagMappingList {
			arn := sdk.ToString(mapping.ResourceARN)
			found[arn] = resource(arn)
		}
	}
	return nil
}

// taggedClusters asks EKS, whose clusters the tagging API learns about late.
func (p *Platform) taggedClusters(ctx context.Context, cluster, color string, found map[string]platform.Resource) error {
	names, err := p.clusterNames(ctx)
	if err != nil {
		return err
	}
	matches := func(tags map[string]string) bool {
		return tags[clusterTag] == cluster && (color == "" || tags[colorTag] == color)
	}
	for _, name := range names {
		answer, err := p.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &name})
		var missing *ekstypes.ResourceNotFoundException
		if errors.As(err, &missing) {
			continue // deleted since it was listed
		}
		if err != nil {
			return explain("asking EKS for the cluster "+name, err)
		}
		if !matches(answer.Cluster.Tags) {
			continue
		}
		arn := sdk.ToString(answer.Cluster.Arn)
		found[arn] = resource(arn)
		groups, err := p.nodeGroups(ctx, name)
		if err != nil {
			return err
		}
		for _, group := range groups {
			arn := sdk.ToString(group.NodegroupArn)
			found[arn] = resource(arn)
		}
	}
	return nil
}

// exists asks the services that answer at once; of all others the tagging API's word is taken.
func (p *Platform) exists(ctx context.Context, r platform.Resource) (bool, error) {
	var err error
	switch r.Kind {
	case "eks/cluster":
		_, name, _ := strings.Cut(r.ID, ":cluster/")
		_, err = p.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &name})
	case "eks/nodegroup":
		_, path, _ := strings.Cut(r.ID, ":nodegroup/")
		parts := strings.Split(path, "/") // cluster, name, id
		if len(parts) < 2 {
			return true, nil
		}
		_, err = p.eks.DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: &parts[0], NodegroupName: &parts[1]})
	case "elasticloadbalancing/loadbalancer":
		_, err = p.elb.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{r.ID}})
	case "ec2/instance":
		_, id, _ := strings.Cut(r.ID, ":instance/")
		gone, err := p.ec2.gone(ctx, machine, id)
		return !gone, err
	case "ec2/natgateway":
		_, id, _ := strings.Cut(r.ID, ":natgateway/")
		gone, err := p.ec2.gone(ctx, gateway, id)
		return !gone, err
	case "elasticloadbalancing/targetgroup":
		_, err = p.elb.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{r.ID}})
	}
	if isMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, explain("asking whether "+r.ID+" still exists", err)
	}
	return true, nil
}

func isMissing(err error) bool {
	var cluster *ekstypes.ResourceNotFoundException
	var balancer *elbtypes.LoadBalancerNotFoundException
	var group *elbtypes.TargetGroupNotFoundException
	return errors.As(err, &cluster) || errors.As(err, &balancer) || errors.As(err, &group)
}

// keepers are the kinds that hold data.
var keepers = []string{
	"ec2/volume", "ec2/snapshot", "s3/bucket", "rds/db", "rds/cluster", "rds/snapshot", "rds/cluster-snapshot",
	"elasticfilesystem/file-system", "ecr/repository", "secretsmanager/secret", "kms/key", "dynamodb/table", "backup/backup-vault",
}

// resource reads an ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:TYPE/ID, TYPE:ID, or a bucket's name alone.
func resource(arn string) platform.Resource {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return platform.Resource{ID: arn, Kind: "unknown"}
	}
	kind := "bucket"
	if end := strings.IndexAny(parts[5], "/:"); end >= 0 {
		kind = parts[5][:end]
	}
	kind = parts[2] + "/" + kind
	return platform.Resource{ID: arn, Kind: kind, Keeps: slices.Contains(keepers, kind)}
}
