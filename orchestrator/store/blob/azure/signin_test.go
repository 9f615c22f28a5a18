package azure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"drover/orchestrator/store/location"
)

func of(variables ...string) environment {
	values := map[string]string{}
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

const (
	tenant = "ARM_TENANT_ID=00000000-0000-0000-0000-000000000001"
	client = "ARM_CLIENT_ID=00000000-0000-0000-0000-000000000002"
)

func TestTheIdentityIsTheOneThatTerraformHas(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cr3t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, e := range map[string][]environment{
		"*azidentity.ClientSecretCredential": {
			of(tenant, client, "ARM_CLIENT_SECRET=s3cr3t", "ARM_USE_OIDC=true", "ARM_USE_MSI=true"),
			of(tenant, client, "ARM_CLIENT_SECRET_FILE_PATH="+file),
		},
		"*azidentity.ClientAssertionCredential": {
			of(tenant, client, "ARM_USE_OIDC=true", "ARM_OIDC_TOKEN=s3cr3t"),
			of(tenant, client, "ARM_USE_OIDC=true", "ARM_OIDC_TOKEN_FILE_PATH="+file, "ARM_USE_MSI=true"),
			of(tenant, client, "ARM_USE_OIDC=true", "ACTIONS_ID_TOKEN_REQUEST_URL=https://github.example", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=s3cr3t"),
		},
		"*azidentity.ManagedIdentityCredential": {of("ARM_USE_MSI=true"), of(client, "ARM_USE_MSI=1")},
		"*azidentity.ChainedTokenCredential":    {of(), of(tenant, client), of("ARM_USE_CLI=false")},
	} {
		for i, e := range e {
			identity, err := credential(e, policy.ClientOptions{Transport: transport()})
			if err != nil || fmt.Sprintf("%T", identity) != want {
				t.Errorf("%s %d: %T, %v", want, i, identity, err)
			}
		}
	}
}

// none is nobody's identity.
type none struct{}

func (none) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("no token.\nAttempted:\n\tAzureCLICredential: no az on PATH\n---")
}

func TestWithoutATokenTheErrorSaysHowToSignIn(t *testing.T) {
	t.Parallel()
	made, err := container.NewClient("https://127.0.0.1:1/state", telling{none{}}, &container.ClientOptions{ClientOptions: policy.ClientOptions{Transport: transport()}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&Objects{made, ""}).List(t.Context(), "journal/", "")
	want := "signing in to Azure: no token.; Attempted:; AzureCLICredential: no az on PATH; run `az login`, or set ARM_CLIENT_ID and what goes with it (docs/store.md)"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestHalfAnIdentityIsAnErrorThatSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for missing, e := range map[string]environment{
		"ARM_CLIENT_ID is not":           of(tenant, "ARM_CLIENT_SECRET=s3cr3t"),
		"ARM_TENANT_ID is not":           of(client, "ARM_USE_OIDC=true", "ARM_OIDC_TOKEN=s3cr3t"),
		"id-token: write":                of(tenant, client, "ARM_USE_OIDC=true"),
		"ARM_CLIENT_SECRET_FILE_PATH":    of(tenant, client, "ARM_CLIENT_SECRET_FILE_PATH=/nowhere"),
		"ARM_CLIENT_CERTIFICATE_PATH":    of(tenant, client, "ARM_CLIENT_CERTIFICATE_PATH=/nowhere"),
		"public, usgovernment or china":  of("ARM_ENVIRONMENT=moon"),
		"not base64":                     of("ARM_ACCESS_KEY=s3cr3t!"),
		"AZURE_STORAGE_SERVICE_ENDPOINT": of("AZURE_STORAGE_SERVICE_ENDPOINT=ftp://s3cr3t"),
		"could read the SAS token":       of("AZURE_STORAGE_SERVICE_ENDPOINT=http://192.0.2.1", "ARM_SAS_TOKEN=sig=s3cr3t"),
	} {
		_, err := OpenWith(e, location.Location{Kind: "azblob", Bucket: "state", Settings: map[string]string{location.Account: "acme"}})
		if err == nil || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", missing, err)
		}
	}
}

func TestTheAddressIsThatOfTheAccountInItsCloud(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]environment{
		"https://acme.blob.core.windows.net/state":       of(),
		"https://acme.blob.core.usgovcloudapi.net/state": of("ARM_ENVIRONMENT=usgovernment"),
		"https://acme.blob.core.chinacloudapi.cn/state":  of("ARM_ENVIRONMENT=China"),
		"http://127.0.0.1:10000/acme/state":              of("AZURE_STORAGE_SERVICE_ENDPOINT=http://127.0.0.1:10000/acme/"),
		"https://acme.blob.core.windows.net/state?sig=x": of("ARM_SAS_TOKEN=?sig=x", "ARM_ACCESS_KEY=c2VjcmV0"),
	} {
		made, err := connect(e, location.Location{Bucket: "state", Settings: map[string]string{location.Account: "acme"}})
		if err != nil || made.URL() != want {
			t.Errorf("%v, %v, not %s", made, err, want)
		}
	}
}

func TestAPipelinesTokenIsAskedForEachTime(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Query().Get("audience") != audience || r.URL.Query().Get("api-version") != "2" || r.Header.Get("Authorization") != "Bearer s3cr3t" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = fmt.Fprintf(w, `{"value":"token-%d"}`, asked)
	}))
	t.Cleanup(server.Close)
	ask, err := assertion(of("ACTIONS_ID_TOKEN_REQUEST_URL="+server.URL+"?api-version=2"), "s3cr3t", transport())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if token, err := ask(t.Context()); err != nil || token != fmt.Sprintf("token-%d", i+1) {
			t.Errorf("%q, %v", token, err)
		}
	}
	ask, err = assertion(of("ACTIONS_ID_TOKEN_REQUEST_URL="+server.URL), "wr0ng", transport())
	if err != nil {
		t.Fatal(err)
	}
	if token, err := ask(t.Context()); err == nil || strings.Contains(err.Error(), "wr0ng") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("%q, %v", token, err)
	}
}

// A server that answers for the store, or for a pipeline's tokens, leads nobody elsewhere with a token.
func TestARedirectTakesNoTokenAlong(t *testing.T) {
	t.Parallel()
	var seen []string
	var lock sync.Mutex
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		seen = append(seen, r.Header.Get("Referer")+r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	leads := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(leads.Close)
	at := location.Location{Bucket: "state", Settings: map[string]string{location.Account: "acme"}}
	objects, err := OpenWith(of("AZURE_STORAGE_SERVICE_ENDPOINT="+leads.URL, "ARM_SAS_TOKEN=sig=s3cr3t"), at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := objects.Read(t.Context(), "journal/1"); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("reading: %v", err)
	}
	ask, err := assertion(of("ACTIONS_ID_TOKEN_REQUEST_URL="+leads.URL), "s3cr3t", transport())
	if err != nil {
		t.Fatal(err)
	}
	if token, err := ask(t.Context()); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("asking for a token: %q, %v", token, err)
	}
	lock.Lock()
	defer lock.Unlock()
	if len(seen) > 0 {
		t.Errorf("the other server got %q", seen)
	}
}
