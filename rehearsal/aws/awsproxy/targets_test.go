package awsproxy_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/kubernetes"
)

// listens has a target group lead to the nodes of a scaling group, and looks who is healthy: nobody, until a Service has the
// port that is asked for health, and a ready pod.
func (r planes) listens(t *testing.T, scalingGroup string) {
	t.Helper()
	aws := &awsapi.Client{Endpoint: r.proxy.URL(), Region: region, HTTP: api().HTTP}
	call := func(service, version, action string, params url.Values, out any) {
		t.Helper()
		if err := aws.Query(t.Context(), service, version, action, params, out); err != nil {
			t.Fatal(err)
		}
	}
	var group struct {
		ARN string `xml:"CreateTargetGroupResult>TargetGroups>member>TargetGroupArn"`
	}
	var vpc struct {
		IDs []string `xml:"vpcSet>item>vpcId"`
	}
	call("ec2", "2016-11-15", "DescribeVpcs", nil, &vpc)
	call("elasticloadbalancing", "2015-12-01", "CreateTargetGroup", url.Values{"Name": {"listens"}, "Protocol": {"TCP"}, "Port": {"30080"}, "VpcId": {vpc.IDs[0]},
		"TargetType": {"instance"}, "HealthCheckProtocol": {"TCP"}, "HealthCheckPort": {"30443"}}, &group)
	call("autoscaling", "2011-01-01", "AttachLoadBalancerTargetGroups", url.Values{"AutoScalingGroupName": {scalingGroup}, "TargetGroupARNs.member.1": {group.ARN}}, nil)
	// states are those of the targets, with AWS's words for why.
	states := func() []string {
		var out struct {
			List []struct {
				State  string `xml:"TargetHealth>State"`
				Reason string `xml:"TargetHealth>Reason"`
				Port   string `xml:"HealthCheckPort"`
			} `xml:"DescribeTargetHealthResult>TargetHealthDescriptions>member"`
		}
		call("elasticloadbalancing", "2015-12-01", "DescribeTargetHealth", url.Values{"TargetGroupArn": {group.ARN}}, &out)
		var all []string
		for _, one := range out.List {
			all = append(all, strings.Join([]string{one.State, one.Reason, one.Port}, " "))
		}
		return all
	}
	every := func(want string) func(context.Context) bool {
		return func(context.Context) bool {
			list := states()
			for _, got := range list {
				if got != want {
					return false
				}
			}
			return len(list) > 0
		}
	}
	const dead = "unhealthy Target.FailedHealthChecks 30443"
	if !every(dead)(t.Context()) {
		t.Errorf("with nobody on the node port, targets are %q, want %q", states(), dead)
	}
	cluster := r.proxy.Cluster(region, "real-blue")
	gateway := kubernetes.Workload{Kind: kubernetes.Deployment, Namespace: "gateway", Name: "gateway", Replicas: 1, Image: "simulated/gateway:1",
		Labels: map[string]string{"app": "gateway"}, Tolerates: []string{"only"}, NodePorts: []int{30443}}
	if err := cluster.Apply(t.Context(), gateway); err != nil {
		t.Fatal(err)
	}
	eventually(t, "healthy targets", every("healthy  30443"))
	if err := cluster.Remove(t.Context(), gateway); err != nil { // the Service stays, with no pod behind it
		t.Fatal(err)
	}
	eventually(t, "unhealthy targets", every(dead))
}
