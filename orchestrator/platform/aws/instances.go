package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// instances asks EC2 which machines and gateways are there. The calls are written here,
// as EC2's own SDK package takes longer to compile than all of drover (94 s
// of processor time, measured).
type instances struct{ *queries }

// listed is a kind of EC2's that is gone and still listed, by EC2 and by the tagging API, for about an hour.
type listed struct {
	what, action, parameter string
	missing                 string // the code of EC2's error for one that it does not know
	gone                    string // EC2's word for the state
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html,
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
var (
	machine = listed{"the instance", "DescribeInstances", "InstanceId.1", "InvalidInstanceID.NotFound", "terminated"}
	gateway = listed{"the NAT gateway", "DescribeNatGateways", "NatGatewayId.1", "NatGatewayNotFound", "deleted"}
)

func newInstances(configuration sdk.Config) *instances {
	return &instances{newQueries(configuration, "ec2")}
}

// described is the part of EC2's answers that is read.
type described struct {
	Machines []string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
	Gateways []string `xml:"natGatewaySet>item>state"`
}

// gone is true for one that EC2 does not know, or knows as gone.
func (i *instances) gone(ctx context.Context, kind listed, id string) (bool, error) {
	body, status, err := i.ask(ctx, url.Values{"Action": {kind.action}, "Version": {"2016-11-15"}, kind.parameter: {id}})
	if err != nil {
		return false, explain("asking EC2 for "+kind.what+" "+id, err)
	}
	if status == http.StatusBadRequest && strings.Contains(string(body), kind.missing) {
		return true, nil
	}
	if status != http.StatusOK {
		return false, fmt.Errorf("asking EC2 for %s %s: it answered %d: %.200s", kind.what, id, status, body)
	}
	var answer described
	if err := xml.Unmarshal(body, &answer); err != nil {
		return false, fmt.Errorf("reading EC2's answer about %s %s: %w", kind.what, id, err)
	}
	for _, state := range append(answer.Machines, answer.Gateways...) {
		if state != kind.gone {
			return false, nil
		}
	}
	return true, nil
}
