package argocd

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/rehearsal/gitserver"
	"drover/rehearsal/ingress"
	"drover/rehearsal/kubernetes"
	kubernetesprograms "drover/rehearsal/kubernetes/programs"
)

// bench is a cluster with Argo CD beside it, and a repository.
type bench struct {
	t         *testing.T
	cluster   *kubernetes.Cluster
	agent     *Agent
	program   string // kubectl
	config    string
	manifests string
}

func start(t *testing.T) *bench {
	t.Helper()
	set, err := kubernetesprograms.Find(t.Context(), kubernetesprograms.Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	programs, err := Find(t.Context(), "", os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	fleet := kubernetes.Fleet{Programs: set, Dir: t.TempDir()}
	cluster, err := fleet.Start(t.Context(), kubernetes.Options{Name: "one", Minor: "1.34"})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, cluster: cluster, program: set.Kubectl, config: filepath.Join(t.TempDir(), "config"), manifests: programs.Manifests}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	b.admin()
	if err := cluster.SetNodes(t.Context(), []kubernetes.Node{{Name: "n", ProviderID: "aws:///eu-west-1a/i-1", Address: "10.0.0.9", Kubelet: "v1.34.7", Arch: "amd64", CPU: "8", Memory: "32Gi", Pods: "99"}}); err != nil {
		t.Fatal(err)
	}
	authority, err := ingress.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err := gitserver.Open(context.WithoutCancel(t.Context()), map[string]string{"https://git.example.com/team/apps.git": repository(t)}, authority.Issue)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	said := &bytes.Buffer{}
	b.agent, err = Follow(context.WithoutCancel(t.Context()), Options{Programs: programs, Cluster: cluster, Dir: filepath.Join(t.TempDir(), "argocd"),
		Env: []string{"HTTPS_PROXY=" + server.URL(), "NO_PROXY=127.0.0.1"}, Authorities: map[string][]byte{"git.example.com": authority.PEM()}, Log: said})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			for _, c := range components {
				t.Log(c.workload, tail(filepath.Join(b.agent.Dir, c.workload+".log")))
			}
		}
		if err := b.agent.Close(); err != nil {
			t.Error(err)
		}
		if said.Len() > 0 { // read once its writer has ended
			t.Errorf("the agent reported %s", said)
		}
	})
	return b
}

