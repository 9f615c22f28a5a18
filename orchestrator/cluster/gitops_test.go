package cluster

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

const (
	rootPath       = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root"
	clusterSecret  = "/api/v1/namespaces/argocd/secrets/drover"
	repositoryPath = "/api/v1/namespaces/argocd/secrets/drover-repository"
	controllerPath = "/apis/apps/v1/namespaces/argocd/statefulsets/argocd-application-controller"
)

// agentHosting is an API server on which Argo CD runs as soon as it is applied; argo gives its Applications their status.
func agentHosting(t *testing.T, argo func(o apitest.Object)) *apitest.Server {
	t.Helper()
	server := hosting(t)
	named := func(kinds ...string) (all []kubernetes.Resource) {
		for _, k := range kinds {
			all = append(all, kubernetes.Resource{Name: strings.ToLower(k) + "s", Kind: k, Namespaced: !strings.HasPrefix(k, "Cluster") && k != "Namespace" && k != "CustomResourceDefinition"})
		}
		return all
	}
	server.Kinds(t, "v1", named("Namespace", "ConfigMap", "Pod", "Secret", "Service", "ServiceAccount")...)
	server.Kinds(t, "apps/v1", named("Deployment", "StatefulSet")...)
	server.Kinds(t, "rbac.authorization.k8s.io/v1", named("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")...)
	server.Kinds(t, "apiextensions.k8s.io/v1", named("CustomResourceDefinition")...)
	server.Kinds(t, "networking.k8s.io/v1", kubernetes.Resource{Name: "networkpolicies", Kind: "NetworkPolicy", Namespaced: true})
	server.Have(t, ingresses)
	server.Kinds(t, "argoproj.io/v1alpha1", named("Application", "ApplicationSet")...)
	server.OnApply(runs(argo))
	return server
}

// runs gives what is applied the status that says that it runs.
func runs(argo func(o apitest.Object)) func(o apitest.Object) {
	return func(o apitest.Object) {
		switch o["kind"] {
		case "Namespace":
			o["status"] = apitest.Object{"phase": "Active"}
		case "CustomResourceDefinition":
			o["status"] = apitest.Object{"conditions": []apitest.Object{{"type": "NamesAccepted", "status": "True"}, {"type": "Established", "status": "True"}}}
		case "Deployment", "StatefulSet":
			o["status"] = apitest.Object{"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "currentReplicas": 1,
				"conditions": []apitest.Object{{"type": "Available", "status": "True"}}}
		case "Application":
			argo(o)
		}
	}
}

// syncs is Argo CD with a repository that is well.
func syncs(o apitest.Object) {
	if o["spec"] == nil { // only asked to look again
		return
	}
	o["status"] = apitest.Object{"reconciledAt": "2026-01-01T00:00:00Z", "health": apitest.Object{"status": "Healthy"},
		"resources": []apitest.Object{{"version": "v1", "kind": "ConfigMap", "namespace": "shop", "name": "web"}},
		"sync":      apitest.Object{"status": "Synced", "revision": "abc123", "comparedTo": apitest.Object{"source": o["spec"].(apitest.Object)["source"]}}}
}

// cannotCompare is Argo CD with a repository that is broken.
func cannotCompare(o apitest.Object) {
	o["status"] = apitest.Object{"reconciledAt": "2026-01-01T00:00:00Z", "health": apitest.Object{"status": "Healthy"}, "sync": apitest.Object{"status": "Unknown"},
		"conditions": []apitest.Object{{"type": "ComparisonError", "message": "clusters/tiny: app path does not exist"}}}
}

// followsGit is a world whose spec has a repository, and whose colors have API servers.
func followsGit(t *testing.T, green func(o apitest.Object), test func(*testing.T, *world)) {
	t.Helper()
	on := map[string]*apitest.Server{"blue": agentHosting(t, syncs), "green": agentHosting(t, green)}
	inWorld(t, func(t *testing.T, w *world) {
		w.apis = on
		w.spec.Spec.GitOps = &spec.GitOps{Repository: "https://git.example.com/x.git", Revision: "main", Path: "clusters/tiny"}
		test(t, w)
	})
}

