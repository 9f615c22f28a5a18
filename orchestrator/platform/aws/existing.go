package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"drover/orchestrator/platform"
)

// there is a resource that was found: what Terraform imports it by, and whose it is.
type there struct {
	id        string
	tags      map[string]string
	condition platform.Condition // Ready if empty
	created   *time.Time         // nil if AWS does not say
	elsewhere string             // how it stands in another network than the wanted one
	named     map[string]string  // what else its command of removal names
}

// lookup finds the resources of one of Terraform's types.
type lookup struct {
	// by are the planned values that it is found by. Without one of them it is inside of something that is not there.
	by []string
	// find asks AWS for all that have these values.
	find func(*Platform, context.Context, values) ([]there, error)
	// remove is the command that removes one: values and what was found stand in braces.
	remove string
}

// lookups are the types of drover's modules whose second creation fails, or makes a second resource. All others are safe
// to create again: AWS replaces a policy, an alarm or a rule of the same name, and attaches again what is attached.
var lookups = sync.OnceValue(func() map[string]lookup {
	all := colorLookups()
	maps.Copy(all, networkLookups())
	maps.Copy(all, taggedLookups())
	return all
})

func colorLookups() map[string]lookup {
	return map[string]lookup{
		"aws_eks_cluster":                  {[]string{"name"}, (*Platform).clusterThere, "aws eks delete-cluster --name {id}"},
		"aws_eks_node_group":               {[]string{"cluster_name"}, (*Platform).nodeGroupThere, "aws eks delete-nodegroup --cluster-name {cluster_name} --nodegroup-name {group}"},
		"aws_eks_addon":                    {[]string{"cluster_name", "addon_name"}, (*Platform).addonThere, "aws eks delete-addon --cluster-name {cluster_name} --addon-name {addon_name}"},
		"aws_eks_access_entry":             {[]string{"cluster_name", "principal_arn"}, (*Platform).entryThere, "aws eks delete-access-entry --cluster-name {cluster_name} --principal-arn {principal_arn}"},
		"aws_eks_pod_identity_association": {[]string{"cluster_name", "namespace", "service_account"}, (*Platform).identityThere, "aws eks delete-pod-identity-association --cluster-name {cluster_name} --association-id {association}"},

		"aws_lb":              {[]string{"name"}, (*Platform).balancerThere, "aws elbv2 delete-load-balancer --load-balancer-arn {id}"},
		"aws_lb_target_group": {[]string{"name"}, (*Platform).targetsThere, "aws elbv2 delete-target-group --target-group-arn {id}"},
		"aws_lb_listener":     {[]string{"load_balancer_arn", "port"}, (*Platform).listenerThere, "aws elbv2 delete-listener --listener-arn {id}"},

		"aws_security_group":                  {[]string{"name", "vpc_id"}, asks(securityGroups), "aws ec2 delete-security-group --group-id {id}"},
		"aws_vpc_security_group_ingress_rule": {[]string{"security_group_id"}, rules("false"), "aws ec2 revoke-security-group-ingress --group-id {security_group_id} --security-group-rule-ids {id}"},
		"aws_vpc_security_group_egress_rule":  {[]string{"security_group_id"}, rules("true"), "aws ec2 revoke-security-group-egress --group-id {security_group_id} --security-group-rule-ids {id}"},
		"aws_launch_template":                 {[]string{"name"}, asks(launchTemplates), "aws ec2 delete-launch-template --launch-template-id {id}"},
		"aws_iam_role":                        {[]string{"name"}, asks(roles), "aws iam delete-role --role-name {id}, after its policies"},
		"aws_iam_instance_profile":            {[]string{"name"}, asks(instanceProfiles), "aws iam delete-instance-profile --instance-profile-name {id}"},

		"aws_route53_record":       {[]string{"zone_id", "name", "type"}, (*Platform).recordThere, "aws route53 change-resource-record-sets --hosted-zone-id {zone_id}, with the record {name} {type}"},
		"aws_route53_health_check": {[]string{"fqdn", "type"}, (*Platform).healthCheckThere, "aws route53 delete-health-check --health-check-id {id}"},
	}
}

// Existing implements platform.Finder.
func (p *Platform) Existing(ctx context.Context, wanted []platform.Wanted) ([]platform.Existing, error) {
	var all []platform.Existing
	for _, w := range wanted {
		lookup, ok := lookups()[w.Type]
		planned := withTags(w.Values)
		if !ok || !planned.have(lookup.by) {
			continue
		}
		found, err := lookup.find(p, ctx, planned)
		if err != nil {
			return nil, fmt.Errorf("asking whether %s is there already: %w", w.Address, err)
		}
		for _, f := range found {
			if f.condition == "" {
				f.condition = platform.Ready
			}
			all = append(all, platform.Existing{Wanted: w, ID: f.id, Tags: f.tags, Condition: f.condition, Created: sdk.ToTime(f.created),
				Elsewhere: f.elsewhere, Remove: lookup.removal(w.Values, f)})
		}
	}
	return all, nil
}

// removal fills in the command.
func (l lookup) removal(v values, f there) string {
	named := map[string]string{"id": f.id}
	for name := range v {
		named[name] = v.text(name)
	}
	maps.Copy(named, f.named)
	var pairs []string
	for name, value := range named {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(l.remove)
}

// values are planned ones.
type values map[string]any

// have is true if all of them are known.
func (v values) have(names []string) bool {
	for _, name := range names {
		if v.text(name) == "" {
			return false
		}
	}
	return true
}

// text is a value as AWS has it; empty if it is not known.
func (v values) text(name string) string {
	switch value := v[name].(type) {
	case nil, map[string]any, []any:
		return ""
	default:
		return fmt.Sprint(value)
	}
}

// first are the values of a block of which there is one.
func (v values) first(name string) values {
	blocks, _ := v[name].([]any)
	if len(blocks) == 0 {
		return nil
	}
	block, _ := blocks[0].(map[string]any)
	return block
}

// list is a value that is a set or a list of texts, such as subnets; empty if it is not known.
func (v values) list(name string) (all []string) {
	items, _ := v[name].([]any)
	for _, item := range items {
		if text, ok := item.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// outside says which of the subnets that a resource stands in are not wanted. Where the plan does not know them, none is.
func outside(wanted, has []string) string {
	for _, subnet := range has {
		if len(wanted) > 0 && !slices.Contains(wanted, subnet) {
			return fmt.Sprintf("it stands in %s, which is no subnet of the plan", subnet)
		}
	}
	return ""
}

// fill replaces names in braces by their values.
func (v values) fill(text string) string {
	for name := range v {
		text = strings.ReplaceAll(text, "{"+name+"}", v.text(name))
	}
	return text
}
