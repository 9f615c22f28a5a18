package weights

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/platform"
	"drover/orchestrator/platform/aws"
	"drover/test/harness"
)

const domain = "shop.example.com"

// foundation stands in for the foundation root: all that the traffic root reads of it is the zone.
const foundation = `
resource "aws_route53_zone" "this" {
  name = "example.com"
}

output "zone_id" {
  value = aws_route53_zone.this.zone_id
}
`

// color is an entry of the traffic root's variable, as drover writes it.
type color struct {
	DNSName    string      `json:"dns_name"`
	ZoneID     string      `json:"zone_id"`
	Weight     int         `json:"weight"`
	Probe      bool        `json:"probe"`
	Management *management `json:"management,omitempty"`
}

type management struct {
	Domain  string `json:"domain"`
	DNSName string `json:"dns_name"`
	ZoneID  string `json:"zone_id"`
}

// cluster is a rendered traffic root with its zone, and drover's way to the account.
type cluster struct {
	t        *testing.T
	platform *aws.Platform
	plain    harness.Plain
	dir      string // of the traffic root
	zone     string
	colors   map[string]color
}

// start renders a spec and applies what stands in for its foundation.
func start(t *testing.T) *cluster {
	t.Helper()
	text := `apiVersion: drover/v1
kind: Cluster
metadata: {name: herd}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "1.33"}
  network: {cidr: 10.60.0.0/16}
  ingress: {domain: ` + domain + `, management: {domain: ops.` + domain + `}}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  nodePools: [{name: general, min: 1, max: 4}]
  state: {backend: local}
`
	parsed, diagnostics := spec.Parse("cluster.yaml", []byte(text))
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	out := t.TempDir()
	files, err := generator.Render(t.Context(), parsed, generator.Options{Version: "test", Roots: []generator.Root{generator.Traffic}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := generator.Write(out, files, generator.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, plain: harness.Terraform(t), dir: filepath.Join(out, "herd", "traffic"), colors: map[string]color{}}
	c.plain.Env = append(c.plain.Env, variables...)
	if c.platform, err = aws.New(t.Context(), region, func(...string) {}); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(out, "herd", "foundation")
	c.write(filepath.Join(below, "main.tf"), []byte(foundation))
	c.init(below)
	c.plain.Run(t, below, "apply", "-input=false", "-no-color", "-auto-approve")
	c.zone = c.plain.Run(t, below, "output", "-raw", "zone_id").Stdout
	c.init(c.dir)
	return c
}

func (c *cluster) init(dir string) {
	c.t.Helper()
	release := c.plain.HoldCache(c.t)
	defer release()
	c.plain.Run(c.t, dir, "init", "-input=false", "-no-color")
}

func (c *cluster) write(path string, data []byte) {
	c.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// add makes a color known, with a load balancer for management if it is said.
func (c *cluster) add(name string, weight int, managed bool) {
	added := color{DNSName: name + ".elb.example.com", ZoneID: "Z2IFOLAFXWLO4F", Weight: weight, Probe: true}
	if managed {
		added.Management = &management{"ops." + domain, name + "-mgmt.elb.example.com", "Z2IFOLAFXWLO4F"}
	}
	c.colors[name] = added
}

// plan returns what Terraform would do with the colors as they are, by resource.
func (c *cluster) plan() map[string]string {
	c.t.Helper()
	data, err := json.Marshal(map[string]any{"colors": c.colors})
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(filepath.Join(c.dir, "colors.auto.tfvars.json"), data)
	r := c.plain.Run(c.t, c.dir, "plan", "-input=false", "-json", "-out=next.tfplan")
	actions := map[string]string{}
	for line := range strings.Lines(r.Stdout) {
		var message struct {
			Type   string
			Change struct {
				Resource struct{ Addr string }
				Action   string
			}
		}
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			c.t.Fatalf("reading the plan: %v in %s", err, line)
		}
		if message.Type == "planned_change" && message.Change.Action != "read" {
			actions[message.Change.Resource.Addr] = message.Change.Action
		}
	}
	return actions
}

func (c *cluster) apply() {
	c.t.Helper()
	c.plain.Run(c.t, c.dir, "apply", "-input=false", "-no-color", "next.tfplan")
}

// unchanged plans, and fails if Terraform would change a resource.
func (c *cluster) unchanged(when string) {
	c.t.Helper()
	if actions := c.plan(); len(actions) != 0 {
		c.t.Errorf("%s, Terraform plans %v", when, actions)
	}
}

// followed applies, so that the state has the weights and the output says them, and holds that nothing at all is left.
func (c *cluster) followed() {
	c.t.Helper()
	c.apply()
	if r := c.plain.Try(c.t, c.dir, "plan", "-input=false", "-no-color", "-detailed-exitcode"); r.Code != 0 {
		c.t.Errorf("after Terraform followed, a plan ends with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// set moves traffic as drover does, and returns what the platform confirms.
func (c *cluster) set(weights map[string]int) platform.Confirmation {
	c.t.Helper()
	expected := map[string]int{}
	for name, color := range c.colors {
		expected[name] = color.Weight
	}
	change := platform.Change{ZoneID: c.zone, Domain: domain, Management: []string{"ops." + domain}, Expected: expected, New: weights, Fence: 1}
	began := time.Now()
	token, err := c.platform.SetWeights(c.t.Context(), change)
	if err != nil {
		c.t.Fatal(err)
	}
	wrote := time.Since(began)
	confirmation, err := c.platform.Confirmed(c.t.Context(), change, token)
	if err != nil {
		c.t.Fatal(err)
	}
	if taken := time.Since(began); taken < propagates {
		c.t.Errorf("confirmed after %s, while the change was PENDING for %s", taken, propagates)
	}
	c.t.Logf("%v: written in %s, confirmed after %s", weights, wrote.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	for name, weight := range weights {
		moved := c.colors[name]
		moved.Weight = weight
		c.colors[name] = moved
	}
	return confirmation
}