func TestARotationBringsTheAgentAndItsApplicationsBeforeVerification(t *testing.T) {
	t.Parallel()
	followsGit(t, syncs, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Verify, func() {
			got := patches(w.apis["green"])
			for _, path := range []string{controllerPath, clusterSecret, rootPath} {
				if !slices.Contains(got, path) {
					t.Errorf("before verification %s was not applied", path)
				}
			}
			if first := slices.Index(got, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/applications.argoproj.io"); first > slices.Index(got, rootPath) {
				t.Error("the root came before its kind")
			}
		})
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		p := w.state().Past[0].Phases[rotation.Bootstrap]
		if p.Outcome != journal.Done || !strings.HasSuffix(p.Detail, " objects ready, 1 Application Synced and Healthy, root at abc123") {
			t.Errorf("bootstrap was %s: %s", p.Outcome, p.Detail)
		}
		if found := w.state().Past[0].Phases[rotation.Preflight].Detail; !strings.Contains(found, "Argo CD v3.2.11") {
			t.Errorf("preflight found %q", found)
		}
	})
}

func TestARepositoryThatIsBrokenForGreenEndsBeforeTraffic(t *testing.T) {
	t.Parallel()
	followsGit(t, cannotCompare, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onWeights(func(weights map[string]int) {
			if weights["green"] > 0 {
				t.Errorf("green got traffic: %v", weights)
			}
		})
		back := rotated[*rotation.RolledBack](t, w, o)
		if want := "Application argocd/root: ComparisonError: clusters/tiny: app path does not exist"; !strings.Contains(back.Reason, want) {
			t.Errorf("%q lacks %q", back.Reason, want)
		}
		checkBack(t, w)
	})
}

func TestTheClusterSecretSaysWhatTheColorIs(t *testing.T) {
	t.Parallel()
	followsGit(t, syncs, func(t *testing.T, w *world) {
		applied(t, w)
		o := w.apis["blue"].Object(clusterSecret)
		meta, _ := o["metadata"].(apitest.Object)
		for kind, want := range map[string]map[string]string{
			"labels":      {"argocd.argoproj.io/secret-type": "cluster", "drover.dev/cluster": "tiny", "drover.dev/color": "blue"},
			"annotations": {"drover.dev/domain": "tiny.example.com", "drover.dev/host": "blue.tiny.example.com", "drover.dev/network": "10.40.0.0/16"},
		} {
			got, _ := meta[kind].(apitest.Object)
			for key, value := range want {
				if got[key] != value {
					t.Errorf("of %s, %s is %v, want %s", kind, key, got[key], value)
				}
			}
		}
		data, _ := o["data"].(apitest.Object)
		if server, err := base64.StdEncoding.DecodeString(fmt.Sprint(data["server"])); err != nil || string(server) != "https://kubernetes.default.svc" {
			t.Errorf("it is of %s (%v)", server, err)
		}
	})
}

