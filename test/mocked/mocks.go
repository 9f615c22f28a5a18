package mocked

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// special are the mocks for which a made-up word would not do, because a module looks into the value.
var special = map[string]string{
	`data "aws_availability_zones"`:     `names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]`,
	`data "aws_region"`:                 `id = "eu-west-1"`,
	`data "aws_partition"`:              `partition = "aws", dns_suffix = "amazonaws.com", reverse_dns_prefix = "com.amazonaws"`,
	`data "aws_caller_identity"`:        `account_id = "` + Account + `"`,
	`data "aws_default_tags"`:           `tags = { "managed-by" = "drover" }`,
	`data "aws_iam_policy_document"`:    `json = "{}"`,
	`data "aws_secretsmanager_secrets"`: `arns = ["arn:aws:secretsmanager:eu-west-1:` + Account + `:secret:ecr-pullthroughcache/docker-hub-a1B2c3"]`,
	`resource "aws_iam_role"`:           `arn = "arn:aws:iam::` + Account + `:role/mocked"`,
	`resource "aws_kms_key"`:            `arn = "arn:aws:kms:eu-west-1:` + Account + `:key/mocked"`,
	`resource "aws_launch_template"`:    `id = "lt-11111111111111111", latest_version = 1`,
	`resource "aws_eks_node_group"`: `resources = [{ autoscaling_groups = [{ name = "eks-mocked" }],
      remote_access_security_group_id = "" }]`,
	`resource "aws_cloudformation_stack"`: `outputs = { Arn = "arn:aws:events:eu-west-1:` + Account + `:connection/mocked/1" }`,
	`resource "aws_eks_cluster"`:          `certificate_authority = [{ data = "Y2E=" }]`,
	`resource "aws_networkfirewall_firewall"`: `firewall_status = [{ sync_states = [
      { availability_zone = "eu-west-1a", attachment = [{ endpoint_id = "vpce-a", subnet_id = "subnet-a" }] },
      { availability_zone = "eu-west-1b", attachment = [{ endpoint_id = "vpce-b", subnet_id = "subnet-b" }] },
      { availability_zone = "eu-west-1c", attachment = [{ endpoint_id = "vpce-c", subnet_id = "subnet-c" }] },
    ] }]`,
}

var (
	usesARN  = regexp.MustCompile(`\b(aws_[a-z0-9_]+)\.[a-z0-9_]+(?:\[[^\]\n]*\])?\.arn\b`)
	document = regexp.MustCompile(`(?m)^data "aws_iam_policy_document" "([a-z0-9_]+)"`)
)

// modules are what each root calls its one module.
var modules = map[string]string{"foundation": "foundation", "blue": "cluster", "traffic": "traffic"}

// testFile is a test that applies a root: the mocks, and a run that asserts nothing itself.
func testFile(t testing.TB, library, root string, outputs map[string]any) string {
	t.Helper()
	module := modules[root]
	source := read(t, filepath.Join(library, module))
	var b strings.Builder
	b.WriteString("mock_provider \"aws\" {\n")
	mocks := mocksFor(source)
	for _, key := range slices.Sorted(maps.Keys(mocks)) {
		fmt.Fprintf(&b, "  mock_%s {\n    defaults = { %s }\n  }\n", key, mocks[key])
	}
	b.WriteString("}\n\nrun \"apply\" {\n  command = apply\n")
	if root == "traffic" {
		b.WriteString("  variables {\n    colors = { blue = { dns_name = \"blue.elb.amazonaws.com\", zone_id = \"Z2IFOLAFXWLO4F\", weight = 100 } }\n  }\n")
	}
	if root != "foundation" {
		writeOverride(&b, "data.terraform_remote_state.foundation", "outputs", literal(t, outputs))
	}
	for _, match := range document.FindAllStringSubmatch(source, -1) {
		address := "module." + module + ".data.aws_iam_policy_document." + match[1]
		mark, err := json.Marshal(map[string]string{markKey: address})
		if err != nil {
			t.Fatal(err)
		}
		writeOverride(&b, address, "json", fmt.Sprintf("%q", mark))
	}
	b.WriteString("}\n")
	return b.String()
}

func writeOverride(b *strings.Builder, target, attribute, value string) {
	fmt.Fprintf(b, "  override_data {\n    target = %s\n    values = { %s = %s }\n  }\n", target, attribute, value)
}

// mocksFor are the special mocks, and an ARN for every type whose ARN the module uses: a mocked one would be a random
// word, which the resources that take one refuse.
func mocksFor(source string) map[string]string {
	mocks := maps.Clone(special)
	for _, match := range usesARN.FindAllStringSubmatch(source, -1) {
		kind := match[1]
		key := `resource "` + kind + `"`
		arn := fmt.Sprintf(`arn = "arn:aws:%s:eu-west-1:%s:mocked/%s"`, serviceOf(kind), Account, strings.TrimPrefix(kind, "aws_"))
		switch {
		case mocks[key] == "":
			mocks[key] = arn
		case !strings.Contains(mocks[key], "arn = "):
			mocks[key] = arn + ", " + mocks[key]
		}
	}
	return mocks
}

// services are what ARNs call the service of a resource type that does not begin with it.
var services = []struct{ prefix, service string }{
	{"aws_cloudwatch_log_", "logs"},
	{"aws_cloudwatch_event_", "events"},
	{"aws_lb", "elasticloadbalancing"},
	{"aws_db_", "rds"},
	{"aws_networkfirewall_", "network-firewall"},
}

func serviceOf(kind string) string {
	for _, s := range services {
		if strings.HasPrefix(kind, s.prefix) {
			return s.service
		}
	}
	service, _, _ := strings.Cut(strings.TrimPrefix(kind, "aws_"), "_")
	return service
}

// read is all Terraform of a module as one text.
func read(t testing.TB, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no module in %s (%v)", dir, err)
	}
	var all strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

// literal is a value as HCL: a test's overrides know no functions.
func literal(t testing.TB, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	kind, err := ctyjson.ImpliedType(data)
	if err != nil {
		t.Fatal(err)
	}
	var v cty.Value
	if v, err = ctyjson.Unmarshal(data, kind); err != nil {
		t.Fatal(err)
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}
