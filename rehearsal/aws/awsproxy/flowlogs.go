package awsproxy

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"drover/rehearsal/aws/answer"
)

// deliveryMayWrite refuses flow logs to a bucket that their delivery may not write to. AWS writes a policy by itself for
// a caller who may do that, over the one that is there: what Terraform has said is then changed behind its back.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
func (p *Proxy) deliveryMayWrite(c *call) error {
	arn := c.form.Get("LogDestination")
	if c.form.Get("LogDestinationType") != "s3" {
		return nil
	}
	bucket, _, _ := strings.Cut(strings.TrimPrefix(arn, "arn:aws:s3:::"), "/")
	req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, p.moto.String()+"/"+bucket+"?policy", nil)
	if err != nil {
		return answer.Refuse("InvalidParameter", "LogDestination %s is not a bucket", arn)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=rehearsal/20200101/"+c.region+"/s3/aws4_request, SignedHeaders=host, Signature=unsigned")
	resp, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	var policy struct {
		Statement []struct {
			Effect    string
			Principal any
			Action    any
		}
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &policy) != nil {
		policy.Statement = nil
	}
	for _, s := range policy.Statement {
		service, _ := s.Principal.(map[string]any)
		if s.Effect == "Allow" && holds(service["Service"], "delivery.logs.amazonaws.com") && holds(s.Action, "s3:PutObject") {
			return nil
		}
	}
	return answer.Refuse("LogDestinationPermissionIssue", "Access Denied for LogDestination: %s. Please check LogDestination permission", bucket)
}

// holds is whether a value of a policy, a text or a list of them, has a text.
func holds(value any, text string) bool {
	switch v := value.(type) {
	case string:
		return v == text
	case []any:
		for _, one := range v {
			if one == text {
				return true
			}
		}
	}
	return false
}
