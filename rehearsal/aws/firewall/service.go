// Package firewall simulates AWS Network Firewall, which moto lacks but for a few calls: rule groups, policies,
// firewalls with an endpoint in each zone that routes can lead to, and their logging. It filters no packet, as there
// are none. It keeps its state in memory and must never answer a call that it does not simulate as if it had
// succeeded.
package firewall

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/awsapi"
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
type document = answer.Document

type call = answer.Call

// operations are those that are simulated. Each runs with the lock held.
var operations = answer.Operations[*Service]{
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
	return operations.Serve(s, &s.mu, w, operation, &call{Ctx: r.Context(), Region: region}, body)
}

// Tagged lists what there is in a region, by ARN.
func (s *Service) Tagged(region string) []awsapi.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	return awsapi.ListTagged(s.resources, func(r *resource) (map[string]string, bool) { return r.tags, r.region == region })
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
