package aws

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// entries is an account in which the caller is an operator of every cluster. associated is called once it is an administrator.
func entries(t *testing.T, administrator *atomic.Bool, associated func(http.ResponseWriter)) *Platform {
	t.Helper()
	const role = "arn:aws:iam::123456789012:role/ops"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		policies := strings.Contains(r.URL.Path, "/access-policies")
		switch {
		case r.URL.Path == "/":
			_, _ = fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/ops/me</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		case policies && r.Method == http.MethodPost:
			administrator.Store(true)
			associated(w)
		case policies && r.Method == http.MethodDelete:
			administrator.Store(false)
			_, _ = fmt.Fprint(w, `{}`)
		case strings.HasSuffix(r.URL.Path, "/access-entries"):
			_, _ = fmt.Fprintf(w, `{"accessEntries":[%q]}`, role)
		default:
			_, _ = fmt.Fprintf(w, `{"accessEntry":{"principalArn":%q,"kubernetesGroups":["drover"]}}`, role)
		}
	}))
	t.Cleanup(server.Close)
	return at(server.URL)
}

func TestAnOperatorIsAnAdministratorForATime(t *testing.T) {
	t.Parallel()
	var administrator atomic.Bool
	p := entries(t, &administrator, func(w http.ResponseWriter) { _, _ = fmt.Fprint(w, `{}`) })
	lower, err := p.Elevate(t.Context(), "shop-green")
	must(t, err)
	if !administrator.Load() {
		t.Error("it is none")
	}
	must(t, lower(t.Context()))
	if administrator.Load() {
		t.Error("it stays one")
	}
}

// The answer may be lost, by an interrupt too, and the rights be there.
func TestAnOperatorStaysNoAdministratorWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	var administrator atomic.Bool
	ctx, interrupt := context.WithCancel(t.Context())
	p := entries(t, &administrator, func(http.ResponseWriter) {
		interrupt()
		panic(http.ErrAbortHandler)
	})
	if _, err := p.Elevate(ctx, "shop-green"); err == nil || administrator.Load() {
		t.Errorf("ended with %v; an administrator still: %t", err, administrator.Load())
	}
}
