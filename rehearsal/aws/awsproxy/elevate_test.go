package awsproxy_test

import (
	"context"
	"net/http"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"drover/orchestrator/platform/aws"
)

// An operator creates objects while it is elevated, and neither before nor after; whoever is no operator gains nothing.
func TestAnOperatorIsAnAdministratorForATimeOnly(t *testing.T) { //nolint:paralleltest // the SDK takes credentials from the environment
	r := startReal(t)
	const cluster, operator = "elevated-blue", "arn:aws:iam::" + account + ":role/team/drover"
	client := r.create(t, cluster, "1.33")
	entry := func(who, policy string, groups ...string) {
		if _, err := client.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{ClusterName: awssdk.String(cluster), PrincipalArn: &who, KubernetesGroups: groups}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.AssociateAccessPolicy(t.Context(), &eks.AssociateAccessPolicyInput{ClusterName: awssdk.String(cluster), PrincipalArn: &who,
			PolicyArn: &policy, AccessScope: &types.AccessScope{Type: types.AccessScopeTypeCluster}}); err != nil {
			t.Fatal(err)
		}
	}
	entry(operator, adminView, "drover")
	entry("arn:aws:iam::"+account+":role/watcher", adminView)
	api := r.api(t, cluster)
	const configMap = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"made-"}}`
	for role, gains := range map[string]bool{"arn:aws:iam::" + account + ":role/drover": true, "arn:aws:iam::" + account + ":role/watcher": false} {
		who := r.as(t, role)
		t.Setenv("AWS_ENDPOINT_URL", r.proxy.URL())
		t.Setenv("AWS_ACCESS_KEY_ID", who.AccessKeyID)
		t.Setenv("AWS_SECRET_ACCESS_KEY", who.SecretAccessKey)
		t.Setenv("AWS_SESSION_TOKEN", who.SessionToken)
		p, err := aws.New(t.Context(), region, func(...string) {})
		if err != nil {
			t.Fatal(err)
		}
		token := r.token(t, who, cluster)
		creates := func(want bool) {
			t.Helper()
			eventually(t, role+" creates what it may", func(context.Context) bool {
				status, _ := api.ask(t, http.MethodPost, "/api/v1/namespaces/default/configmaps", token, configMap)
				return status == map[bool]int{true: http.StatusCreated, false: http.StatusForbidden}[want]
			})
		}
		creates(false)
		for range 2 { // the first process never lowers
			if _, err := p.Elevate(t.Context(), cluster); err != nil {
				t.Fatal(err)
			}
		}
		lower, err := p.Elevate(t.Context(), cluster)
		if err != nil {
			t.Fatal(err)
		}
		creates(gains)
		for range 2 {
			if err := lower(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		creates(false)
	}
	list, err := client.ListAssociatedAccessPolicies(t.Context(), &eks.ListAssociatedAccessPoliciesInput{ClusterName: awssdk.String(cluster), PrincipalArn: awssdk.String(operator)})
	if err != nil || len(list.AssociatedAccessPolicies) != 1 || *list.AssociatedAccessPolicies[0].PolicyArn != adminView {
		t.Errorf("what is left: %v, %v", list, err)
	}
}
