package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, name string) (Cluster, Diagnostics) {
	t.Helper()
	c, diags := Load(filepath.Join("testdata", "good", name))
	if diags.HasErrors() {
		t.Fatalf("%s has errors:\n%s", name, diags.Error())
	}
	return c, diags
}

func TestTheLeastSpecIsAProductionSafeCluster(t *testing.T) {
	t.Parallel()
	c, diags := load(t, "minimal.yaml")
	if len(diags) > 0 {
		t.Errorf("the least spec gives warnings:\n%s", diags.Error())
	}
	s := c.Spec
	for name, ok := range map[string]bool{
		"the Kubernetes API is private":      s.Access.API == "private" && len(s.Access.Allow) == 0,
		"three zones":                        s.Network.Zones == 3,
		"NAT in every zone":                  s.Network.NAT == "per-zone",
		"every log of the control plane":     len(s.Kubernetes.Logs) == 5 && s.Kubernetes.LogRetention.String() == "90d",
		"flow logs for 30 days":              s.Network.FlowLogs.Retention.String() == "30d",
		"services apart from the network":    s.Network.Services == "172.20.0.0/16",
		"endpoints for what a node needs":    strings.Join(s.Network.Endpoints, " ") == "s3 ecr.api ecr.dkr sts ec2 eks-auth",
		"local state":                        s.State.Backend == "local",
		"Kubernetes in standard support":     minorOf(s.Kubernetes.Version) >= awsRules.supported && minorOf(s.Kubernetes.Version) < awsRules.newest,
		"one pool of three to twelve nodes":  len(s.NodePools) == 1 && s.NodePools[0].Name == "general" && s.NodePools[0].Min == 3 && s.NodePools[0].Max == 12,
		"its machines and disks":             strings.Join(s.NodePools[0].Machines, " ") == "m7i.large m6i.large" && s.NodePools[0].Disk.GiB() == 80 && s.NodePools[0].Capacity == "on-demand",
		"a check before traffic":             len(s.Rotation.Verify) == 1 && s.Rotation.Verify[0].HTTP != nil && s.Rotation.Verify[0].HTTP.Path == "/" && s.Rotation.Verify[0].HTTP.Samples == 20,
		"traffic in steps":                   len(s.Rotation.Traffic.Steps) == 4 && s.Rotation.Traffic.Interval.Std() == 5*time.Minute && s.Rotation.Traffic.TTL.Std() == time.Minute,
		"time to go back":                    s.Rotation.Soak.Std() == time.Hour && s.Rotation.KeepBlue.Std() == 24*time.Hour && s.Rotation.Quiet.Std() == 3*time.Minute,
		"unattended, and back on failure":    len(s.Rotation.Approvals) == 0 && s.Rotation.OnFailure == "rollback",
		"a public ingress, its zone is made": s.Ingress.Visibility == "public" && s.Ingress.Zone == "create" && s.Ingress.Allow[0] == "0.0.0.0/0",
	} {
		if !ok {
			t.Errorf("the least spec lacks: %s\n%+v", name, s)
		}
	}
}

func TestEverySectionOfTheReferenceSpecIsRead(t *testing.T) {
	t.Parallel()
	c, diags := load(t, "shop-prod.yaml")
	s := c.Spec
	for name, ok := range map[string]bool{
		"labels":     c.Metadata.Labels["team"] == "shop",
		"account":    s.Account == "123456789012",
		"state":      s.State.Bucket == "acme-terraform-state",
		"reserved":   len(s.Network.Reserved) == 2 && s.Network.Reserved[1].CIDR == "10.64.0.0/12",
		"vpn":        s.Access.VPN != nil && s.Access.VPN.Clients == "10.90.0.0/22",
		"management": s.Ingress.Management != nil && s.Ingress.Management.Domain == "ops.shop.example.com",
		"spot pool":  s.NodePools[1].Capacity == "spot" && s.NodePools[1].Min == 0 && s.NodePools[1].Taints[0].Effect == "NoSchedule",
		"disk":       s.NodePools[1].Disk.String() == "80Gi",
		"database":   s.Services.Databases[0].Storage.GiB() == 100 && s.Services.Databases[0].MultiZone,
		"alerts":     s.Services.Alerts.Slack.Webhook.Env == "SLACK_WEBHOOK_URL" && s.Services.Alerts.Slack.Channel == "C0123ABCD" && s.Services.Alerts.PagerDuty.RoutingKey.Vault == "shop-prod/alerts/pagerduty",
		"checks":     len(s.Rotation.Verify) == 4 && *s.Rotation.Verify[2].Prometheus.Max == 0.1 && s.Rotation.Verify[1].HTTP.MaxLatency.Std() == 500*time.Millisecond,
		"approvals":  len(s.Rotation.Approvals) == 2,
	} {
		if !ok {
			t.Errorf("not read as written: %s", name)
		}
	}
	// What is not built yet is said, so that nobody relies on it.
	if !strings.Contains(diags.Error(), "no certificates are issued yet") {
		t.Errorf("nothing says that no certificates are issued yet:\n%s", diags.Error())
	}
}

