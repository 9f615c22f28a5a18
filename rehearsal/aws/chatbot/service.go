// Package chatbot simulates the Slack channels of AWS's chat client (AWS Chatbot, now Amazon Q Developer in chat
// applications), which moto lacks. Every workspace counts as signed in to, and nobody is told anything. It keeps its
// state in memory and must never answer a call that it does not simulate as if it had succeeded.
package chatbot

import (
	"net/http"
	"sync"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
)

// Service is the chat client of one account: it is the same in every region that has its API.
type Service struct {
	account string
	moto    func(region string) *awsapi.Client

	mu       sync.Mutex // guards everything below, and what it leads to
	channels map[string]*channel
}

// channel is the configuration of a Slack channel.
type channel struct {
	members document // of its description, but for its tags
	tags    map[string]string
}

// New makes a chat client without channels.
func New(account string, moto func(region string) *awsapi.Client) *Service {
	return &Service{account: account, moto: moto, channels: map[string]*channel{}}
}

type document = answer.Document

type call = answer.Call

// operations are those that are simulated. Each runs with the lock held.
var operations = answer.Operations[*Service]{
	"CreateSlackChannelConfiguration":    (*Service).create,
	"DescribeSlackChannelConfigurations": (*Service).describe,
	"UpdateSlackChannelConfiguration":    (*Service).update,
	"DeleteSlackChannelConfiguration":    (*Service).remove,

	"TagResource":         (*Service).tagResource,
	"UntagResource":       (*Service).untagResource,
	"ListTagsForResource": (*Service).listTags,
}

// Serve answers an operation with the request's body, and says whether it is one that is simulated.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, region, operation string, body []byte) bool {
	return operations.Serve(s, &s.mu, w, operation, &call{Ctx: r.Context(), Region: region}, body)
}

// Tagged lists the channels, by ARN.
func (s *Service) Tagged() []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	return awsapi.ListTagged(s.channels, func(c *channel) (map[string]string, bool) { return c.tags, true })
}

func invalid(format string, args ...any) error {
	return answer.Refuse("InvalidParameterException", format, args...)
}
