// Package servicelb does in the simulated account what AWS's load balancer controller does for a Service of type
// LoadBalancer: a network load balancer with its security group, target groups and listeners, which nobody but the
// controller deletes. One that is left behind keeps its subnets and its VPC, as on AWS. It knows no Kubernetes: who
// watches the Services calls it. It must never touch a load balancer that it did not make.
package servicelb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"drover/rehearsal/aws/awsapi"
)

const (
	ec2Version = "2016-11-15"
	elbVersion = "2015-12-01"
)

// Controller works in one region of the account, whose endpoint must be the proxy's: it is there that network
// interfaces follow a load balancer.
type Controller struct{ AWS *awsapi.Client }

// Service is a Service of type LoadBalancer.
type Service struct {
	Cluster         string
	VPC             string
	Subnets         []string
	Namespace, Name string
	Ports           []Port
	Internal        bool
}

// Port is one of a Service's ports, and the port of the nodes that it leads to.
type Port struct{ Port, NodePort int }

// name is what the load balancer and its security group are called: at most 32 characters, which AWS allows.
func (s Service) name() string { return fmt.Sprintf("k8s-%.8s-%.8s-%s", s.Namespace, s.Name, s.hash()) }

// groupName is what the target group of a port is called, within the same 32 characters.
func (s Service) groupName(port int) string {
	return fmt.Sprintf("k8s-%.8s-%s-%d", s.Name, s.hash(), port)
}

// hash tells Services apart whose names begin alike.
func (s Service) hash() string {
	sum := sha256.Sum256([]byte(s.Cluster + "/" + s.Namespace + "/" + s.Name))
	return hex.EncodeToString(sum[:])[:10]
}

// tags are the controller's own, by which people and drover's sweep find what it made.
func (s Service) tags() [][2]string {
	return [][2]string{{"elbv2.k8s.aws/cluster", s.Cluster}, {"kubernetes.io/cluster/" + s.Cluster, "owned"},
		{"service.k8s.aws/resource", "LoadBalancer"}, {"service.k8s.aws/stack", s.Namespace + "/" + s.Name}}
}

// Ensure makes what a Service needs, unless it is there, and says by which host name it is reached.
func (c Controller) Ensure(ctx context.Context, s Service) (host string, err error) {
	if _, host, err = c.find(ctx, s); err != nil || host != "" {
		return host, err
	}
	group, err := c.createGroup(ctx, s)
	if err != nil {
		return "", err
	}
	var made struct {
		ARN  string `xml:"CreateLoadBalancerResult>LoadBalancers>member>LoadBalancerArn"`
		Host string `xml:"CreateLoadBalancerResult>LoadBalancers>member>DNSName"`
	}
	params := url.Values{"Name": {s.name()}, "Type": {"network"}, "Scheme": {"internet-facing"}, "SecurityGroups.member.1": {group}}
	if s.Internal {
		params.Set("Scheme", "internal")
	}
	for i, subnet := range s.Subnets {
		params.Set("Subnets.member."+strconv.Itoa(i+1), subnet)
	}
	s.tag(params)
	if err := c.elb(ctx, "CreateLoadBalancer", params, &made); err != nil {
		return "", fmt.Errorf("make the load balancer of Service %s/%s: %w", s.Namespace, s.Name, err)
	}
	for _, port := range s.Ports {
		if err := c.listen(ctx, s, made.ARN, port); err != nil {
			return "", fmt.Errorf("make the listener %d of Service %s/%s: %w", port.Port, s.Namespace, s.Name, err)
		}
	}
	return made.Host, nil
}

func (s Service) tag(params url.Values) {
	for i, tag := range s.tags() {
		params.Set(fmt.Sprintf("Tags.member.%d.Key", i+1), tag[0])
		params.Set(fmt.Sprintf("Tags.member.%d.Value", i+1), tag[1])
	}
}

func (c Controller) elb(ctx context.Context, action string, params url.Values, out any) error {
	return c.AWS.Query(ctx, "elasticloadbalancing", elbVersion, action, params, out)
}

