// Package terratest applies what drover generates the way a team that does not run drover would: with plain
// Terraform, driven by Terratest, against a simulated account, whose API is then asked what is really there. It must
// never call drover after generate.
package terratest

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"

	"drover/rehearsal/aws/inventory"
	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

var update = flag.Bool("update", false, "write the policy documents in testdata anew")

// Each example is applied root by root, looked at through the account's API, and destroyed root by root. In the end
// the account holds what it held before.
// Eight minutes of the production example are the provider's wait for its client VPN to come and to go.
func TestExamplesAreAppliedAndDestroyedByPlainTerraform(t *testing.T) {
	t.Parallel()
	for _, file := range harness.Examples(t) {
		t.Run(short(file), func(t *testing.T) {
			t.Parallel()
			e := prepare(t, file)
			foundation, blue, traffic := e.root("foundation"), e.root("blue"), e.root("traffic")
			before := e.account.holds(t)

			e.apply(t, foundation)
			checkNetwork(t, e, foundation)
			checkKeysAndLogs(t, e, foundation)
			checkRegistry(t, e)
			checkDatabases(t, e, foundation)
			checkVPN(t, e, foundation)
			checkBackups(t, e, foundation)
			checkReceivers(t, e, foundation)

			afterFoundation := e.account.holds(t)
			grown(t, "foundation", 40, before, afterFoundation)
			e.apply(t, blue)
			checkCluster(t, e, foundation)
			checkNodes(t, e, foundation)
			checkSecurityGroups(t, e)
			checkManagement(t, e, foundation)
			checkTuning(t, e)
			checkPolicies(t, e)

			afterBlue := e.account.holds(t)
			grown(t, "blue", 30, afterFoundation, afterBlue)
			traffic.Vars = colors(t, e, blue, 100)
			e.apply(t, traffic)
			checkRecords(t, e, foundation)
			grown(t, "traffic", 2, afterBlue, e.account.holds(t))

			terraform.Destroy(t, traffic)
			same(t, "traffic", afterBlue, e.account.holds(t))
			staysWhenDestroyed(t, blue)
			destroyProtected(t, blue)
			same(t, "blue", afterFoundation, e.account.holds(t))
			destroyProtected(t, foundation)
			same(t, "foundation", before, withoutLastSnapshots(t, e, e.account.holds(t)))
			harness.CheckCalls(t, "terraform-"+e.name, e.calls)
		})
	}
}

// onTheBalancer are the kinds of resources that hang on a load balancer, and so go before it does.
var onTheBalancer = []string{"aws_cloudwatch_metric_alarm", "aws_lb_listener", "aws_route53_record"}

// staysWhenDestroyed destroys a color as somebody does who does not know what protects it: the cluster stays, with its
// nodes and all that they need.
func staysWhenDestroyed(t *testing.T, blue *terraform.Options) {
	t.Helper()
	before := managed(t, blue)
	_, err := terraform.DestroyE(t, blue)
	if err == nil || !strings.Contains(err.Error(), "deletion protection is enabled") {
		t.Fatalf("destroying a protected color: %v", err)
	}
	after := managed(t, blue)
	if len(after) == 0 || len(after) == len(before) {
		t.Errorf("of %d resources the refused destroy left %d", len(before), len(after))
	}
	for _, address := range before {
		parts := strings.Split(address, ".") // module.cluster.TYPE.NAME
		if !slices.Contains(after, address) && !slices.Contains(onTheBalancer, parts[2]) {
			t.Errorf("the refused destroy took %s", address)
		}
	}
}

// managed are the addresses of the resources that a root's state holds.
func managed(t *testing.T, options *terraform.Options) []string {
	t.Helper()
	listed := strings.Fields(terraform.RunTerraformCommand(t, options, "state", "list"))
	return slices.DeleteFunc(listed, func(address string) bool { return !strings.HasPrefix(address, "module.cluster.aws_") })
}

// destroyProtected destroys a root as its README says: what refuses to be deleted is told first that it may be.
func destroyProtected(t *testing.T, options *terraform.Options) {
	t.Helper()
	options.Vars = map[string]any{"deletion_protection": false}
	terraform.Apply(t, options)
	terraform.Destroy(t, options)
}

// same holds the inventory after a destroy against the one before the apply.
func same(t *testing.T, root string, before, after []inventory.Resource) {
	t.Helper()
	for _, r := range missing(before, after) {
		t.Errorf("destroying %s left a %s behind: %s", root, r.Kind, r.ID)
	}
	for _, r := range missing(after, before) {
		t.Errorf("destroying %s took a %s with it that was there before: %s", root, r.Kind, r.ID)
	}
}

// missing are the resources of an inventory that another one lacks.
func missing(from, in []inventory.Resource) (lacking []inventory.Resource) {
	for _, r := range in {
		if !slices.Contains(from, r) {
			lacking = append(lacking, r)
		}
	}
	return lacking
}

// grown fails when an apply added less to an account than its root holds at the least: an inventory that sees nothing
// would be equal before and after as well.
func grown(t *testing.T, root string, least int, before, after []inventory.Resource) {
	t.Helper()
	if added := missing(before, after); len(added) < least {
		t.Errorf("%s added %d resources to the account's inventory, want %d at least: %v", root, len(added), least, added)
	}
}
