package generated

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/test/harness"
)

// sampled is how many random specs every run takes; `make nightly` takes 100.
const sampled = 2

// Terraform accepts what drover writes for any valid spec, not only for the examples. The seed is printed, and
// DROVER_SEED repeats it.
func TestRandomSpecsGenerateValidTerraform(t *testing.T) {
	t.Parallel()
	plain := harness.Terraform(t)
	seed := number(t, "DROVER_SEED", uint64(time.Now().UnixNano()))
	t.Logf("DROVER_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test's input, not a secret
	for i := range number(t, "DROVER_RANDOM_SPECS", sampled) {
		text := validSpec(t, random)
		t.Run(strconv.FormatUint(i, 10), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "cluster.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out := generate(t, file)
			for _, root := range []string{"foundation", "blue", "traffic"} { // green differs from blue in a name and its subnets
				dir := filepath.Join(out, "random", root)
				plain.Init(t, dir)
				plain.Run(t, dir, "validate", "-no-color")
			}
			plain.Run(t, out, "fmt", "-check", "-recursive", "-diff")
			if t.Failed() {
				t.Logf("the spec was:\n%s", text)
			}
		})
	}
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s is no number: %v", variable, text, err)
	}
	return n
}

// validSpec draws specs until one is valid: what goes with what is the validator's to say. Most draws must be.
func validSpec(t *testing.T, random *rand.Rand) string {
	t.Helper()
	var diagnostics spec.Diagnostics
	for range 20 {
		text := draw(random)
		if _, diagnostics = spec.Parse("cluster.yaml", []byte(text)); !diagnostics.HasErrors() {
			return text
		}
	}
	t.Fatalf("none of 20 random specs is valid; the last:\n%v", diagnostics)
	return ""
}

func draw(random *rand.Rand) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: random, labels: {team: %q}}\nspec:", pick(random, "shop", "a b", "x/y@z"))
	say("  platform: aws\n  region: %s", pick(random, "eu-west-1", "us-east-1", "ap-southeast-2"))
	say("  kubernetes: {version: %q, logRetention: %s%s}", pick(random, "1.32", "1.33", "1.34"), pick(random, "30d", "90d"),
		pick(random, "", ", support: extended, zonalShift: true", `, addons: {coredns: {configuration: {replicaCount: 3, note: "${x} %{y}"}}}`))
	say("  state: %s", pick(random, "{backend: local}", "{backend: s3, bucket: acme-state, region: eu-west-1}"))
	say("  network:\n    cidr: 10.%d.0.0/%d\n    zones: %d\n    nat: %s", random.IntN(200), 16+random.IntN(3), 2+random.IntN(5), pick(random, "per-zone", "single", "none"))
	say("    %s", pick(random, "", "pods: 100.64.0.0/16"))
	say("    %s", pick(random, "", "peerings: [{name: data, network: vpc-0a1b2c3d4e5f60718, cidrs: [192.168.0.0/24], region: eu-central-1}]"))
	say("    %s", pick(random, "", "transitGateway: {id: tgw-0a1b2c3d4e5f60718, cidrs: [10.0.0.0/8, 192.168.128.0/20]}"))
	say("    egress: %s", pick(random, "{mode: open}", "{mode: restricted, allow: [ghcr.io, .example.com]}"))
	say("    flowLogs: {retention: %s}", pick(random, "14d", "30d", "365d"))
	say("  access: {api: %s, admins: [%q]%s}", pick(random, "private", "restricted, allow: [203.0.113.0/24]"), "arn:aws:iam::123456789012:role/admin",
		pick(random, "", `, operators: ["arn:aws:iam::123456789012:role/drover"]`, `, teams: [{principal: "arn:aws:iam::123456789012:role/web", role: edit, namespaces: [web, "web-*"]}]`))
	say("  ingress: {domain: random.example.com, zone: %s, visibility: %s%s}", pick(random, "create", "adopt"), pick(random, "public", "internal"),
		pick(random, "", ", management: {domain: ops.random.example.com}", ", management: {domain: ops.random.example.com, visibility: public, allow: [203.0.113.0/24]}"))
	say("  nodePools:")
	for i := range 1 + random.IntN(3) {
		say("    - {name: pool%d, machines: [%s], capacity: %s, min: %d, max: %d, disk: %dGi, os: %s%s}", i, pick(random, "m7i.large, m6i.large", "c7g.xlarge"),
			pick(random, "on-demand", "spot"), random.IntN(4), 4+random.IntN(20), 40+random.IntN(100), pick(random, "al2023", "bottlerocket"),
			pick(random, "", ", taints: [{key: work, value: batch, effect: NoSchedule}]", ", labels: {work: batch}")+
				pick(random, "", ", kubelet: {maxPods: 40, kubeReserved: {cpu: 250m, memory: 1Gi}, imageGC: {high: 80, low: 70}}", ", image: ami-0a1b2c3d4e5f60718")+
				pick(random, "", `, policies: {managed: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]}`))
	}
	say("  services:\n    secrets: {prefix: random}\n    registry: {repositories: [%s], pullThrough: [%s]}", pick(random, "", "web", "web, api"), pick(random, "", "quay", "ecr-public, kubernetes"))
	say("    %s", pick(random, "", "alerts: {webhook: {address: \"https://alerts.example.com/x\", key: {vault: random/alerts}}}", "alerts: {pagerduty: {routingKey: {vault: random/pagerduty}, region: eu}}"))
	if random.IntN(2) == 0 {
		say("    databases: [{name: orders, engine: %s, class: db.r7g.large, storage: 100Gi, multiZone: %v}]",
			pick(random, `postgres, version: "16"`, `mysql, version: "8.0"`), random.IntN(2) == 0)
		say("    identities: [{name: web, namespace: web, serviceAccount: web, secrets: [web/*], databases: [orders], buckets: [random-assets]%s}]",
			pick(random, "", `, policies: {statements: [{actions: [sqs:SendMessage], resources: ["arn:aws:sqs:eu-west-1:123456789012:${aws:username}"]}]}`))
	}
	return b.String()
}

func pick(random *rand.Rand, from ...string) string { return from[random.IntN(len(from))] }
