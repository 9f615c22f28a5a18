package awsproxy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
)

// cli runs the aws command line against the proxy.
func cli(t *testing.T, args ...string) params {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), awsProgram(t), append(args, "--output", "json")...)
	cmd.Env = append(os.Environ(), awsEnv(proxy.URL())...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws %v: %v\n%s", args, err, failure.String())
	}
	var answer params
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("aws %v: %v in %s", args, err, out)
	}
	return answer
}

// awsProgram is on PATH, or where make puts it when PATH has none.
func awsProgram(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("aws"); err == nil {
		return path
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath(filepath.Join(cache, "drover", "venv", "bin", "aws"))
	if err != nil {
		t.Fatalf("this test needs the aws command line (make setup-tests installs it): %v", err)
	}
	return path
}

// Terraform's provider is written with the same SDK for Go that makes these.
func TestTheCommandLineSeesAddonsAndAccessEntriesAsTheyWereMade(t *testing.T) {
	t.Parallel()
	client := cluster(t, "cli-blue", "1.33")
	name := aws.String("cli-blue")
	if _, err := client.CreateAddon(t.Context(), &eks.CreateAddonInput{ClusterName: name, AddonName: aws.String("vpc-cni"),
		ConfigurationValues: aws.String(`{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}`), Tags: map[string]string{"team": "shop"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{ClusterName: name, PrincipalArn: aws.String(principal),
		KubernetesGroups: []string{"operators"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.AssociateAccessPolicy(t.Context(), &eks.AssociateAccessPolicyInput{ClusterName: name, PrincipalArn: aws.String(principal),
		PolicyArn: aws.String(adminView), AccessScope: &types.AccessScope{Type: types.AccessScopeTypeNamespace, Namespaces: []string{"checkout"}}}); err != nil {
		t.Fatal(err)
	}
	addon := cli(t, "eks", "describe-addon", "--cluster-name", "cli-blue", "--addon-name", "vpc-cni")
	for path, want := range map[string]string{"addonName": "vpc-cni", "status": "ACTIVE", "configurationValues": `{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}`} {
		if got := text(t, addon, "addon", path); got != want {
			t.Errorf("the add-on's %s is %s, want %s", path, got, want)
		}
	}
	if got := text(t, addon, "addon", "tags", "team"); got != "shop" {
		t.Errorf("the add-on's tag is %s", got)
	}
	entry := cli(t, "eks", "describe-access-entry", "--cluster-name", "cli-blue", "--principal-arn", principal)
	if got := text(t, entry, "accessEntry", "kubernetesGroups", 0); got != "operators" {
		t.Errorf("the entry's group is %s", got)
	}
	policies := cli(t, "eks", "list-associated-access-policies", "--cluster-name", "cli-blue", "--principal-arn", principal)
	if got := text(t, policies, "associatedAccessPolicies", 0, "policyArn"); got != adminView {
		t.Errorf("the policy is %s", got)
	}
	if got := text(t, policies, "associatedAccessPolicies", 0, "accessScope", "namespaces", 0); got != "checkout" {
		t.Errorf("the policy's namespace is %s", got)
	}
	if list, _ := at(t, cli(t, "eks", "list-addons", "--cluster-name", "cli-blue"), "addons").([]any); len(list) != 1 {
		t.Errorf("the add-ons are %v", list)
	}
}
