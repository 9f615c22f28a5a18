package awsproxy

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"drover/rehearsal/aws/answer"
)

// What IAM takes of one role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	iamVersion    = "2010-05-08"
	mostAttached  = 10     // managed policies
	mostWrittenIn = 10_240 // characters of inline policies together, white space aside
)

// policyFits refuses a managed policy beyond the quota, and one of another partition or account. moto knows whether it
// is there.
func (p *Proxy) policyFits(c *call) error {
	role, policy := c.form.Get("RoleName"), c.form.Get("PolicyArn")
	if fields := strings.SplitN(policy, ":", 6); len(fields) == 6 && (fields[1] != "aws" || fields[4] != "aws" && fields[4] != p.account) {
		return answer.Refuse("NoSuchEntity", "Policy %s does not exist or is not attachable.", policy)
	}
	var out struct {
		List []string `xml:"ListAttachedRolePoliciesResult>AttachedPolicies>member>PolicyArn"`
	}
	if err := p.iam(c, "ListAttachedRolePolicies", url.Values{"RoleName": {role}}, &out); err != nil {
		return nil //nolint:nilerr // moto says what is wrong with the role
	}
	for _, attached := range out.List {
		if attached == policy {
			return nil
		}
	}
	if len(out.List) >= mostAttached {
		return answer.Refuse("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: %d", mostAttached)
	}
	return nil
}

func (p *Proxy) iam(c *call, action string, params url.Values, out any) error {
	return p.Moto(c.region).Query(c.Context(), "iam", iamVersion, action, params, out)
}

// policyIsSmall refuses policies written into a role that have too many characters together.
func (p *Proxy) policyIsSmall(c *call) error {
	role, name := c.form.Get("RoleName"), c.form.Get("PolicyName")
	if err := statementsAreWhole(c.form.Get("PolicyDocument")); err != nil {
		return err
	}
	var names struct {
		List []string `xml:"ListRolePoliciesResult>PolicyNames>member"`
	}
	if err := p.iam(c, "ListRolePolicies", url.Values{"RoleName": {role}}, &names); err != nil {
		return nil //nolint:nilerr // moto says what is wrong with the role
	}
	size := characters(c.form.Get("PolicyDocument"))
	for _, other := range names.List {
		if other == name {
			continue
		}
		var out struct {
			Document string `xml:"GetRolePolicyResult>PolicyDocument"`
		}
		if err := p.iam(c, "GetRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {other}}, &out); err != nil {
			return fmt.Errorf("look for the role's other policies: %w", err)
		}
		document, err := url.QueryUnescape(out.Document)
		if err != nil {
			return fmt.Errorf("read the policy %s of %s: %w", other, role, err)
		}
		size += characters(document)
	}
	if size > mostWrittenIn {
		return answer.Refuse("LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", mostWrittenIn, role)
	}
	return nil
}

func characters(document string) int { return len(strings.Join(strings.Fields(document), "")) }

// iamTest is an operator of a condition:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var iamTest = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|` +
		`Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?$|^Null$`)
})

// statementsAreWhole refuses a condition with an operator that IAM does not have, which moto lets through.
func statementsAreWhole(document string) error {
	var policy struct {
		Statement json.RawMessage
	}
	if json.Unmarshal([]byte(document), &policy) != nil {
		return nil //nolint:nilerr // moto says what is wrong with it
	}
	type statement struct {
		Condition map[string]json.RawMessage
	}
	var all []statement
	if json.Unmarshal(policy.Statement, &all) != nil {
		var one statement
		if json.Unmarshal(policy.Statement, &one) != nil {
			return nil //nolint:nilerr // moto says what is wrong with it
		}
		all = []statement{one}
	}
	for _, s := range all {
		for test := range s.Condition {
			if !iamTest().MatchString(test) {
				return answer.Refuse("MalformedPolicyDocument", "Invalid Condition type : %s.", test)
			}
		}
	}
	return nil
}
