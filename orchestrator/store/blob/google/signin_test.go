package google

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"drover/orchestrator/store/location"
)

func of(variables map[string]string) environment {
	return func(name string) string { return variables[name] }
}

func TestTheIdentityIsTheOneThatTerraformHas(t *testing.T) {
	t.Parallel()
	key, err := json.Marshal(map[string]string{
		"type": "authorized_user", "client_id": "id", "client_secret": "s3cr3t", "refresh_token": "s3cr3t",
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, key, 0o600); err != nil {
		t.Fatal(err)
	}
	// The kinds of key have Google's own addresses in them, which no test asks.
	for name, e := range map[string]environment{
		"JSON":                of(map[string]string{"GOOGLE_CREDENTIALS": string(key)}),
		"a file":              of(map[string]string{"GOOGLE_CREDENTIALS": file}),
		"the backend's first": of(map[string]string{"GOOGLE_BACKEND_CREDENTIALS": file, "GOOGLE_CREDENTIALS": "nothing"}),
	} {
		if source, err := own(t.Context(), e, storageScope); err != nil || source == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	token, err := signIn(t.Context(), of(map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "given", "GOOGLE_CREDENTIALS": file}))()
	if err != nil || token.AccessToken != "given" {
		t.Errorf("%v, %v", token, err)
	}
}

func TestCredentialsThatAreNoneAreAnErrorWithoutThem(t *testing.T) {
	t.Parallel()
	for says, value := range map[string]string{
		"neither the JSON of a key nor a file": "s3cr3t",
		"no JSON":                              `{"type": s3cr3t`,
		`of the type "s3"`:                     `{"type":"s3","key":"s3cr3t"}`,
	} {
		token, err := signIn(t.Context(), of(map[string]string{"GOOGLE_CREDENTIALS": value}))()
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v, %v", says, token, err)
		}
	}
}

func TestAnAccountThatIsImpersonatedIsWhoWrites(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		var body struct{ Scope []string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Scope) != 1 || body.Scope[0] != storageScope ||
			r.Header.Get("Authorization") != "Bearer own" || r.URL.Path != "/v1/projects/-/serviceAccounts/state@acme.iam.gserviceaccount.com:generateAccessToken" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error":{"message":"denied"}}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"accessToken":"theirs","expireTime":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339))
	}))
	t.Cleanup(server.Close)
	of := func(token string) oauth2.TokenSource {
		return &impersonated{
			ctx: t.Context(), account: "state@acme.iam.gserviceaccount.com", address: server.URL,
			self: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}),
		}
	}
	if token, err := of("own").Token(); err != nil || token.AccessToken != "theirs" || time.Until(token.Expiry) < time.Minute {
		t.Errorf("%v, %v", token, err)
	}
	if token, err := of("s3cr3t").Token(); err == nil || !strings.Contains(err.Error(), "Token Creator") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("%v, %v", token, err)
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

func TestATokenGoesToGoogleOrByHTTPSOrToThisMachine(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"":                                       googleapis,
		"https://storage.example.com":            "https://storage.example.com",
		"https://storage.example/storage/v1/b":   "https://storage.example",
		"http://127.0.0.1:4443/storage/v1/b/":    "http://127.0.0.1:4443",
		"http://localhost:4443":                  "http://localhost:4443",
		"http://storage.example.com/storage/v1":  "",
		"http://10.0.0.1":                        "",
		"http://127.0.0.1.example.com":           "",
		"https://user:s3cr3t@storage.example":    "",
		"https://storage.example/other":          "",
		"storage.example":                        "",
		"https://storage.example/?token=s3cr3t":  "",
		"ftp://storage.example":                  "",
		"https://storage.example:443/storage/v1": "https://storage.example:443",
	} {
		got, err := origin(endpoint)
		if got != want || (err == nil) != (want != "") || err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %q, %v; want %q", endpoint, got, err, want)
		}
	}
}

func TestAKeyOfOnesOwnIsRefused(t *testing.T) {
	t.Parallel()
	_, err := OpenWith(t.Context(), of(map[string]string{"GOOGLE_ENCRYPTION_KEY": "s3cr3t"}), location.Location{Kind: "gs", Bucket: "state"})
	if err == nil || !strings.Contains(err.Error(), "GOOGLE_ENCRYPTION_KEY") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("%v", err)
	}
}
