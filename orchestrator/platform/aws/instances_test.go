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

// The tagging API lists a terminated machine for an hour; EC2's own state decides.
func TestOnlyAMachineThatEC2KnowsAsTerminatedIsGone(t *testing.T) {
	t.Parallel()
	const answer = `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item><instancesSet><item>
		<instanceId>i-1</instanceId><instanceState><code>48</code><name>%s</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`
	for name, c := range map[string]struct {
		status   int
		body     string
		gone, ok bool
	}{
		"terminated":    {200, fmt.Sprintf(answer, "terminated"), true, true},
		"running":       {200, fmt.Sprintf(answer, "running"), false, true},
		"shutting down": {200, fmt.Sprintf(answer, "shutting-down"), false, true},
		"unknown":       {400, "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code></Error></Errors></Response>", true, true},
		"no permission": {403, "<Code>UnauthorizedOperation</Code>", false, false},
		"not XML":       {200, "{", false, false},
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
			ec2 := queries{sdk.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(),
				Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}}
			gone, err := ec2.gone(t.Context(), "i-1")
			if gone != c.gone || (err == nil) != c.ok {
				t.Errorf("gone is %v, the error %v", gone, err)
			}
		})
	}
}
