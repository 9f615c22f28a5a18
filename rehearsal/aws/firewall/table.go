// Package firewall simulates AWS Network Firewall, which moto lacks but for a few calls: rule groups, policies,
// firewalls with an endpoint in each zone that routes can lead to, and their logging. It filters no packet, as there
// are none. It must never take a call that it does not simulate.
package firewall

import (
	"time"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

type (
	document = resource.Document
	refusal  = resource.Refusal
	member   = resource.Member
)

const (
	ruleGroups = "rule group"
	policies   = "firewall policy"
	firewalls  = "firewall"
)

// The codes of Network Firewall's refusals.
const (
	invalid = "InvalidRequestException"
	inUse   = "InvalidOperationException"
	missing = "ResourceNotFoundException"
)

type service struct {
	moto func(region string) *awsapi.Client
}

// Table is Network Firewall of one account. A new firewall is ready after what it takes.
func Table(account string, takes time.Duration, moto func(region string) *awsapi.Client) resource.Table {
	s := service{moto}
	none := refusal{Code: missing, Message: "There is no {ResourceArn} in this account and region"}
	deleting := func(prefix string) document { return document{prefix + "Status": "DELETING"} }
	return resource.Table{Account: account, Kinds: []resource.Kind{s.ruleGroups(), s.policies(), s.firewalls(takes)},
		Operations: map[string]resource.Operation{
			"CreateRuleGroup":           {Do: resource.Create, Kind: ruleGroups, Answer: "RuleGroupResponse"},
			"DescribeRuleGroup":         {Do: resource.Describe, Kind: ruleGroups, Answer: "RuleGroupResponse"},
			"DescribeRuleGroupMetadata": {Do: resource.Describe, Kind: ruleGroups},
			"UpdateRuleGroup":           {Do: resource.Update, Kind: ruleGroups, Answer: "RuleGroupResponse"},
			"DeleteRuleGroup":           {Do: resource.Delete, Kind: ruleGroups, Answer: "RuleGroupResponse", Overrides: deleting("RuleGroup")},
			"ListRuleGroups":            {Do: resource.List, Kind: ruleGroups, Answer: "RuleGroups", Match: map[string]string{"Type": "Type"}},

			"CreateFirewallPolicy":   {Do: resource.Create, Kind: policies, Answer: "FirewallPolicyResponse"},
			"DescribeFirewallPolicy": {Do: resource.Describe, Kind: policies, Answer: "FirewallPolicyResponse"},
			"UpdateFirewallPolicy":   {Do: resource.Update, Kind: policies, Answer: "FirewallPolicyResponse"},
			"DeleteFirewallPolicy":   {Do: resource.Delete, Kind: policies, Answer: "FirewallPolicyResponse", Overrides: deleting("FirewallPolicy")},
			"ListFirewallPolicies":   {Do: resource.List, Kind: policies, Answer: "FirewallPolicies"},

			"CreateFirewall":   {Do: resource.Create, Kind: firewalls, Answer: "Firewall"},
			"DescribeFirewall": {Do: resource.Describe, Kind: firewalls, Answer: "Firewall"},
			"ListFirewalls":    {Do: resource.List, Kind: firewalls, Answer: "Firewalls", Match: map[string]string{"VpcIds": "VpcId"}},
			"DeleteFirewall": {Do: resource.Delete, Kind: firewalls, Answer: "Firewall",
				Guards: protected("DeleteProtection", "Unable to delete the firewall {FirewallName}: it has deletion protection"),
				Overrides: document{"FirewallStatus": document{"Status": "DELETING",
					"ConfigurationSyncStateSummary": "PENDING", "SyncStates": document{}}}},
			"AssociateSubnets":    {Do: resource.Update, Kind: firewalls, Guards: fixedSubnets, Run: s.associateSubnets},
			"DisassociateSubnets": {Do: resource.Update, Kind: firewalls, Guards: fixedSubnets, Run: s.disassociateSubnets},
			"AssociateFirewallPolicy": {Do: resource.Update, Kind: firewalls, Replaces: []string{"FirewallPolicyArn"},
				Guards: protected("FirewallPolicyChangeProtection", "The firewall {FirewallName} is protected from a change of its policy")},
			"UpdateFirewallDeleteProtection":        changes("DeleteProtection"),
			"UpdateFirewallDescription":             changes("Description"),
			"UpdateFirewallEncryptionConfiguration": changes("EncryptionConfiguration"),
			"UpdateFirewallPolicyChangeProtection":  changes("FirewallPolicyChangeProtection"),
			"UpdateSubnetChangeProtection":          changes("SubnetChangeProtection"),
			"DescribeLoggingConfiguration":          {Do: resource.Describe, Kind: firewalls},
			"UpdateLoggingConfiguration":            {Do: resource.Update, Kind: firewalls, Run: updateLogging},

			"TagResource":         {Do: resource.Tag, Target: "ResourceArn", Tags: "Tags", Missing: none},
			"UntagResource":       {Do: resource.Untag, Target: "ResourceArn", Tags: "TagKeys", Missing: none},
			"ListTagsForResource": {Do: resource.Tags, Target: "ResourceArn", Missing: none},
		}}
}

var fixedSubnets = protected("SubnetChangeProtection", "The firewall {FirewallName} is protected from a change of its subnets")

func protected(by, message string) []resource.Guard {
	return []resource.Guard{{Member: by, Refusal: refusal{Code: inUse, Message: message}}}
}

func changes(what string) resource.Operation {
	return resource.Operation{Do: resource.Update, Kind: firewalls, Replaces: []string{what}}
}

// kind is what the kinds have in common. The names of their members begin with a prefix, and their ARNs have a path.
func kind(name, prefix, path string) resource.Kind {
	return resource.Kind{Name: name, ARN: prefix + "Arn", Tags: "Tags", NamedBy: resource.Named(prefix+"Name", prefix+"Arn"),
		Defaults: document{prefix + "Status": "ACTIVE", "EncryptionConfiguration": document{"KeyId": "AWS_OWNED_KMS_KEY", "Type": "AWS_OWNED_KMS_KEY"}},
		OnCreate: []member{{Name: prefix + "Arn", Value: "arn:aws:network-firewall:{scope}:{account}:" + path + "/{" + prefix + "Name}"},
			{Name: prefix + "Id", Value: "{uuid}"}, {Name: "Name", Value: "{" + prefix + "Name}"}, {Name: "Arn", Value: "{" + prefix + "Arn}"}},
		OnChange: []member{{Name: "UpdateToken", Value: "{uuid}"}, {Name: "LastModifiedTime", Value: "{now}"}},
		Token: &resource.Guard{Member: "UpdateToken",
			Refusal: refusal{Code: "InvalidTokenException", Message: "The update token is not that of the latest change of {Name}"}},
		Unnamed: refusal{Code: invalid, Message: "one of " + prefix + "Arn and " + prefix + "Name is needed"},
		Missing: refusal{Code: missing, Message: "There is no " + name + " {" + prefix + "Arn}{" + prefix + "Name} in this account and region"},
		Unique: []resource.Unique{{Members: []string{prefix + "Arn"},
			Refusal: refusal{Code: invalid, Message: "A resource with the specified name already exists: {Name}"}}},
		View: func(c *resource.Call, item *resource.Item, d document) { d["NumberOfAssociations"] = c.Uses(item) }}
}

const defaultOrder = "DEFAULT_ACTION_ORDER"

func (s service) ruleGroups() resource.Kind {
	k := kind(ruleGroups, "RuleGroup", "{Type|lower}-rulegroup")
	k.NamedBy = append(k.NamedBy, resource.Name{Param: "Type", Narrows: true})
	k.Fixed = []resource.Fixed{{Path: "RuleGroup.StatefulRuleOptions.RuleOrder", Otherwise: defaultOrder,
		Refusal: refusal{Code: invalid, Message: "The rule order of a rule group cannot change"}},
		{Path: "Capacity", Refusal: refusal{Code: invalid, Message: "The capacity of a rule group cannot change"}}}
	k.Check = checkRules
	return k
}

func (s service) policies() resource.Kind {
	k := kind(policies, "FirewallPolicy", "firewall-policy")
	held := refusal{Code: inUse, Message: "Unable to delete the object because it is still in use: {count} firewall policies refer to {Name}"}
	for _, path := range []string{"FirewallPolicy.StatefulRuleGroupReferences.ResourceArn", "FirewallPolicy.StatelessRuleGroupReferences.ResourceArn"} {
		k.References = append(k.References, resource.Reference{From: path, To: ruleGroups, Member: "RuleGroupArn", InUse: held,
			Missing: refusal{Code: invalid, Message: "There is no rule group {value}"}})
	}
	k.Fixed = []resource.Fixed{{Path: "FirewallPolicy.StatefulEngineOptions.RuleOrder", Otherwise: defaultOrder,
		Refusal: refusal{Code: invalid, Message: "The rule order of a firewall policy cannot change"}}}
	k.Check, k.View = checkPolicy, viewPolicy
	return k
}

func (s service) firewalls(takes time.Duration) resource.Kind {
	k := kind(firewalls, "Firewall", "firewall")
	for _, off := range []string{"DeleteProtection", "SubnetChangeProtection", "FirewallPolicyChangeProtection"} {
		k.Defaults[off] = false
	}
	k.Defaults["LoggingConfiguration"] = document{"LogDestinationConfigs": []any{}}
	k.References = []resource.Reference{{From: "FirewallPolicyArn", To: policies, Member: "FirewallPolicyArn",
		Missing: refusal{Code: missing, Message: "There is no firewall policy {value} in this account and region"},
		InUse:   refusal{Code: inUse, Message: "Unable to delete the object because it is still in use: {count} firewalls have the policy {Name}"}}}
	k.Rules = []resource.Rule{{When: func(next document) bool { return next.Text("VpcId") == "" || len(next.List("SubnetMappings")) == 0 },
		Refusal: refusal{Code: invalid, Message: "VpcId and SubnetMappings are needed: firewalls on a transit gateway are not simulated"}}}
	k.States = []resource.State{{Name: "PROVISIONING", Lasts: takes}, {Name: "READY"}}
	k.Make, k.Unmake, k.View = s.makeFirewall, s.unmake, viewFirewall
	return k
}
