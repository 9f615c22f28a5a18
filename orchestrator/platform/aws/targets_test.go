package aws

import (
	"maps"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"drover/orchestrator/platform"
)

func targetsAreThoseOfOneColor(t *testing.T, endpoint string) {
	p := at(endpoint)
	makeBalancer(t, p, endpoint, "mill-blue", "mill", "blue")
	makeBalancer(t, p, endpoint, "mill-blue-mgmt", "mill", "blue")
	makeBalancer(t, p, endpoint, "mill-green", "mill", "green")
	got, err := p.Targets(t.Context(), "mill", "blue")
	must(t, err)
	if len(got) != 2 || got[0].Balancer != "mill-blue" || got[0].Group != "mill-blue" || got[0].Listener != 443 || got[0].Port != 443 || got[0].Management || !got[1].Management {
		t.Errorf("targets = %+v", got)
	}
	if got, err := p.Targets(t.Context(), "mill", "red"); err != nil || len(got) != 0 {
		t.Errorf("targets of a color that is not there = %+v, %v", got, err)
	}
}

func TestTargetsAreCountedByTheirReasons(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"DescribeTargetHealth": `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>
		<member><TargetHealth><State>healthy</State></TargetHealth></member>
		<member><TargetHealth><State>unhealthy</State><Reason>Target.FailedHealthChecks</Reason><Description>Health checks failed</Description></TargetHealth></member>
		<member><TargetHealth><State>unhealthy</State><Reason>Target.FailedHealthChecks</Reason><Description>Health checks failed</Description></TargetHealth></member>
		<member><TargetHealth><State>draining</State></TargetHealth></member>
		<member></member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`})
	counted := platform.Targets{Others: map[string]int{}}
	must(t, p.health(t.Context(), elbtypes.TargetGroup{TargetGroupArn: sdk.String("arn")}, &counted))
	want := map[string]int{"unhealthy, Target.FailedHealthChecks, Health checks failed": 2, "draining": 1, "without a state": 1}
	if counted.Healthy != 1 || !maps.Equal(counted.Others, want) {
		t.Errorf("counted %+v, want %v", counted, want)
	}
	_, known := groupOf(elbtypes.Listener{}, []elbtypes.TargetGroup{{}})
	if known {
		t.Error("a listener that leads nowhere was said to lead to a group")
	}
}
