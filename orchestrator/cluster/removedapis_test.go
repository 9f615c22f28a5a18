package cluster

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/rotation"
)

const removedInUse = `apiserver_request_total{code="200"} 12
apiserver_requested_deprecated_apis{group="flow",removed_release="1.33",resource="schemas",subresource="",version="v1beta3"} 1
apiserver_requested_deprecated_apis{group="later",removed_release="1.40",resource="things",subresource="",version="v1beta1"} 1
`

// upgrading is a server that was asked for an API that 1.33 no longer has.
func upgrading(t *testing.T) *apitest.Server {
	t.Helper()
	server := apitest.Start(t)
	server.Page("/metrics", removedInUse)
	server.Page("/apis/flow", `{"preferredVersion":{"groupVersion":"flow/v1"}}`)
	server.Page("/apis/flow/v1", `{"resources":[{"name":"schemas"}]}`)
	server.Have(t, "/apis/flow/v1/schemas", `{"metadata":{"name":"shop","managedFields":[{"manager":"argocd","apiVersion":"flow/v1beta3"}]}}`)
	return server
}

// preflighting asks one thing of preflight, in a session of its own.
func preflighting(t *testing.T, w *world, ask func(*preflight, context.Context) (string, error)) (detail string, err error) {
	t.Helper()
	driven := drive(t.Context(), w.options(), asRotating, func(ctx context.Context, s *session) error {
		detail, err = ask(&preflight{session: s, emit: s.record, from: color.Blue, version: s.Spec.Spec.Kubernetes.Version}, ctx)
		return nil
	})
	must(t, driven)
	return detail, err
}

func TestAnUpgradeThatTakesAnAPIAwayIsRefusedBeforeAnythingIsBuilt(t *testing.T) {
	t.Parallel()
	withAPI(t, upgrading(t), func(t *testing.T, w *world) {
		failed := rotated[*rotation.Failed](t, w, w.options())
		if w.standing["green"] || w.state().Rotation != nil || !failed.Nothing {
			t.Fatalf("got %+v, standing %v", failed, w.standing)
		}
		for _, say := range []string{"flow/v1beta3/schemas (gone in 1.33): write flow/v1; written with it: shop (by argocd)", "spec.rotation.acceptRemoved"} {
			if !strings.Contains(failed.Reason, say) {
				t.Errorf("%q does not say %q", failed.Reason, say)
			}
		}
		if strings.Contains(failed.Reason, "later") {
			t.Errorf("an API that 1.33 still has is named: %v", failed)
		}
	})
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
			withAPI(t, upgrading(t), func(t *testing.T, w *world) {
				c.change(w)
				if detail, err := preflighting(t, w, (*preflight).removedAPIs); err != nil || detail != c.says {
					t.Errorf("%q, %v; want %q", detail, err, c.says)
				}
			})
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
	server := apitest.Start(t)
	for _, collection := range []string{"/api/v1/nodes", "/api/v1/pods", "/apis/apps/v1/deployments"} {
		server.Have(t, collection)
	}
	withAPI(t, server, func(t *testing.T, w *world) {
		if detail, err := preflighting(t, w, (*preflight).checksAreLetIn); err != nil || detail != "" {
			t.Errorf("without such a check: %q, %v", detail, err)
		}
		w.spec.Spec.Rotation.Verify = []spec.Check{{Kubernetes: &spec.KubernetesCheck{NodesReady: "all"}}}
		if detail, err := preflighting(t, w, (*preflight).checksAreLetIn); err != nil || detail != "blue's API answers" {
			t.Errorf("let in: %q, %v", detail, err)
		}
		server.Answer("/api/v1/pods", http.StatusForbidden)
		var refused *Refused
		if _, err := preflighting(t, w, (*preflight).checksAreLetIn); !errors.As(err, &refused) || !strings.Contains(err.Error(), "spec.access.admins") {
			t.Errorf("not let in: %v", err)
		}
		server.Close()
		if detail, err := preflighting(t, w, (*preflight).checksAreLetIn); err != nil || detail != "blue's API not reached" {
			t.Errorf("not there: %q, %v", detail, err)
		}
	})
}
