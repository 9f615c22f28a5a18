package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// terminated is EC2's word for a machine that is gone and still listed, by
// EC2 and by the tagging API, for about an hour.
const terminated = "terminated"

// described is the part of EC2's answer that is read.
type described struct {
	States []string `xml:"reservationSet>item>instancesSet>item>instanceState>name"`
}

// gone is true for a machine that EC2 does not know, or knows as terminated.
func (q queries) gone(ctx context.Context, id string) (bool, error) {
	body, status, err := q.ask(ctx, "ec2", url.Values{"Action": {"DescribeInstances"}, "InstanceId.1": {id}})
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
