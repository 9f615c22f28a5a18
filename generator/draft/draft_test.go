package draft

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
)

func least(platform spec.Platform, region string) spec.Cluster {
	var c spec.Cluster
	c.Metadata.Name = "shop"
	c.Spec.Platform, c.Spec.Region = platform, region
	c.Spec.Network.CIDR, c.Spec.Ingress.Domain = "10.40.0.0/16", "shop.example.com"
	if platform == spec.AWS {
		c.Spec.Access.Admins = []string{"arn:aws:iam::123456789012:role/platform-admin"}
	}
	return c
}

func TestTheFirstSpecIsRightAsItIs(t *testing.T) {
	t.Parallel()
	text, diagnostics, err := Text("shop", least(spec.AWS, "eu-west-1"))
	if err != nil || len(diagnostics) > 0 {
		t.Fatalf("%v\n%s\n%s", err, diagnostics.Error(), text)
	}
	c, _ := spec.Parse("x", []byte(text))
	if c.Metadata.Name != "shop" || c.Spec.Ingress.Domain != "shop.example.com" || c.Spec.Network.CIDR != "10.40.0.0/16" {
		t.Errorf("the spec says something else:\n%s", text)
	}
}

// The examples in the comments can be used as they are.
func TestTheExamplesInTheFirstSpecAreRight(t *testing.T) {
	t.Parallel()
	text, _, err := Text("shop", least(spec.AWS, "eu-west-1"))
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile(`(?m)^( *)# ([a-zA-Z]+: [\[{"].*)$`)
	if n := len(example.FindAllString(text, -1)); n != 7 {
		t.Errorf("found %d examples:\n%s", n, text)
	}
	used := example.ReplaceAllString(text, "$1$2")
	if c, diagnostics := spec.Parse("cluster.yaml", []byte(used)); len(diagnostics) > 0 || len(c.Spec.Rotation.Approvals) != 2 || c.Spec.State.Bucket == "" {
		t.Errorf("with its examples the spec is wrong:\n%s\n%s", diagnostics.Error(), used)
	}
}

func TestTheFirstSpecOfAnotherPlatformHasNoErrors(t *testing.T) {
	t.Parallel()
	for platform, region := range map[spec.Platform]string{spec.Azure: "westeurope", spec.Google: "europe-west4"} {
		if text, diagnostics, err := Text("shop", least(platform, region)); err != nil || diagnostics.HasErrors() {
			t.Errorf("%v\n%s\n%s", err, diagnostics.Error(), text)
		}
	}
}

