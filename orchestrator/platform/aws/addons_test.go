package aws

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTheDefaultVersionOfAnAddonIsThatForTheVersionOfKubernetes(t *testing.T) {
	t.Parallel()
	const answer = `{"addons": [{"addonName": "coredns", "addonVersions": [
		{"addonVersion": "v1.14.3-eksbuild.9", "compatibilities": [{"clusterVersion": "1.36", "defaultVersion": true}, {"clusterVersion": "1.35", "defaultVersion": false}]},
		{"addonVersion": "v1.13.2-eksbuild.7", "compatibilities": [{"clusterVersion": "1.35", "defaultVersion": true}]},
		{"addonVersion": "v1.13.2-eksbuild.1", "compatibilities": [{"clusterVersion": "1.35", "defaultVersion": false}]}]}]}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/addons/supported-versions" || r.URL.Query().Get("kubernetesVersion") != "1.35" {
			t.Errorf("asked for %s", r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("addonName") == "coredns" {
			_, _ = w.Write([]byte(answer))
			return
		}
		_, _ = w.Write([]byte(`{"addons": []}`))
	}))
	defer server.Close()
	got, err := at(server.URL).AddonVersions(t.Context(), "1.35", []string{"coredns", "unknown"})
	if want := map[string]string{"coredns": "v1.13.2-eksbuild.7"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}
