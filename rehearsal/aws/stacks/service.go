// Package stacks simulates CloudFormation, whose stacks in moto make no EventBridge connection: here they make that
// and nothing else. What a template finds in Secrets Manager it finds in the simulated one, and tells nobody. It keeps
// its state in memory and must never answer a call, or take a template, that it does not simulate as if it had
// succeeded.
package stacks

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
)

const namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

// Service is CloudFormation in every region of one account.
type Service struct {
	account string
	aws     func(region string) *awsapi.Client
	now     func() time.Time

	mu     sync.Mutex // guards everything below, and what it leads to
	stacks map[string]*stack
}

// New makes a service without stacks. What stacks make, they make by calling aws.
func New(account string, aws func(region string) *awsapi.Client) *Service {
	return &Service{account: account, aws: aws, now: time.Now, stacks: map[string]*stack{}}
}

// call is one request.
type call struct {
	ctx    context.Context //nolint:containedctx // a call lives as long as its request
	region string
	form   url.Values
}

// actions are those that are simulated. Each runs with the lock held.
var actions = map[string]func(*Service, *call) (answer.Element, error){
	"CreateStack":            (*Service).create,
	"UpdateStack":            (*Service).update,
	"DeleteStack":            (*Service).remove,
	"DescribeStacks":         (*Service).describe,
	"DescribeStackEvents":    (*Service).describeEvents,
	"DescribeStackResources": (*Service).describeResources,
	"GetTemplate":            (*Service).template,
}

// Serve answers an action, and says whether it is one that is simulated.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, region, action string, form url.Values) bool {
	handle := actions[action]
	if handle == nil {
		return false
	}
	s.mu.Lock()
	out, err := handle(s, &call{ctx: r.Context(), region: region, form: form})
	s.mu.Unlock()
	if err != nil {
		answer.Query.Refuse(w, answer.Of(err))
		return true
	}
	answer.WriteQuery(w, namespace, action, out)
	return true
}

// Tagged lists the stacks of a region, by ARN.
func (s *Service) Tagged(region string) []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	return awsapi.ListTagged(s.stacks, func(t *stack) (map[string]string, bool) { return t.tags, t.region == region && t.status != deleted })
}

func (s *Service) time() string { return s.now().UTC().Format("2006-01-02T15:04:05.000Z") }

func invalid(format string, args ...any) error {
	return answer.Refuse("ValidationError", format, args...)
}

func unsimulated(format string, args ...any) error {
	return answer.Refuse("UnsupportedOperation", "the rehearsal's CloudFormation does not simulate "+format, args...)
}
