package pipelines_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/generator/pipelines"
	"drover/generator/spec"
)

// update writes testdata anew: go test ./generator/pipelines -update.
var update = flag.Bool("update", false, "write golden files anew")

const shop = `apiVersion: drover/v1
kind: Cluster
metadata: {name: shop}
spec:
  platform: aws
  region: eu-west-1
  account: "123456789012"
  state: {backend: s3, bucket: acme-states, region: eu-west-1}
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: shop.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/shop-drover-apply"]}
  rotation: {maxAge: 30d, approvals: [shift, destroy]}
`

func load(t *testing.T) spec.Cluster {
	t.Helper()
	c, said := spec.Parse("shop.yaml", []byte(shop))
	if said.HasErrors() {
		t.Fatal(said)
	}
	return c
}

func options() pipelines.Options {
	return pipelines.Options{File: "clusters/shop.yaml", Out: "infra", Session: 2 * time.Hour}
}

func TestPipelinesAreAsInTestdata(t *testing.T) {
	t.Parallel()
	for _, platform := range pipelines.Platforms() {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Rehearse = true
			name, got, err := pipelines.Render(platform, load(t), o)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(name, "/drover-shop.yml") {
				t.Errorf("it is named %s", name)
			}
			golden := filepath.Join("testdata", platform+".yml")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("it is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// GitLab gives every job the project's variables; the others give a step only those that it names.
func TestOnlyStepsThatDriveGetTheSecretsThatTheSpecNames(t *testing.T) {
	t.Parallel()
	c, said := spec.Parse("shop.yaml", []byte(shop+"  notify: [{slack: {webhook: {env: CHAT_ADDRESS}}}, {pagerduty: {routingKey: {env: PAGER_KEY}}}]\n"))
	if said.HasErrors() {
		t.Fatal(said)
	}
	for platform, want := range map[string]string{"github": "CHAT_ADDRESS: ${{ secrets.CHAT_ADDRESS }}", "azure-devops": "CHAT_ADDRESS: $(CHAT_ADDRESS)", "gitlab": ""} {
		_, got, err := pipelines.Render(platform, c, options())
		if err != nil {
			t.Fatal(err)
		}
		_, without, err := pipelines.Render(platform, load(t), options())
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(got), "CHAT_ADDRESS"); want == "" && n > 0 || want != "" && (strings.Count(string(got), want) != 2 || strings.Count(string(got), "PAGER_KEY: ") != 2) {
			t.Errorf("%s names the variable %d times:\n%s", platform, n, got)
		}
		if strings.Contains(string(without), "CHAT_ADDRESS") || strings.Contains(string(without), "secrets.") {
			t.Errorf("%s names secrets that the spec does not", platform)
		}
	}
}

func TestWhatWouldBeMoreThanATextIsRefused(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*spec.Cluster, *pipelines.Options){
		"the spec's file name":   func(_ *spec.Cluster, o *pipelines.Options) { o.File = "${{ secrets.X }}.yaml" },
		"--out":                  func(_ *spec.Cluster, o *pipelines.Options) { o.Out = "infra/$(id)" },
		"--out is \"../infra\"":  func(_ *spec.Cluster, o *pipelines.Options) { o.Out = "../infra" },
		"--branch":               func(_ *spec.Cluster, o *pipelines.Options) { o.Branch = "a' || true || 'b" },
		"a+b.yaml":               func(_ *spec.Cluster, o *pipelines.Options) { o.File = "a+b.yaml" }, // + is a wildcard in GitHub's filters
		"--runner":               func(_ *spec.Cluster, o *pipelines.Options) { o.Runner = "a\nb" },
		"--image":                func(_ *spec.Cluster, o *pipelines.Options) { o.Image = "$IMAGE" },
		"--if-older-than":        func(_ *spec.Cluster, o *pipelines.Options) { o.OlderThan = "30d; id" },
		"is \"soon\"":            func(_ *spec.Cluster, o *pipelines.Options) { o.OlderThan = "soon" },
		"is \"0s\"":              func(_ *spec.Cluster, o *pipelines.Options) { o.OlderThan = "0s" },
		"has no rotation.maxAge": func(c *spec.Cluster, o *pipelines.Options) { c.Spec.Rotation.MaxAge, o.OlderThan = 0, "maxAge" },
		"--plan-role":            func(_ *spec.Cluster, o *pipelines.Options) { o.PlanRole = "plan" },
		"--apply-role is":        func(_ *spec.Cluster, o *pipelines.Options) { o.ApplyRole = "arn:aws:iam::123456789012:role/a b" },
		"are the same": func(_ *spec.Cluster, o *pipelines.Options) {
			o.PlanRole = "arn:aws:iam::123456789012:role/shop-drover-apply"
		},
		"the region":                      func(c *spec.Cluster, _ *pipelines.Options) { c.Spec.Region = "${{ x }}" },
		"the cluster's name":              func(c *spec.Cluster, _ *pipelines.Options) { c.Metadata.Name = "$(x)" },
		"--session is 1h0m0s":             func(_ *spec.Cluster, o *pipelines.Options) { o.Session = time.Hour },
		"backend is local":                func(c *spec.Cluster, _ *pipelines.Options) { c.Spec.State = spec.State{Backend: "local"} },
		"named by the account":            func(c *spec.Cluster, _ *pipelines.Options) { c.Spec.Account = "" },
		"cannot drive clusters on google": func(c *spec.Cluster, _ *pipelines.Options) { c.Spec.Platform = spec.Google },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			c, o := load(t), options()
			change(&c, &o)
			for _, platform := range pipelines.Platforms() {
				if _, content, err := pipelines.Render(platform, c, o); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("on %s it is %v, and\n%s", platform, err, content)
				}
			}
		})
	}
	if _, _, err := pipelines.Render("jenkins", load(t), options()); err == nil || !strings.Contains(err.Error(), "azure-devops, github, gitlab") {
		t.Errorf("an unknown platform is %v", err)
	}
}

