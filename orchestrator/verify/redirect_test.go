package verify

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// What a check asks is what the spec names: an answer must not send this machine to a server inside its network.
func TestNoCheckFollowsARedirect(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		_, _ = fmt.Fprint(w, `{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}`)
	}))
	defer inside.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, inside.URL+"/secret-path", status)
		}))
		defer outside.Close()
		one := 1.0
		verdict, detail := Prometheus{Client: outside.Client(), URL: outside.URL, Query: "up", Min: &one}.Run(t.Context()).Said()
		if verdict != Error || !strings.Contains(detail, "leads to "+inside.URL+" and is not followed") || strings.Contains(detail, "secret-path") {
			t.Errorf("prometheus, %d: %s (%s)", status, verdict, detail)
		}
		if verdict, detail := (HTTP{Client: outside.Client(), URL: outside.URL, Status: 200, Samples: 1}).Run(t.Context()).Said(); verdict != Fail {
			t.Errorf("http, %d: %s (%s)", status, verdict, detail)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the server inside was asked %d times", n)
	}
}
