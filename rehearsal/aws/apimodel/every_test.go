package apimodel_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/moto"
)

// request is one that AWS's SDK for Python wrote.
type request struct {
	Service, Version, Protocol, Operation string
	Method, Path                          string
	Headers                               map[string]string
	Body                                  []byte
}

// Whatever the SDK writes with values that a model allows is allowed here: every operation, every member, every
// protocol. Patterns are left out, as no value is made for them.
func TestWhatTheSDKWritesIsAllowed(t *testing.T) {
	t.Parallel()
	services := []string{"ec2", "eks", "iam", "rds", "ecr", "logs", "kms", "sns", "secretsmanager", "route53", "autoscaling", "elbv2", "elb", "sts",
		"network-firewall", "resourcegroupstaggingapi", "service-quotas", "acm", "cloudwatch", "s3"}
	cmd := exec.CommandContext(t.Context(), python(t), append([]string{filepath.Join("testdata", "every.py")}, services...)...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("write the requests: %v\n%s", err, failure.String())
	}
	library, n := installed(t.Context(), t), 0
	for line := range bytes.Lines(out) {
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		n++
		for _, v := range r.violations(t, library) {
			if !strings.Contains(v.Problem, "regular expression") {
				t.Errorf("%s:%s: %s (%q): %s", r.Service, r.Operation, v.Path, v.Value, v.Problem)
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d requests were written", n)
	}
}

// python is the one that moto's server runs on: only that has AWS's SDK for certain.
func python(t *testing.T) string {
	t.Helper()
	server, err := moto.Find()
	if err != nil {
		t.Fatal(err)
	}
	if beside, err := exec.LookPath(filepath.Join(filepath.Dir(server), "python3")); err == nil {
		return beside
	}
	return "python3"
}

// sameCall are operations of S3 that nothing in a request tells from another.
var sameCall = map[string]bool{"ListDirectoryBuckets": true, "GetBucketLifecycle": true, "GetBucketNotification": true,
	"PutBucketLifecycle": true, "PutBucketNotification": true}

func (r *request) violations(t *testing.T, library *apimodel.Library) []apimodel.Violation {
	t.Helper()
	s, err := library.Service(r.Service, r.Version)
	if err != nil || s == nil {
		t.Fatalf("%s has no model: %v", r.Service, err)
	}
	switch r.Protocol {
	case "ec2", "query":
		form, err := url.ParseQuery(string(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		return s.CheckForm(s.Operations[r.Operation], form)
	case "json":
		value, err := apimodel.DecodeJSON(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return s.CheckJSON(s.Operations[r.Operation], value)
	}
	sent := httptest.NewRequestWithContext(t.Context(), r.Method, r.Path, bytes.NewReader(r.Body))
	for name, value := range r.Headers {
		sent.Header.Set(name, value)
	}
	operation, vars := s.Match(sent)
	if sameCall[r.Operation] {
		return nil
	}
	if operation == nil || operation.Name != r.Operation {
		t.Errorf("%s %s is taken for %+v, and is %s", r.Method, r.Path, operation, r.Operation)
		return nil
	}
	found, err := s.CheckREST(operation, sent, vars, r.Body)
	if err != nil {
		t.Errorf("%s:%s: %v", r.Service, r.Operation, err)
	}
	return found
}