func TestTheSecretOfARepositoryGoesToTheClusterAndNowhereElse(t *testing.T) {
	t.Parallel()
	followsGit(t, syncs, func(t *testing.T, w *world) {
		w.spec.Spec.GitOps.Credentials = &spec.GitCredentials{Env: "GIT_TOKEN"}
		var refused *Refused
		if err := Apply(t.Context(), w.options()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "GIT_TOKEN") || len(w.applied) > 0 {
			t.Fatalf("without the variable: %v, after %v", err, w.applied)
		}
		w.environment = map[string]string{"GIT_TOKEN": canary}
		applied(t, w)
		newVersion(w)
		must(t, Rotate(t.Context(), w.options()))
		for _, server := range w.apis {
			data, _ := server.Object(repositoryPath)["data"].(apitest.Object)
			for key, want := range map[string]string{"password": canary, "username": "git", "url": "https://git.example.com/x.git"} {
				if got, err := base64.StdEncoding.DecodeString(fmt.Sprint(data[key])); err != nil || string(got) != want {
					t.Errorf("its %s is %q (%v)", key, got, err)
				}
			}
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(canary))
		for _, name := range w.objects.Names() {
			if text := string(w.objects.Get(name)); strings.Contains(text, canary) || strings.Contains(text, encoded) {
				t.Errorf("the store holds the secret, in %s", name)
			}
		}
		for name, data := range w.files {
			if strings.Contains(string(data), canary) {
				t.Errorf("the Terraform directory holds the secret, in %s", name)
			}
		}
	})
}

// The vault is asked by who drives, and a secret that nobody could read with is refused before anything is built.
func TestTheSecretOfARepositoryIsReadFromTheVault(t *testing.T) {
	t.Parallel()
	followsGit(t, syncs, func(t *testing.T, w *world) {
		w.spec.Spec.GitOps.Credentials = &spec.GitCredentials{Vault: "tiny/git"}
		holds, asked := "", 0
		options := func() Options {
			o := w.options()
			connect := o.Connect
			o.Connect = func(ctx context.Context, o Options) (Ports, error) {
				ports, err := connect(ctx, o)
				ports.Vault = func(_ context.Context, name string) (string, error) {
					if asked++; name != "tiny/git" {
						t.Errorf("asked for %s", name)
					}
					return holds, nil
				}
				return ports, err
			}
			return o
		}
		var refused *Refused
		for _, holds = range []string{" ", `{"token": "` + canary + `"}`} {
			if err := Apply(t.Context(), options()); !errors.As(err, &refused) || strings.Contains(err.Error(), canary) || len(w.applied) > 0 {
				t.Fatalf("with %q in the vault: %v, after %v", holds, err, w.applied)
			}
		}
		holds = canary + "\n"
		must(t, Apply(t.Context(), options()))
		before := asked
		if _, err := Ready(t.Context(), options()); err != nil || asked != before {
			t.Errorf("who only looks asked the vault %d times (%v)", asked-before, err)
		}
		newVersion(w)
		must(t, Rotate(t.Context(), options()))
		for _, server := range w.apis {
			data, _ := server.Object(repositoryPath)["data"].(apitest.Object)
			if got, err := base64.StdEncoding.DecodeString(fmt.Sprint(data["password"])); err != nil || string(got) != canary {
				t.Errorf("its password is %q (%v)", got, err)
			}
		}
		for _, name := range w.objects.Names() {
			if strings.Contains(string(w.objects.Get(name)), canary) {
				t.Errorf("the store holds the secret, in %s", name)
			}
		}
	})
}

// Killed while it applies, the next process ends with all of it there.
func TestBringingTheAgentSurvivesAKill(t *testing.T) {
	t.Parallel()
	for _, at := range []int{1, 4, 62, 63} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			followsGit(t, syncs, func(t *testing.T, w *world) {
				applied(t, w)
				newVersion(w)
				count, run := 0, runs(syncs)
				w.apis["green"].OnApply(func(o apitest.Object) {
					run(o)
					w.mu.Lock()
					defer w.mu.Unlock()
					if count++; count == at {
						w.dead = true
					}
					if w.dead { // it hears no answer any more
						panic(http.ErrAbortHandler)
					}
				})
				if err := Rotate(t.Context(), w.options()); err == nil {
					t.Fatal("the process was not killed")
				}
				w.revive()
				must(t, Rotate(t.Context(), w.options()))
				checkRotated(t, w)
				if w.apis["green"].Object(rootPath) == nil || w.apis["green"].Object(clusterSecret) == nil {
					t.Error("the root or the secret of the cluster is not there")
				}
			})
		})
	}
}