// admin makes a kubeconfig of somebody who may do everything.
func (b *bench) admin() {
	b.t.Helper()
	client := b.cluster.Client()
	account := map[string]any{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": "admin"}}
	binding := map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": map[string]any{"name": "admin"},
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
		"subjects": []map[string]any{{"kind": "ServiceAccount", "name": "admin", "namespace": "default"}}}
	for path, object := range map[string]any{"/api/v1/namespaces/default/serviceaccounts/admin": account, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/admin": binding} {
		if err := client.Apply(b.t.Context(), path, object); err != nil {
			b.t.Fatal(err)
		}
	}
	content, err := b.cluster.Kubeconfig(b.t.Context(), "default", "admin")
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(b.config, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) kubectl(args ...string) {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), b.program, append([]string{"--kubeconfig", b.config}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// install puts Argo CD into the cluster, with one application.
func (b *bench) install() {
	b.t.Helper()
	b.kubectl("create", "namespace", namespace)
	b.kubectl("apply", "-n", namespace, "--server-side", "-f", b.manifests)
	type object = map[string]any
	app := object{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": object{"name": "root", "namespace": namespace},
		"spec": object{"project": "default", "source": object{"repoURL": "https://git.example.com/team/apps.git", "targetRevision": "main", "path": "."},
			"destination": object{"server": "https://kubernetes.default.svc", "namespace": "default"},
			"syncPolicy":  object{"automated": object{"selfHeal": true}}}}
	if err := b.cluster.Client().Create(b.t.Context(), "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications", app); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) exists(path string) bool {
	return b.cluster.Client().Get(b.t.Context(), path, &struct{}{}) == nil
}

// runs is whether a program of Argo CD runs in the agent's directory.
func (b *bench) runs(binary string) bool { return len(b.processes("ARGOCD_BINARY_NAME="+binary)) > 0 }

// processes are the directories in /proc of the agent's programs that have a variable.
func (b *bench) processes(variable string) (dirs []string) {
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, path := range environments {
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(variable+"\x00")) && bytes.Contains(data, []byte("HOME="+b.agent.Dir+"\x00")) {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return dirs
}

// listensOnLoopbackOnly looks at every socket of the agent's programs, as proc(5) describes them.
func (b *bench) listensOnLoopbackOnly() {
	b.t.Helper()
	listening := 0
	for _, dir := range b.processes("ARGOCD_FAKE_IN_CLUSTER=true") {
		descriptors, err := filepath.Glob(dir + "/fd/*")
		if err != nil {
			b.t.Fatal(err)
		}
		var own []string
		for _, fd := range descriptors {
			if target, err := os.Readlink(fd); err == nil && strings.HasPrefix(target, "socket:[") {
				own = append(own, strings.Trim(target, "socket:[]"))
			}
		}
		for _, table := range []string{"tcp", "tcp6"} {
			data, err := os.ReadFile(dir + "/net/" + table)
			if err != nil {
				b.t.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				// sl, local address, remote address, state (0A is listening), six more, inode
				f := strings.Fields(line)
				if len(f) < 10 || f[3] != "0A" || !slices.Contains(own, f[9]) {
					continue
				}
				listening++
				if !strings.HasPrefix(f[1], "0100007F:") {
					b.t.Errorf("a program of %s listens on %s", dir, f[1])
				}
			}
		}
	}
	if listening < 6 {
		b.t.Errorf("%d sockets listen, want those of four programs", listening)
	}
}

func repository(t *testing.T) string {
	t.Helper()
	work := t.TempDir()
	files := map[string]string{
		"kustomization.yaml": "resources: [deployment.yaml]\n",
		"deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
`}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(work, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "one"}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = work
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	return filepath.Join(work, ".git")
}

func (b *bench) eventually(what string, is func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 3*time.Minute)
	defer cancel()
	for !is() {
		select {
		case <-ctx.Done():
			b.t.Fatalf("%s: not within three minutes", what)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// application is the status of one.
func (b *bench) application(name string) (sync, health string) {
	var app struct {
		Status struct {
			Sync   struct{ Status string }
			Health struct{ Status string }
		}
	}
	if err := b.cluster.Client().Get(b.t.Context(), "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/"+name, &app); err != nil {
		return "", err.Error()
	}
	return app.Status.Sync.Status, app.Status.Health.Status
}

func TestArgoCDRunsWhileItsWorkloadsDo(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.install()
	b.eventually("the application", func() bool { sync, health := b.application("root"); return sync == "Synced" && health == "Healthy" })
	b.listensOnLoopbackOnly()
	b.kubectl("delete", "deployment", "web")
	b.eventually("the deployment that was deleted by hand", func() bool { return b.exists("/apis/apps/v1/namespaces/default/deployments/web") })

	// Without its controller, nobody looks after what was deleted.
	b.kubectl("scale", "-n", namespace, "statefulset", controller, "--replicas=0")
	b.eventually("the controller's end", func() bool { return !b.runs("argocd-application-controller") })
	b.kubectl("delete", "deployment", "web")
	b.kubectl("scale", "-n", namespace, "statefulset", controller, "--replicas=1")
	b.eventually("the deployment, once the controller is back", func() bool { return b.exists("/apis/apps/v1/namespaces/default/deployments/web") })
}

// The controller may do everything, and the server of repositories nothing: each has its own account.
func TestAProgramHasTheRightsOfItsWorkloadOnly(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.install()
	b.eventually("the programs", func() bool { return b.runs("argocd-repo-server") && b.runs("argocd-application-controller") })
	for account, may := range map[string]bool{repoServer: false, controller: true} {
		cmd := exec.CommandContext(t.Context(), b.program, "--kubeconfig", filepath.Join(b.agent.Dir, account+".kubeconfig"), "auth", "can-i", "delete", "nodes")
		out, err := cmd.Output()
		if got := strings.TrimSpace(string(out)) == "yes"; got != may {
			t.Errorf("%s may delete nodes: %t, want %t (%v)", account, got, may, err)
		}
	}
}

func TestTheReleaseIsTheModules(t *testing.T) {
	t.Parallel()
	if Version() == "v0.0.0" {
		t.Error("the module names no Argo CD")
	}
	for _, p := range programs {
		if !strings.HasPrefix(p.Package, "./") && !bytes.Contains(goMod, []byte("\t"+p.Package+"\n")) {
			t.Errorf("%s is no tool of the module", p.Package)
		}
	}
}
