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

// instances asks EC2 which machines are there. The one call is written here,
// as EC2's own SDK package takes longer to compile than all of drover (94 s
// of processor time, measured).
type instances struct{ *queries }

// terminated is EC2's word for a machine that is gone and still listed, by
// EC2 and by the tagging API, for about an hour.
const terminated = "terminated"

func newInstances(configuration sdk.Config) *instances {
	return &instances{newQueries(configuration, "ec2")}
}

// described is the part of EC2's answer that is read.
type described struct {
	States []string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
}

// gone is true for a machine that EC2 does not know, or knows as terminated.
func (i *instances) gone(ctx context.Context, id string) (bool, error) {
	body, status, err := i.ask(ctx, url.Values{"Action": {"DescribeInstances"}, "Version": {"2016-11-15"}, "InstanceId.1": {id}})
	if err != nil {
		return false, explain("asking EC2 for the instance "+id, err)
	}
	if status == http.StatusBadRequest && strings.Contains(string(body), "InvalidInstanceID.NotFound") {
		return true, nil
	}
	if status != http.StatusOK {
		return false, fmt.Errorf("asking EC2 for the instance %s: it answered %d: %.200s", id, status, body)
	}
	var answer described
	if err := xml.Unmarshal(body, &answer); err != nil {
		return false, fmt.Errorf("reading EC2's answer about the instance %s: %w", id, err)
	}
	for _, state := range answer.States {
		if state != terminated {
			return false, nil
		}
	}
	return true, nil
}
