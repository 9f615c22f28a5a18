// Package firewall simulates AWS Network Firewall, which moto lacks but for a few calls: rule groups, policies,
// firewalls with an endpoint in each zone that routes can lead to, and their logging. It filters no packet, as there
// are none. It keeps its state in memory and must never answer a call that it does not simulate as if it had
// succeeded.
package firewall

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/answer"
	"drover/rehearsal/awsapi"
)

// Target is what the names of the operations begin with in X-Amz-Target.
const Target = "NetworkFirewall_20201112."

// Service is Network Firewall in every region of one account.
type Service struct {
	account string
	moto    func(region string) *awsapi.Client
	takes   time.Duration // until a firewall is ready
	now     func() time.Time

	mu        sync.Mutex // guards everything below, and what it leads to
	resources map[string]*resource
}

// New makes a service without firewalls. A new firewall is ready after what it takes.
func New(account string, takes time.Duration, moto func(region string) *awsapi.Client) *Service {
	return &Service{account: account, moto: moto, takes: takes, now: time.Now, resources: map[string]*resource{}}
}

// document is a JSON object whose members are kept as they came.
type document map[string]any

func (d document) sub(key string) document {
	m, _ := d[key].(map[string]any)
	return m
}

func (d document) list(key string) []document {
	items, _ := d[key].([]any)
	list := make([]document, 0, len(items))
	for _, item := range items {
		m, _ := item.(map[string]any)
		list = append(list, m)
	}
	return list
}

func (d document) texts(key string) []string {
	items, _ := d[key].([]any)
	list := make([]string, 0, len(items))
	for _, item := range items {
		text, _ := item.(string)
		list = append(list, text)
	}
	return list
}

func (d document) text(key string) string {
	s, _ := d[key].(string)
	return s
}

func (d document) number(key string) int {
	n, _ := d[key].(float64)
	return int(n)
}

func (d document) yes(key string) bool {
	b, _ := d[key].(bool)
	return b
}

// call is one request.
type call struct {
	ctx    context.Context //nolint:containedctx // a call lives as long as its request
	region string
	in     document
}

// operations are those that are simulated. Each runs with the lock held.
var operations = map[string]func(*Service, *call) (document, error){
	"CreateRuleGroup":           (*Service).createRuleGroup,
	"DescribeRuleGroup":         (*Service).describeRuleGroup,
	"DescribeRuleGroupMetadata": (*Service).describeRuleGroupMetadata,
	"UpdateRuleGroup":           (*Service).updateRuleGroup,
	"DeleteRuleGroup":           (*Service).deleteRuleGroup,
	"ListRuleGroups":            listOf("RuleGroups", ruleGroup),

	"CreateFirewallPolicy":   (*Service).createPolicy,
	"DescribeFirewallPolicy": (*Service).describePolicy,
	"UpdateFirewallPolicy":   (*Service).updatePolicy,
	"DeleteFirewallPolicy":   (*Service).deletePolicy,
	"ListFirewallPolicies":   listOf("FirewallPolicies", policy),

	"CreateFirewall":                        (*Service).createFirewall,
	"DescribeFirewall":                      (*Service).describeFirewall,
	"DeleteFirewall":                        (*Service).deleteFirewall,
	"ListFirewalls":                         (*Service).listFirewalls,
	"AssociateSubnets":                      (*Service).associateSubnets,
	"DisassociateSubnets":                   (*Service).disassociateSubnets,
	"AssociateFirewallPolicy":               (*Service).associatePolicy,
	"UpdateFirewallDeleteProtection":        changeOf("DeleteProtection"),
	"UpdateFirewallDescription":             changeOf("Description"),
	"UpdateFirewallEncryptionConfiguration": changeOf("EncryptionConfiguration"),
	"UpdateFirewallPolicyChangeProtection":  changeOf("FirewallPolicyChangeProtection"),
	"UpdateSubnetChangeProtection":          changeOf("SubnetChangeProtection"),
	"DescribeLoggingConfiguration":          (*Service).describeLogging,
	"UpdateLoggingConfiguration":            (*Service).updateLogging,

	"TagResource":         (*Service).tagResource,
	"UntagResource":       (*Service).untagResource,
	"ListTagsForResource": (*Service).listTags,
}

// Serve answers an operation with the request's body, and says whether it is one that is simulated.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, region, operation string, body []byte) bool {
	handle := operations[operation]
	if handle == nil {
		return false
	}
	c := &call{ctx: r.Context(), region: region}
	if err := json.Unmarshal(body, &c.in); err != nil {
		answer.JSON.Refuse(w, answer.Refuse("SerializationException", "the request is not JSON: %v", err))
		return true
	}
	s.mu.Lock()
	out, err := handle(s, c)
	var encoded []byte
	if err == nil {
		encoded, err = json.Marshal(out) // within the lock: the answer holds what others may change
	}
	s.mu.Unlock()
	if err != nil {
		answer.JSON.Refuse(w, answer.Of(err))
		return true
	}
	answer.WriteJSON(w, json.RawMessage(encoded))
	return true
}

// Tagged lists what there is in a region, by ARN.
func (s *Service) Tagged(region string) []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []awsapi.Tagged
	for _, arn := range slices.Sorted(maps.Keys(s.resources)) {
		if r := s.resources[arn]; r.region == region {
			list = append(list, awsapi.Tagged{ARN: arn, Tags: maps.Clone(r.tags)})
		}
	}
	return list
}

func invalid(format string, args ...any) error {
	return answer.Refuse("InvalidRequestException", format, args...)
}

func inUse(format string, args ...any) error {
	return answer.Refuse("InvalidOperationException", format, args...)
}

func missing(what string) error {
	return answer.Refuse("ResourceNotFoundException", "There is no %s in this account and region", strings.TrimSpace(what))
}