func TestAFileThatDroverDidNotWriteStays(t *testing.T) {
	t.Parallel()
	name, content, err := pipelines.Render("github", load(t), options())
	if err != nil {
		t.Fatal(err)
	}
	other := options()
	other.Branch = "trunk"
	_, changed, err := pipelines.Render("github", load(t), other)
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		had          []byte
		check, force bool
		changes      bool
		refused      string
		want         []byte
	}{
		"none":                   {nil, false, false, true, "", content},
		"none, checked":          {nil, true, false, true, "", nil},
		"the same":               {content, false, false, false, "", content},
		"drover's":               {changed, false, false, true, "", content},
		"drover's, checked":      {changed, true, false, true, "", changed},
		"edited":                 {append(bytes.Clone(changed), "x: 1\n"...), false, false, true, "was edited", append(bytes.Clone(changed), "x: 1\n"...)},
		"edited, forced":         {append(bytes.Clone(changed), "x: 1\n"...), false, true, true, "", content},
		"somebody's":             {[]byte("name: mine\n"), false, true, true, "did not write it", []byte("name: mine\n")},
		"empty, and so nobody's": {[]byte{}, false, false, true, "did not write it", []byte{}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, name)
			if test.had != nil {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, test.had, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			changes, err := pipelines.Write(dir, name, content, test.check, test.force)
			if changes != test.changes || (err == nil) != (test.refused == "") || err != nil && !strings.Contains(err.Error(), test.refused) {
				t.Errorf("it changes: %v, %v", changes, err)
			}
			if got, _ := os.ReadFile(file); !bytes.Equal(got, test.want) {
				t.Errorf("it is\n%s", got)
			}
		})
	}
}

func TestNothingIsWrittenThroughALinkOutOfTheRepository(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, ".github")); err != nil {
		t.Fatal(err)
	}
	name, content, err := pipelines.Render("github", load(t), options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipelines.Write(dir, name, content, false, true); err == nil {
		t.Error("it is written")
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("outside is %v (%v)", entries, err)
	}
}
