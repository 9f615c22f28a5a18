package aws

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// The tagging API lists a terminated machine and a deleted gateway for an hour; EC2's own state decides.
func TestOnlyWhatEC2KnowsAsGoneIsGone(t *testing.T) {
	t.Parallel()
	const answer = `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item><instancesSet><item>
		<instanceId>i-1</instanceId><instanceState><code>48</code><name>%s</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`
	const gateways = `<DescribeNatGatewaysResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><natGatewaySet><item>
		<natGatewayId>i-1</natGatewayId><state>%s</state></item></natGatewaySet></DescribeNatGatewaysResponse>`
	for name, c := range map[string]struct {
		kind     listed
		status   int
		body     string
		gone, ok bool
	}{
		"terminated":    {machine, 200, fmt.Sprintf(answer, "terminated"), true, true},
		"running":       {machine, 200, fmt.Sprintf(answer, "running"), false, true},
		"shutting down": {machine, 200, fmt.Sprintf(answer, "shutting-down"), false, true},
		"unknown":       {machine, 400, "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code></Error></Errors></Response>", true, true},
		"no permission": {machine, 403, "<Code>UnauthorizedOperation</Code>", false, false},
		"not XML":       {machine, 200, "{", false, false},
		"deleted":       {gateway, 200, fmt.Sprintf(gateways, "deleted"), true, true},
		"deleting":      {gateway, 200, fmt.Sprintf(gateways, "deleting"), false, true},
		"no gateway":    {gateway, 400, "<Response><Errors><Error><Code>NatGatewayNotFound</Code></Error></Errors></Response>", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/ec2/aws4_request") {
					t.Errorf("the request is signed as %q", r.Header.Get("Authorization"))
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			ec2 := newInstances(sdk.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(),
				Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")})
			gone, err := ec2.gone(t.Context(), c.kind, "i-1")
			if gone != c.gone || (err == nil) != c.ok {
				t.Errorf("gone is %v, the error %v", gone, err)
			}
		})
	}
}
