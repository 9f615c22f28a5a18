package inventory

import (
	"context"
	"fmt"
	"net/url"
)

// askBalancers lists load balancers, their listeners and target groups. Their tags are a question of their own.
func (q *questions) askBalancers(ctx context.Context) error {
	balancers, err := q.ask(ctx, "elasticloadbalancing", elbVersion, "DescribeLoadBalancers", "DescribeLoadBalancersResult/LoadBalancers/member", nil)
	if err != nil {
		return err
	}
	for i := range balancers {
		arn := balancers[i].text("LoadBalancerArn")
		color, err := q.balancerColor(ctx, arn)
		if err != nil {
			return err
		}
		q.add("load balancer", arn, color)
		listeners, err := q.ask(ctx, "elasticloadbalancing", elbVersion, "DescribeListeners",
			"DescribeListenersResult/Listeners/member", url.Values{"LoadBalancerArn": {arn}})
		if err != nil {
			return err
		}
		for j := range listeners {
			q.add("listener", listeners[j].text("ListenerArn"), color)
		}
	}
	groups, err := q.ask(ctx, "elasticloadbalancing", elbVersion, "DescribeTargetGroups", "DescribeTargetGroupsResult/TargetGroups/member", nil)
	if err != nil {
		return err
	}
	for i := range groups {
		arn := groups[i].text("TargetGroupArn")
		color, err := q.balancerColor(ctx, arn)
		if err != nil {
			return err
		}
		q.add("target group", arn, color)
	}
	return nil
}

func (q *questions) balancerColor(ctx context.Context, arn string) (string, error) {
	described, err := q.ask(ctx, "elasticloadbalancing", elbVersion, "DescribeTags",
		"DescribeTagsResult/TagDescriptions/member", url.Values{"ResourceArns.member.1": {arn}})
	if err != nil {
		return "", fmt.Errorf("read the tags of %s: %w", arn, err)
	}
	if len(described) == 0 {
		return "", nil
	}
	return colorOf(described[0].tags()), nil
}

// iamLists are IAM's lists of what an account has made itself, and how the tags of each are asked.
// Where in the answer they are is a path; moto has no list of an instance profile's tags alone.
var iamLists = []struct{ kind, action, element, name, tagsAction, tagsParam, tagsBy, tagged string }{
	{"IAM role", "ListRoles", "Roles/member", "RoleName", "ListRoleTags", "RoleName", "RoleName", "ListRoleTagsResult"},
	{"IAM policy", "ListPolicies", "Policies/member", "PolicyName", "ListPolicyTags", "PolicyArn", "Arn", "ListPolicyTagsResult"},
	{"instance profile", "ListInstanceProfiles", "InstanceProfiles/member", "InstanceProfileName", "GetInstanceProfile", "InstanceProfileName", "InstanceProfileName", "GetInstanceProfileResult/InstanceProfile"},
	{"OIDC provider", "ListOpenIDConnectProviders", "OpenIDConnectProviderList/member", "Arn", "ListOpenIDConnectProviderTags", "OpenIDConnectProviderArn", "Arn", "ListOpenIDConnectProviderTagsResult"},
}

func (q *questions) askIAM(ctx context.Context) error {
	for _, l := range iamLists {
		params := url.Values{}
		if l.action == "ListPolicies" {
			params.Set("Scope", "Local")
		}
		elements, err := q.ask(ctx, "iam", iamVersion, l.action, l.action+"Result/"+l.element, params)
		if err != nil {
			return err
		}
		for i := range elements {
			e := &elements[i]
			tagged, err := q.ask(ctx, "iam", iamVersion, l.tagsAction, l.tagged, url.Values{l.tagsParam: {e.text(l.tagsBy)}})
			if err != nil {
				return err
			}
			color := ""
			if len(tagged) > 0 {
				color = colorOf(tagged[0].tags())
			}
			q.add(l.kind, e.text(l.name), color)
		}
	}
	return nil
}