func TestEverythingThatIsSetIsWritten(t *testing.T) {
	t.Parallel()
	c := least(spec.AWS, "eu-west-1")
	c.Metadata.Labels = map[string]string{"team": "a: b", "on": "yes"}
	c.Spec.Account = "123456789012"
	c.Spec.Kubernetes = spec.Kubernetes{Version: "1.35", Logs: []string{"audit"}, LogRetention: spec.Duration(30 * 24 * time.Hour), Autoscaler: "pools", Support: "extended", ZonalShift: true, Addons: map[string]spec.Addon{"coredns": {Version: "v1.13.2-eksbuild.1", Configuration: `{"a":[1,"{{ x }}"],"b":{"c":true}}`}, "metrics-server": {Version: "none"}}}
	c.Spec.Network.Zones, c.Spec.Network.Services, c.Spec.Network.NAT, c.Spec.Network.Endpoints = 2, "172.22.0.0/16", "none", []string{"s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth", "logs", "ssm", "ssmmessages"}
	c.Spec.Access = spec.Access{API: "restricted", Allow: []string{"203.0.113.0/24"}, Admins: []string{"arn:aws:iam::123456789012:role/a+b"}, Operators: []string{"arn:aws:iam::123456789012:role/d"}, Viewers: []string{"arn:aws:iam::123456789012:role/c"}, PermissionsBoundary: "arn:aws:iam::123456789012:policy/b", Nodes: "none", Teams: []spec.Team{{Principal: "arn:aws:iam::123456789012:role/t", Role: "edit", Namespaces: []string{"a", "b-*"}}}}
	c.Spec.NodePools = []spec.NodePool{{
		Name: "general", Machines: []string{"m7i.large"}, OS: "bottlerocket", Capacity: "spot", Min: 2, Max: 5, Disk: 100 << 30,
		Labels: map[string]string{"a": "true", "b": ""}, Taints: []spec.Taint{{Key: "x", Value: "1", Effect: "NoSchedule"}, {Key: "y", Effect: "NoExecute"}},
		Policies: &spec.Policies{Managed: []string{"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}},
		Kubelet:  &spec.Kubelet{MaxPods: 58, KubeReserved: &spec.Reservation{CPU: "250m", Memory: 1 << 30}, ImageGC: &spec.ImageGC{High: 80, Low: 0}},
	}}
	c.Spec.NodePools = append(c.Spec.NodePools, spec.NodePool{Name: "own", Machines: []string{"m7i.large"}, OS: "al2023", Capacity: "spot", Min: 0, Max: 2, Disk: 80 << 30, Taints: []spec.Taint{{Key: "x", Effect: "NoSchedule"}},
		Image: "ami-0a1b2c3d4e5f60718", UserData: "#!/bin/bash\necho \"a: b\" # c\n"})
	c.Spec.Services.Identities = []spec.Identity{{Name: "a", Namespace: "b", ServiceAccount: "c", Policies: &spec.Policies{Statements: []spec.Statement{{
		Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a/${aws:userid}/*"},
		Conditions: []spec.Condition{{Test: "Null", Variable: "aws:TokenIssueTime", Values: []string{"false"}}},
	}}}}}
	c.Spec.Accept = []spec.Acceptance{{Warning: "all-spot", Reason: `it is "fine": {really} # so`}, {Warning: "all-tainted", Reason: "x"}, {Warning: "custom-image", Reason: "x"}}
	text, diagnostics, err := Text("shop", c)
	if err != nil || len(diagnostics) > 0 {
		t.Fatalf("%v\n%s\n%s", err, diagnostics.Error(), text)
	}
	got, _ := spec.Parse("x", []byte(text))
	for name, pair := range map[string][2]any{
		"labels": {got.Metadata.Labels, c.Metadata.Labels}, "account": {got.Spec.Account, c.Spec.Account}, "kubernetes": {got.Spec.Kubernetes, c.Spec.Kubernetes},
		"access": {got.Spec.Access, c.Spec.Access}, "pools": {said(got.Spec.NodePools), said(c.Spec.NodePools)}, "identities": {got.Spec.Services.Identities, c.Spec.Services.Identities},
		"accept": {got.Spec.Accept, c.Spec.Accept}, "zones": {got.Spec.Network.Zones, 2}, "services": {got.Spec.Network.Services, "172.22.0.0/16"},
		"nat": {got.Spec.Network.NAT, "none"}, "endpoints": {got.Spec.Network.Endpoints, c.Spec.Network.Endpoints},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s is %+v, want %+v, in\n%s", name, pair[0], pair[1], text)
		}
	}
}

// said are pools without what a spec that does not name it has by default.
func said(pools []spec.NodePool) []spec.NodePool {
	var out []spec.NodePool
	for _, p := range pools {
		out = append(out, spec.NodePool{
			Name: p.Name, Machines: p.Machines, OS: p.OS, Capacity: p.Capacity, Min: p.Min, Max: p.Max, Disk: p.Disk, Labels: p.Labels, Taints: p.Taints, Policies: p.Policies, Kubelet: p.Kubelet, Image: p.Image, UserData: p.UserData,
		})
	}
	return out
}

// hostile are texts that would be something else in YAML.
var hostile = []string{
	"a: b", "a # b", "{{ .Name }}", "- a", "[a]", "{a: b}", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", `"`, `\`, "'", "a\nb: c", "\ttab", "\u2028",
	"null", "~", "TRUE", "1.30", "0x10", "1e3", "2026-01-01", "yes", "?", "? a", "---", "...", "<<", "ünï ⎈", "a,b", "\x00\x1b", "#~ a",
}

func TestNoTextBecomesAnythingElseInYAML(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		checkText(t, text)
	}
}

func FuzzNoTextBecomesAnythingElseInYAML(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(checkText)
}

func checkText(t *testing.T, text string) {
	t.Helper()
	c := least(spec.AWS, "eu-west-1")
	c.Metadata.Labels = map[string]string{"team": text}
	c.Spec.Accept = []spec.Acceptance{{Warning: "single-nat", Reason: text}}
	written, _, err := Text(text, c)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := spec.Parse("x", []byte(written))
	want := string([]rune(text)) // what is no UTF-8 becomes the sign for that, byte by byte
	if strings.TrimSpace(text) == "" {
		return // an empty reason is an error of the spec
	}
	if got.Metadata.Labels["team"] != want || len(got.Spec.Accept) != 1 || got.Spec.Accept[0].Reason != want || got.Metadata.Name != "shop" {
		t.Errorf("%q became %q in\n%s", text, got.Metadata.Labels["team"], written)
	}
}
