package spec

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEndsOfSupportAndOldPinsAreWarnedOfInTime(t *testing.T) {
	t.Parallel()
	const file = `apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  kubernetes: {version: "1.%d"ADDONS}
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
ACCEPT`
	const all = `, addons: {coredns: v1.12.3-eksbuild.1, eks-pod-identity-agent: v1.3.10-eksbuild.2, kube-proxy: v1.34.0-eksbuild.2, vpc-cni: v1.20.4-eksbuild.2, aws-ebs-csi-driver: v1.53.0-eksbuild.1, metrics-server: none}`
	for name, c := range map[string]struct {
		minor          int
		on             string
		addons, accept string
		codes          string
	}{
		"61 days before":             {34, "2026-10-02", all, "", ""},
		"60 days before":             {34, "2026-10-03", all, "", "support-ends"},
		"the day before":             {34, "2026-12-01", all, "", "support-ends"},
		"on the day":                 {34, "2026-12-02", all, "", "out-of-support"},
		"accepted":                   {34, "2026-12-01", all, "  accept: [{warning: support-ends, reason: it goes tomorrow}]", ""},
		"old pins":                   {36, "2027-06-01", "", "", "old-pins"},
		"old pins that are not used": {34, "2027-06-01", all, "", "out-of-support"},
		"pins of half a year":        {36, "2027-05-23", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "cluster.yaml")
			text := strings.NewReplacer("ADDONS", c.addons, "ACCEPT", c.accept).Replace(fmt.Sprintf(file, c.minor))
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cluster, diagnostics := Load(path)
			if len(diagnostics) > 0 {
				t.Fatal(diagnostics)
			}
			now, err := time.Parse(time.DateTime, c.on+" 13:00:00")
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, d := range Aging(path, cluster, now) {
				codes = append(codes, d.Code)
				if d.Line != 7 || !strings.Contains(d.Excerpt, "^") || !slices.Contains(choices["spec.accept[].warning"], d.Code) {
					t.Errorf("it says %+v", d)
				}
			}
			if got := strings.Join(codes, " "); got != c.codes {
				t.Errorf("it warns of %q, want %q", got, c.codes)
			}
		})
	}
}

// A version that can be written has an end, so that nobody is surprised by one.
func TestEveryVersionThatIsSupportedHasItsEnd(t *testing.T) {
	t.Parallel()
	last := ""
	for minor := awsRules.supported; minor <= awsRules.newest; minor++ {
		if awsRules.ends[minor] <= last {
			t.Errorf("1.%d ends on %q, after %q; want later and later dates: %v", minor, awsRules.ends[minor], last, slices.Sorted(maps.Keys(awsRules.ends)))
		}
		last = awsRules.ends[minor]
	}
}
