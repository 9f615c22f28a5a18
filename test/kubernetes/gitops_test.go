package kubernetes

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/bootstrap"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/rehearsal/argocd"
	"drover/rehearsal/gitserver"
	"drover/rehearsal/ingress"
	rehearsal "drover/rehearsal/kubernetes"
)

const appsRepository = "https://git.example.com/team/apps.git"

// What a color with gitops starts with, rendered as a rotation renders it, against a real API server and Argo CD's own
// programs: a repository for each color, whose root brings an ApplicationSet, which makes an Application by what the cluster
// secret says, which brings a workload.
func TestAColorFollowsItsRepository(t *testing.T) {
	t.Parallel()
	cluster, access := start(t)
	if err := cluster.SetNodes(t.Context(), []rehearsal.Node{node("a"), node("b")}); err != nil {
		t.Fatal(err)
	}
	log := withArgoCD(t, cluster)
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if detail, err := started(t, client, "clusters/{{color}}"); err != nil || !strings.HasPrefix(detail, "2 Applications Synced and Healthy, root at ") {
		t.Fatalf("got %q and %v\n%s", detail, err, log)
	}
	var web struct {
		Metadata struct{ Annotations map[string]string }
	}
	const webAt = "/apis/apps/v1/namespaces/shop/deployments/web"
	if err := client.Get(t.Context(), webAt, &web); err != nil || web.Metadata.Annotations["host"] != "green.tiny.example.com" || web.Metadata.Annotations["role"] != "standby" {
		t.Errorf("the workload is told %v (%v)", web.Metadata.Annotations, err)
	}
	live := bootstrap.Installation{Client: client, Clock: wall{}, Limit: time.Minute, Patience: time.Minute, Progress: func(m string) { t.Log(m) }}
	if err := live.Tell(t.Context(), bootstrap.Told(green(t, "clusters/{{color}}"), journal.Live)); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); web.Metadata.Annotations["role"] != "live"; time.Sleep(200 * time.Millisecond) {
		if err := client.Get(t.Context(), webAt, &web); err != nil || time.Now().After(end) {
			t.Fatalf("the workload is told %v still (%v)", web.Metadata.Annotations, err)
		}
	}
	// Once more, as after a kill, and then with a path that is not there.
	if detail, err := started(t, client, "clusters/{{color}}"); err != nil || !strings.HasPrefix(detail, "2 Applications") {
		t.Errorf("again: %q and %v", detail, err)
	}
	var stuck *bootstrap.StuckError
	if _, err := started(t, client, "nowhere"); !errors.As(err, &stuck) || !strings.Contains(err.Error(), "Application argocd/root: ComparisonError: ") || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a path that is not there: %v", err)
	}
	stopped(t, client)
}

// green are the objects that green is rendered with.
func green(t *testing.T, path string) []spec.Object {
	t.Helper()
	c, diagnostics := spec.Parse("cluster.yaml", []byte(`apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  gitops: {repository: "`+appsRepository+`", path: "`+path+`"}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
`))
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	files, err := generator.Render(t.Context(), c, generator.Options{Version: "test", Roots: []generator.Root{generator.Green}})
	if err != nil {
		t.Fatal(err)
	}
	var all []spec.Object
	for _, m := range files.Manifests("tiny", generator.Green) {
		all = append(all, objects(t, m.Text)...)
	}
	return all
}

// started installs them, as bootstrap does.
func started(t *testing.T, client *kubernetes.Client, path string) (string, error) {
	t.Helper()
	all := bootstrap.InRole(green(t, path), journal.Standby)
	run := bootstrap.Installation{Client: client, Clock: wall{}, Limit: 5 * time.Minute, Patience: time.Minute, Progress: func(m string) { t.Log(m) }}
	begun := time.Now()
	if err := run.Run(t.Context(), all); err != nil {
		t.Fatalf("installing Argo CD: %v", err)
	}
	t.Logf("installed in %s", time.Since(begun).Round(time.Second/10))
	detail, err := run.Synced(t.Context(), all)
	t.Logf("synced in %s: %s, %v", time.Since(begun).Round(time.Second/10), detail, err)
	return detail, err
}

// stopped scales the controller to zero, as a drain does, although bootstrap owns the field.
func stopped(t *testing.T, client *kubernetes.Client) {
	t.Helper()
	const path = "/apis/apps/v1/namespaces/argocd/statefulsets/argocd-application-controller"
	if err := client.Scale(t.Context(), path, 0); err != nil {
		t.Fatal(err)
	}
	var controller kubernetes.Workload
	if err := client.Get(t.Context(), path, &controller); err != nil || controller.Spec.Replicas == nil || *controller.Spec.Replicas != 0 {
		t.Errorf("after it was stopped: %+v (%v)", controller.Spec.Replicas, err)
	}
}

// withArgoCD runs Argo CD's programs beside a cluster, as soon as they are installed there.
func withArgoCD(t *testing.T, cluster *rehearsal.Cluster) *bytes.Buffer {
	t.Helper()
	programs, err := argocd.Find(t.Context(), "", os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := ingress.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	server, err := gitserver.Open(ctx, map[string]string{appsRepository: apps(t)}, authority.Issue)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	log := &bytes.Buffer{}
	agent, err := argocd.Follow(ctx, argocd.Options{Programs: programs, Cluster: cluster, Dir: filepath.Join(t.TempDir(), "argocd"),
		Env: []string{"HTTPS_PROXY=" + server.URL(), "NO_PROXY=127.0.0.1"}, Authorities: map[string][]byte{"git.example.com": authority.PEM()}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := agent.Close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

// apps is a repository with a directory for each color.
func apps(t *testing.T) string {
	t.Helper()
	work := t.TempDir()
	files := map[string]string{
		"clusters/green/apps.yaml": `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: [{clusters: {selector: {matchLabels: {drover.dev/color: green}}}}]
  template:
    metadata: {name: web}
    spec:
      project: default
      source:
        repoURL: ` + appsRepository + `
        path: apps/web
        targetRevision: main
        kustomize: {commonAnnotations: {host: '{{index .metadata.annotations "drover.dev/host"}}', role: '{{index .metadata.annotations "drover.dev/role"}}'}}
      destination: {name: '{{.name}}', namespace: shop}
      syncPolicy: {automated: {selfHeal: true}, syncOptions: [CreateNamespace=true]}
`,
		"apps/web/kustomization.yaml": "resources: [web.yaml]\n",
		"apps/web/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
`}
	for name, content := range files {
		path := filepath.Join(work, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	identity := []string{"-c", "user.name=t", "-c", "user.email=t@example.com"}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, slices.Concat(identity, []string{"commit", "-q", "-m", "one"})} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = work
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	return filepath.Join(work, ".git")
}
