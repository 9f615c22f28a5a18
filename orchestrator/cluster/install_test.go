package cluster

import (
	"context"
	"errors"
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
	webManifest = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata: {a: \"1\"}\n"
	webPath     = "/api/v1/namespaces/shop/configmaps/web"
	knownPath   = "/api/v1/namespaces/drover/configmaps/drover"
)

// hosting is an API server that knows the kinds of the manifests, and holds nothing on to the cloud.
func hosting(t *testing.T) *apitest.Server {
	t.Helper()
	server := apitest.Start(t)
	server.Kinds(t, "v1", kubernetes.Resource{Name: "namespaces", Kind: "Namespace"}, kubernetes.Resource{Name: "configmaps", Kind: "ConfigMap", Namespaced: true},
		kubernetes.Resource{Name: "pods", Kind: "Pod", Namespaced: true})
	server.Kinds(t, "apps/v1", kubernetes.Resource{Name: "deployments", Kind: "Deployment", Namespaced: true})
	for _, collection := range []string{services, ingresses, "/api/v1/persistentvolumes", "/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets", "/apis/batch/v1/cronjobs"} {
		server.Have(t, collection)
	}
	server.OnApply(func(o apitest.Object) {
		if o["kind"] == "Namespace" {
			o["status"] = apitest.Object{"phase": "Active"}
		}
	})
	return server
}

// installs is a world whose spec has manifests, and whose colors have API servers.
func installs(t *testing.T, manifest string, test func(*testing.T, *world)) {
	t.Helper()
	blue, green := hosting(t), hosting(t)
	inWorld(t, func(t *testing.T, w *world) {
		w.apis["blue"], w.apis["green"] = blue, green
		w.manifest(manifest)
		test(t, w)
	})
}

func (w *world) manifest(text string) {
	w.spec.Spec.Bootstrap = &spec.Bootstrap{Manifests: []string{"web.yaml"}, Files: []spec.Manifest{{File: "web.yaml", Text: text}}}
}

func patches(server *apitest.Server) (paths []string) {
	for _, request := range server.Asked() {
		if path, is := strings.CutPrefix(request, "PATCH "); is {
			paths = append(paths, path)
		}
	}
	return paths
}

func TestBootstrapAppliesBeforeVerificationInBothColors(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		want := []string{"/api/v1/namespaces/drover", "/api/v1/namespaces/shop", knownPath, webPath}
		if got := patches(w.apis["blue"]); !slices.Equal(got, want) {
			t.Fatalf("apply applied %v, want %v", got, want)
		}
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Verify, func() {
			if got := patches(w.apis["green"]); !slices.Equal(got, want) {
				t.Errorf("before verification %v were applied, want %v", got, want)
			}
		})
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		if p := w.state().Past[0].Phases[rotation.Bootstrap]; p.Outcome != journal.Done || p.Detail != "4 objects ready" {
			t.Errorf("bootstrap was %s: %s", p.Outcome, p.Detail)
		}
	})
}

const stuckManifest = webManifest + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}}\n"

func TestAGreenWhoseWorkloadsDoNotBecomeReadyIsRolledBackBeforeTraffic(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		newVersion(w)
		w.manifest(stuckManifest)
		w.apis["green"].Have(t, "/api/v1/namespaces/shop/pods",
			`{"metadata":{"name":"web-1","namespace":"shop","labels":{"app":"web"}},"status":{"containerStatuses":[{"name":"web","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}}`)
		o := w.options()
		o.Observer = onWeights(func(weights map[string]int) {
			if weights["green"] > 0 {
				t.Errorf("green got traffic: %v", weights)
			}
		})
		back := rotated[*rotation.RolledBack](t, w, o)
		for _, says := range []string{"Deployment shop/web", "ImagePullBackOff"} {
			if !strings.Contains(back.Reason, says) {
				t.Errorf("%q lacks %q", back.Reason, says)
			}
		}
		checkBack(t, w)
	})
}

func TestApplyChangesObjectsInPlaceAndTakesNoneAway(t *testing.T) {
	t.Parallel()
	installs(t, webManifest, func(t *testing.T, w *world) {
		applied(t, w)
		before := len(patches(w.apis["blue"]))
		w.manifest(strings.Replace(webManifest, `"1"`, `"2"`, 1))
		if p := planned(t, w); p.Takes != takesApply || !slices.Contains(p.Roots[1].Changes, PlannedChange{"update", "ConfigMap shop/web"}) {
			t.Errorf("planned %+v", p)
		}
		applied(t, w)
		if got := patches(w.apis["blue"]); len(got) != before+4 {
			t.Errorf("applied %v", got)
		}
		applied(t, w)
		if got := patches(w.apis["blue"]); len(got) != before+4 {
			t.Errorf("applied again without a change: %v", got)
		}
		w.manifest(strings.SplitAfter(webManifest, "---\n")[0])
		if p := planned(t, w); p.Takes != takesRotate || !strings.Contains(p.Reason, "ConfigMap shop/web") {
			t.Errorf("planned %+v", p)
		}
		var refused *Refused
		if err := Apply(t.Context(), w.options()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "delete ConfigMap shop/web") {
			t.Errorf("got %v", err)
		}
	})
}

// Rights that are there for a time only are given back, however it ends.
func TestRightsAreLoweredAgain(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{"ready": webManifest, "stuck": stuckManifest} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			installs(t, manifest, func(t *testing.T, w *world) {
				raised := 0
				o := w.options()
				connect := o.Connect
				o.Connect = func(ctx context.Context, o Options) (Ports, error) {
					ports, err := connect(ctx, o)
					ports.Elevate = func(_ context.Context, cluster string) (func(context.Context) error, error) {
						if raised++; cluster != "tiny-blue" || len(patches(w.apis["blue"])) > 0 {
							t.Errorf("rights in %s after %v", cluster, patches(w.apis["blue"]))
						}
						return func(context.Context) error { raised--; return nil }, nil
					}
					return ports, err
				}
				err := Apply(t.Context(), o)
				var unhealthy *Unhealthy
				if name == "stuck" && !errors.As(err, &unhealthy) || name == "ready" && err != nil {
					t.Error(err)
				}
				if raised != 0 || len(patches(w.apis["blue"])) == 0 {
					t.Errorf("%d rights are left", raised)
				}
			})
		})
	}
}

// Promise 1 for bootstrap: killed at any call, the next process ends with the objects there.
func TestBootstrapSurvivesAKillAtEveryCall(t *testing.T) {
	t.Parallel()
	over := false
	for at := 1; !over && !t.Failed(); at++ {
		installs(t, webManifest, func(t *testing.T, w *world) {
			applied(t, w)
			newVersion(w)
			w.effects, w.killAt, w.inStore = 0, at*3, true
			err := Rotate(t.Context(), w.options())
			if over = !w.dead; over {
				must(t, err)
				return
			}
			w.inStore = false
			w.revive()
			if state := w.state(); state.Active != "green" || state.Rotation != nil {
				must(t, Rotate(t.Context(), w.options()))
			}
			checkRotated(t, w)
			if got := patches(w.apis["green"]); !slices.Contains(got, webPath) {
				t.Errorf("killed at call %d: applied %v", at*3, got)
			}
			if role := roleOf(w, "green"); role != "live" {
				t.Errorf("killed at call %d: green knows that it is %s", at*3, role)
			}
		})
	}
}
