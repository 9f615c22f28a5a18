package rehearsal

import (
	"io"
	"strings"
	"testing"
)

const followedSpec = `
apiVersion: drover/v1
kind: Cluster
metadata: {name: shop}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.20.0.0/16}
  ingress: {domain: shop.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`

func TestARepositoryNeedsASpecThatFollowsOneAndAnAPI(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gitops     string
		kubernetes bool
		says       string
	}{
		"no gitops":         {"", true, "has no gitops"},
		"no API":            {"  gitops: {repository: 'https://git.example.com/a.git'}\n", false, "leave out --kubernetes=off"},
		"a file repository": {"  gitops: {repository: 'https://git.example.com'}\n", true, "no host and path"},
	} {
		got, err := gitOpsFor(t.Context(), parsed(t, followedSpec+c.gitops), t.TempDir(), c.kubernetes, io.Discard)
		if err == nil || got != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %+v, %v; want %q", name, got, err, c.says)
		}
	}
	if got, err := gitOpsFor(t.Context(), parsed(t, followedSpec), "", false, io.Discard); got != nil || err != nil {
		t.Errorf("without a repository: %+v, %v", got, err)
	}
}

func TestWithARepositoryGitOpsStaysAndIsReadByHTTPS(t *testing.T) {
	t.Parallel()
	text := followedSpec + "  gitops: {repository: 'https://git.example.com:8443/team/apps.git', path: apps, components: [cert-manager]}\n"
	before := parsed(t, text)
	edits := shorten(before, answering{kubernetes: true, gitops: true})
	edited, err := apply([]byte(text), edits)
	if err != nil {
		t.Fatal(err)
	}
	if g := parsed(t, string(edited)).Spec.GitOps; g == nil || g.Repository != "https://git.example.com/team/apps.git" || g.Path != "apps" {
		t.Errorf("gitops is %+v", g)
	}
	all := strings.Join(notes(edits), "; ")
	for _, say := range []string{"https://git.example.com/team/apps.git instead of", "nothing runs in the pods: cert-manager"} {
		if !strings.Contains(all, say) {
			t.Errorf("nobody is told of %q: %s", say, all)
		}
	}
	if left := strings.Join(notes(shorten(before, answering{kubernetes: true})), "; "); !strings.Contains(left, "--repository DIR") {
		t.Errorf("without a repository, people are told: %s", left)
	}
}
