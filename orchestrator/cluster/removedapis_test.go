package cluster

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/internal/apitest"
)

const removedInUse = `apiserver_request_total{code="200"} 12
apiserver_requested_deprecated_apis{group="flow",removed_release="1.33",resource="schemas",subresource="",version="v1beta3"} 1
apiserver_requested_deprecated_apis{group="later",removed_release="1.40",resource="things",subresource="",version="v1beta1"} 1
`

// upgrading is a world whose blue was asked for an API that 1.33 no longer has.
func upgrading(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = apitest.Start(t)
	w.apis["blue"].Page("/metrics", removedInUse)
	w.apis["blue"].Page("/apis/flow", `{"preferredVersion":{"groupVersion":"flow/v1"}}`)
	w.apis["blue"].Page("/apis/flow/v1", `{"resources":[{"name":"schemas"}]}`)
	w.apis["blue"].Have(t, "/apis/flow/v1/schemas", `{"metadata":{"name":"shop","managedFields":[{"manager":"argocd","apiVersion":"flow/v1beta3"}]}}`)
	w.spec.Spec.Kubernetes.Version = "1.33"
	return w
}

func TestAnUpgradeThatTakesAnAPIAwayIsRefusedBeforeAnythingIsBuilt(t *testing.T) {
	t.Parallel()
	w := upgrading(t)
	err := Rotate(t.Context(), w.options())
	var refused *Refused
	if !errors.As(err, &refused) || w.standing["green"] || w.state().Rotation != nil {
		t.Fatalf("got %v, standing %v", err, w.standing)
	}
	for _, say := range []string{"flow/v1beta3/schemas (gone in 1.33): write flow/v1; written with it: shop (by argocd)", "spec.rotation.acceptRemoved"} {
		if !strings.Contains(err.Error(), say) {
			t.Errorf("%q does not say %q", err, say)
		}
	}
	if strings.Contains(err.Error(), "later") {
		t.Errorf("an API that 1.33 still has is named: %v", err)
	}
}

func TestRemovedAPIsMatterOnlyToAnUpgradeThatReachesThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		says   string
	}{
		"the same version":      {func(w *world) { w.spec.Spec.Kubernetes.Version = "1.32" }, ""},
		"an older version":      {func(w *world) { w.spec.Spec.Kubernetes.Version = "1.31" }, ""},
		"accepted":              {func(w *world) { w.spec.Spec.Rotation.AcceptRemoved = []string{"flow/v1beta3/schemas"} }, "no API in use that 1.33 lacks"},
		"a cluster that is ill": {func(w *world) { w.apis["blue"].Answer("/metrics", http.StatusInternalServerError) }, "removed APIs unknown"},
		"no answer is no pass":  {func(w *world) { w.apis["blue"].Page("/metrics", "") }, "removed APIs unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := upgrading(t)
			c.change(w)
			r := &rotation{started(t, w.options())}
			if detail, err := r.removedAPIs(t.Context()); err != nil || detail != c.says {
				t.Errorf("%q, %v; want %q", detail, err, c.says)
			}
		})
	}
}

func TestMinorVersionsAreComparedAsNumbers(t *testing.T) {
	t.Parallel()
	if compareMinors("1.9", "1.33") >= 0 || compareMinors("2.0", "1.99") <= 0 || compareMinors("1.33", "1.33") != 0 || compareMinors("", "1.0") >= 0 {
		t.Error("versions are out of order")
	}
}

// A check that nobody would let in is found out before green is built.
func TestAKubernetesCheckThatIsNotLetInIsRefusedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	applied(t, w)
	w.apis["blue"] = apitest.Start(t)
	for _, collection := range []string{"/api/v1/nodes", "/api/v1/pods", "/apis/apps/v1/deployments"} {
		w.apis["blue"].Have(t, collection)
	}
	r := &rotation{started(t, w.options())}
	if detail, err := r.checksAreLetIn(t.Context()); err != nil || detail != "" {
		t.Errorf("without such a check: %q, %v", detail, err)
	}
	r.Spec.Spec.Rotation.Verify = []spec.Check{{Kubernetes: &spec.KubernetesCheck{NodesReady: "all"}}}
	if detail, err := r.checksAreLetIn(t.Context()); err != nil || detail != "blue's API answers" {
		t.Errorf("let in: %q, %v", detail, err)
	}
	w.apis["blue"].Answer("/api/v1/pods", http.StatusForbidden)
	var refused *Refused
	if _, err := r.checksAreLetIn(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "spec.access.admins") {
		t.Errorf("not let in: %v", err)
	}
	w.apis["blue"].Close()
	if detail, err := r.checksAreLetIn(t.Context()); err != nil || detail != "blue's API not reached" {
		t.Errorf("not there: %q, %v", detail, err)
	}
}
