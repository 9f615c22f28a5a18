package kubernetes_test

import (
	"slices"
	"strings"
	"testing"

	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/kubernetes"
)

const metrics = `# HELP apiserver_request_total Counter of apiserver requests.
apiserver_request_total{code="200",verb="LIST"} 12
apiserver_requested_deprecated_apis{group="flowcontrol.apiserver.k8s.io",removed_release="1.32",resource="flowschemas",subresource="",version="v1beta3"} 1
apiserver_requested_deprecated_apis{group="flowcontrol.apiserver.k8s.io",removed_release="1.32",resource="flowschemas",subresource="status",version="v1beta3"} 1
apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1
apiserver_requested_deprecated_apis{group="policy",removed_release="1.25",resource="podsecuritypolicies",subresource="",version="v1beta1"} 0
`

func TestDeprecatedAPIsAreThoseInUseThatGo(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Page("/metrics", metrics)
	got, err := kubernetes.Deprecated(t.Context(), client(t, server.Access()))
	want := []kubernetes.API{{Group: "flowcontrol.apiserver.k8s.io", Version: "v1beta3", Resource: "flowschemas", Removed: "1.32"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAPageThatIsNoAPIServersSaysNothing(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"", "<html>", "apiserver_requested_deprecated_apis{} 1\n"} {
		server := apitest.Start(t)
		server.Page("/metrics", page)
		if got, err := kubernetes.Deprecated(t.Context(), client(t, server.Access())); err == nil || !strings.Contains(err.Error(), "apiserver_request_total") {
			t.Errorf("%q: %v, %v", page, got, err)
		}
	}
}

func TestTheSuccessorIsWhatTheServerPrefersAndHas(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Page("/apis/flow", `{"preferredVersion":{"groupVersion":"flow/v1"}}`)
	server.Page("/apis/flow/v1", `{"resources":[{"name":"schemas"},{"name":"schemas/status"}]}`)
	c := client(t, server.Access())
	for api, want := range map[kubernetes.API]string{
		{Group: "flow", Version: "v1beta3", Resource: "schemas"}: "flow/v1",
		{Group: "flow", Version: "v1beta3", Resource: "gone"}:    "",
		{Group: "flow", Version: "v1", Resource: "schemas"}:      "",
	} {
		if got, err := kubernetes.Successor(t.Context(), c, api); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", api, got, err, want)
		}
	}
	if _, err := kubernetes.Successor(t.Context(), c, kubernetes.API{Group: "none", Version: "v1", Resource: "x"}); err == nil {
		t.Error("a group that the server does not have is no error")
	}
}

func TestWritersAreThoseOfThatVersion(t *testing.T) {
	t.Parallel()
	server := apitest.Start(t)
	server.Have(t, "/apis/flow/v1/schemas",
		`{"metadata":{"name":"old","managedFields":[{"manager":"argocd","apiVersion":"flow/v1beta3"},{"manager":"x","apiVersion":"flow/v1beta3"}]}}`,
		`{"metadata":{"name":"new","managedFields":[{"manager":"kubectl","apiVersion":"flow/v1"}]}}`,
		`{"metadata":{"name":"in","namespace":"shop","managedFields":[{"manager":"helm","apiVersion":"flow/v1beta3"}]}}`)
	got, err := kubernetes.Writers(t.Context(), client(t, server.Access()), kubernetes.API{Group: "flow", Version: "v1beta3", Resource: "schemas"}, "flow/v1")
	if want := []string{"old (by argocd)", "shop/in (by helm)"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}