func (c Controller) createGroup(ctx context.Context, s Service) (id string, err error) {
	var out struct {
		ID string `xml:"groupId"`
	}
	params := url.Values{"GroupName": {s.name()}, "VpcId": {s.VPC}, "GroupDescription": {"[k8s] Managed SecurityGroup for LoadBalancer"},
		"TagSpecification.1.ResourceType": {"security-group"}}
	for i, tag := range s.tags() {
		params.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Key", i+1), tag[0])
		params.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Value", i+1), tag[1])
	}
	if err := c.AWS.Query(ctx, "ec2", ec2Version, "CreateSecurityGroup", params, &out); err != nil {
		return "", fmt.Errorf("make the security group of Service %s/%s: %w", s.Namespace, s.Name, err)
	}
	return out.ID, nil
}

func (c Controller) listen(ctx context.Context, s Service, balancer string, p Port) error {
	var group struct {
		ARN string `xml:"CreateTargetGroupResult>TargetGroups>member>TargetGroupArn"`
	}
	params := url.Values{"Name": {s.groupName(p.Port)}, "Protocol": {"TCP"}, "Port": {strconv.Itoa(p.NodePort)},
		"VpcId": {s.VPC}, "TargetType": {"instance"}}
	s.tag(params)
	if err := c.elb(ctx, "CreateTargetGroup", params, &group); err != nil {
		return err
	}
	return c.elb(ctx, "CreateListener", url.Values{"LoadBalancerArn": {balancer}, "Protocol": {"TCP"}, "Port": {strconv.Itoa(p.Port)},
		"DefaultActions.member.1.Type": {"forward"}, "DefaultActions.member.1.TargetGroupArn": {group.ARN}}, nil)
}

// find looks for a Service's load balancer; both are empty when there is none.
func (c Controller) find(ctx context.Context, s Service) (arn, host string, err error) {
	var out struct {
		ARN  string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>LoadBalancerArn"`
		Host string `xml:"DescribeLoadBalancersResult>LoadBalancers>member>DNSName"`
	}
	err = c.elb(ctx, "DescribeLoadBalancers", url.Values{"Names.member.1": {s.name()}}, &out)
	var refused *awsapi.Error
	if errors.As(err, &refused) && refused.Code == "LoadBalancerNotFound" {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("look for the load balancer of Service %s/%s: %w", s.Namespace, s.Name, err)
	}
	return out.ARN, out.Host, nil
}

// Release deletes what Ensure made. What is gone already is no error.
func (c Controller) Release(ctx context.Context, s Service) error {
	arn, _, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if arn != "" {
		if err := c.releaseBalancer(ctx, arn); err != nil {
			return fmt.Errorf("delete the load balancer of Service %s/%s: %w", s.Namespace, s.Name, err)
		}
	}
	var groups struct {
		IDs []string `xml:"securityGroupInfo>item>groupId"`
	}
	filter := url.Values{"Filter.1.Name": {"group-name"}, "Filter.1.Value.1": {s.name()}, "Filter.2.Name": {"vpc-id"}, "Filter.2.Value.1": {s.VPC}}
	if err := c.AWS.Query(ctx, "ec2", ec2Version, "DescribeSecurityGroups", filter, &groups); err != nil {
		return fmt.Errorf("look for the security group of Service %s/%s: %w", s.Namespace, s.Name, err)
	}
	for _, id := range groups.IDs {
		if err := c.AWS.Query(ctx, "ec2", ec2Version, "DeleteSecurityGroup", url.Values{"GroupId": {id}}, nil); err != nil {
			return fmt.Errorf("delete the security group of Service %s/%s: %w", s.Namespace, s.Name, err)
		}
	}
	return nil
}

func (c Controller) releaseBalancer(ctx context.Context, arn string) error {
	var groups struct {
		ARNs []string `xml:"DescribeTargetGroupsResult>TargetGroups>member>TargetGroupArn"`
	}
	if err := c.elb(ctx, "DescribeTargetGroups", url.Values{"LoadBalancerArn": {arn}}, &groups); err != nil {
		return err
	}
	if err := c.elb(ctx, "DeleteLoadBalancer", url.Values{"LoadBalancerArn": {arn}}, nil); err != nil {
		return err
	}
	for _, group := range groups.ARNs {
		if err := c.elb(ctx, "DeleteTargetGroup", url.Values{"TargetGroupArn": {group}}, nil); err != nil {
			return err
		}
	}
	return nil
}