func TestSpecsOfOtherPlatformsLoadWithAWarning(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"internal-azure.yaml", "web-google.yaml"} {
		_, diags := load(t, name)
		if !strings.Contains(diags.Error(), "cannot be generated yet") {
			t.Errorf("%s: nothing says that its platform cannot be generated yet:\n%s", name, diags.Error())
		}
	}
}

func TestAnUnreadableFileIsAnsweredWithWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, make([]byte, 2<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "error: there is no such file\n      = help: name the spec with -f FILE (default: cluster.yaml in this directory), or write a first one with drover init",
		dir:                             "error: this is a directory, where one spec file is needed\n      = help: name a file in it, such as " + dir + "/cluster.yaml",
		large:                           "error: the file has more than 1048576 bytes, more than any spec\n      = help: check that -f names the right file",
	} {
		_, diags := Load(path)
		if got := diags.Error(); got != path+": "+want {
			t.Errorf("loading %s is answered with\n%s\nwant\n%s", path, got, want)
		}
	}
}

func TestDefaultsForServicesOverlapNothing(t *testing.T) {
	t.Parallel()
	c, diags := Parse("x", []byte(`
apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 172.20.0.0/16, reserved: [{name: a, cidr: 172.21.0.0/16}, {name: b, cidr: 172.22.0.0/15}]}
  ingress: {domain: tiny.example.com, visibility: internal}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`))
	if diags.HasErrors() {
		t.Fatal(diags.Error())
	}
	if c.Spec.Network.Services != "172.24.0.0/16" {
		t.Errorf("services are %s, want the first range that is free, 172.24.0.0/16", c.Spec.Network.Services)
	}
	if got := strings.Join(c.Spec.Ingress.Allow, " "); got != "172.20.0.0/16 172.21.0.0/16 172.22.0.0/15" {
		t.Errorf("an internal ingress is reached from %s, want what the spec calls ours", got)
	}
}

func TestAFileFullOfAliasesIsRefused(t *testing.T) {
	t.Parallel()
	text := "apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: tiny}\nspec:\n  nodePools:\n" +
		"  - {name: a, zones: &z [" + strings.Repeat("1, ", 99) + "1]}\n" + strings.Repeat("  - {name: a, zones: *z}\n", 900)
	_, diags := Parse("x", []byte(text))
	if !strings.Contains(diags.Error(), "more than 20000 values") {
		t.Errorf("900 aliases of 100 values are answered with %.300s", diags.Error())
	}
}

func TestWarningsThatAreAcceptedAreSilent(t *testing.T) {
	t.Parallel()
	text := "apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: tiny}\nspec:\n  platform: aws\n  region: eu-west-1\n" +
		"  network: {cidr: 10.40.0.0/16, nat: single}\n  ingress: {domain: tiny.example.com}\n" +
		"  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}\n"
	_, diags := Parse("x", []byte(text))
	if len(diags.Warnings()) != 1 || diags.HasErrors() || diags[0].Code != "single-nat" {
		t.Fatalf("one NAT for three zones is answered with %s", diags.Error())
	}
	if _, diags = Parse("x", []byte(text+"  accept: [{warning: single-nat, reason: a test account}]\n")); len(diags) > 0 {
		t.Errorf("an accepted warning is given again: %s", diags.Error())
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml", "testdata/unwise/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			f.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, diags := Parse("cluster.yaml", data)
		_ = diags.Error()
		if !diags.HasErrors() && (c.Metadata.Name == "" || c.Spec.Region == "" || len(c.Spec.NodePools) == 0) {
			t.Errorf("an incomplete spec has no error: %+v", c)
		}
	})
}
