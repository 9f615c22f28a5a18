package spec

import (
	"fmt"
	"slices"
	"strings"
)

// What IAM takes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (managed policies of a
// role, unless the account's quota was raised; white space does not count for the size of inline policies), and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
const (
	mostManaged    = 10
	mostInline     = 9_000 // of 10,240, less what drover writes itself
	ofEveryNode    = 2     // managed policies that every node has: AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly
	ofEachIdentity = 0     // drover writes what an identity gets into an inline policy
)

var (
	policyAction   = form{lazily(`^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$`), "an action of IAM, SERVICE:ACTION", "sqs:SendMessage"}
	policyResource = form{lazily(`^(\*|arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*?-]*:([0-9]{12}|aws|\*)?:[^\s"\\]+)$`), "an ARN, in which * stands for any text", "arn:aws:sqs:eu-west-1:123456789012:orders"}
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
	policyTest = form{lazily(`^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|` +
		`Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?$|^Null$`), "an operator of IAM", "StringEquals"}
	policyVariable = form{lazily(`^[a-z0-9-]+:[A-Za-z0-9_.:/=+@-]+$`), "a key of IAM's conditions", "aws:ResourceTag/team"}
	policyValue    = form{lazily(`^[\t\x20-\xff]+$`), "text that IAM takes, without line breaks", "checkout"}
)

// policies checks rights of a role that has some already.
func (v *validator) policies(path string, p *Policies, already int) {
	switch {
	case p == nil:
		return
	case v.rules.managed.pattern == nil:
		v.forAWS(path, "policy of IAM")
		return
	case len(p.Managed) == 0 && len(p.Statements) == 0 && !v.failedWithin(path):
		v.wrong(path, path+" gives no right", "name policies in managed, write statements, or remove this")
	}
	for i, arn := range p.Managed {
		v.managedPolicy(fmt.Sprintf("%s.managed[%d]", path, i), arn)
	}
	v.unique(p.Managed, "the policy", indexed(path+".managed"))
	if most := mostManaged - already; len(p.Managed) > most {
		v.unwise("many-policies", path+".managed", fmt.Sprintf("%s.managed has %d policies, and IAM attaches %d to a role that drover gives %d, unless the account's quota was raised", path, len(p.Managed), most, already),
			"write what is needed as statements")
	}
	size := 0
	for i, s := range p.Statements {
		v.statement(fmt.Sprintf("%s.statements[%d]", path, i), s)
		size += s.size()
	}
	if size > mostInline {
		v.wrong(path+".statements", fmt.Sprintf("%s.statements has %d characters, and the policies that are written into a role have %d at most together", path, size, mostInline), "make a policy of them in the account, and name it in managed")
	}
}

func (v *validator) managedPolicy(path, arn string) {
	if !v.matches(path, arn, v.rules.managed) {
		return
	}
	v.partition(path, arn)
	v.sameHome(path, arn)
	if strings.HasSuffix(arn, ":policy/AdministratorAccess") || strings.HasSuffix(arn, ":policy/IAMFullAccess") {
		v.allRights(path, arn[strings.LastIndexByte(arn, '/')+1:])
	}
}

func (v *validator) statement(path string, s Statement) {
	for i, action := range s.Actions {
		v.matches(fmt.Sprintf("%s.actions[%d]", path, i), action, policyAction)
	}
	for i, resource := range s.Resources {
		at := fmt.Sprintf("%s.resources[%d]", path, i)
		if v.matches(at, resource, policyResource) && resource != "*" {
			v.partition(at, resource)
		}
	}
	v.some(path+".actions", s.Actions, "IAM takes no such statement", "name some, or remove the statement")
	v.some(path+".resources", s.Resources, "IAM takes no such statement", "name some, or remove the statement")
	for i, c := range s.Conditions {
		at := fmt.Sprintf("%s.conditions[%d]", path, i)
		v.formed(at+".test", c.Test, policyTest)
		v.formed(at+".variable", c.Variable, policyVariable)
		for j, value := range c.Values {
			v.matches(fmt.Sprintf("%s.values[%d]", at, j), value, policyValue)
		}
		v.some(at+".values", c.Values, "nothing matches that", "name some, or remove the condition")
	}
	if i := slices.IndexFunc(s.Actions, func(a string) bool { return a == "*" || a == "iam:*" }); i >= 0 && len(s.Conditions) == 0 && slices.Contains(s.Resources, "*") {
		v.allRights(fmt.Sprintf("%s.actions[%d]", path, i), s.Actions[i]+" on every resource")
	}
}

// some checks that a list which has to be there holds something, and nothing twice.
func (v *validator) some(path string, items []string, why, help string) {
	if items != nil && len(items) == 0 {
		v.wrong(path, path+" is empty, and "+why, help)
	}
	v.unique(items, "the item", indexed(path))
}

// formed checks the form of a text; that it has to be there is said elsewhere.
func (v *validator) formed(path, text string, f form) {
	if text != "" {
		v.matches(path, text, f)
	}
}

// allRights refuses what makes an administrator of the account: IAM's rights, too, as who has them can have all others.
func (v *validator) allRights(path, what string) {
	v.wrongUnlessAccepted("all-rights", path, fmt.Sprintf("%s makes whoever takes over a pod an administrator of the account", what), "name the actions and resources that are needed")
}

// partition checks that an ARN is of the partition that the region is in.
func (v *validator) partition(path, arn string) {
	want, have := AWSPartition(v.c.Spec.Region), strings.SplitN(arn, ":", 3)[1]
	if v.c.Spec.Region == "" || v.silent("spec.region") || have == want {
		return
	}
	v.wrong(path, fmt.Sprintf("%s is of the partition %s, and %s is in %s", path, have, v.c.Spec.Region, want), "begin it with arn:"+want+":", v.where("spec.region"))
}

// AWSPartition is the partition of a region: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
func AWSPartition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// size is how many characters a statement has in a policy, at least.
func (s Statement) size() int {
	n := len(`{"Effect":"Allow","Action":[],"Resource":[]},`)
	for _, text := range slices.Concat(s.Actions, s.Resources) {
		n += len(text) + len(`"",`)
	}
	for _, c := range s.Conditions {
		n += len(c.Test) + len(c.Variable) + len(`"Condition":{"":{"":[]}}`)
		for _, value := range c.Values {
			n += len(value) + len(`"",`)
		}
	}
	return n
}

// policyForms are the forms of the texts in policies, for the schema.
func policyForms() map[string]string {
	out := map[string]string{}
	for _, of := range []string{"spec.nodePools[].policies", "spec.services.identities[].policies"} {
		out[of+".managed[]"] = onAny(func(r rules) form { return r.managed })
		out[of+".statements[].actions[]"] = policyAction.pattern.text
		out[of+".statements[].resources[]"] = policyResource.pattern.text
		out[of+".statements[].conditions[].test"] = policyTest.pattern.text
		out[of+".statements[].conditions[].variable"] = policyVariable.pattern.text
		out[of+".statements[].conditions[].values[]"] = policyValue.pattern.text
	}
	return out
}
