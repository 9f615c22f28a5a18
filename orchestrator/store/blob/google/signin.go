package google

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

const (
	storageScope = "https://www.googleapis.com/auth/devstorage.read_write"
	cloudScope   = "https://www.googleapis.com/auth/cloud-platform" // to act as another
	tokenTime    = 20 * time.Second                                 // to get a token
)

// environment has the settings of Terraform's gcs backend.
type environment func(string) string

// or is a setting, or else the first variable that has a value.
func (e environment) or(setting string, variables ...string) string {
	for _, name := range variables {
		if setting == "" {
			setting = e(name)
		}
	}
	return setting
}

// signIn returns how a token is had, as the identity that Terraform's gcs backend has in the same environment. It looks
// for one with the first token: that may ask the machine's metadata server.
func signIn(ctx context.Context, e environment) func() (*oauth2.Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: client().Transport, Timeout: tokenTime})
	source := sync.OnceValues(func() (oauth2.TokenSource, error) {
		as := e.or("", "GOOGLE_BACKEND_IMPERSONATE_SERVICE_ACCOUNT", "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
		if as == "" {
			return own(ctx, e, storageScope)
		}
		self, err := own(ctx, e, cloudScope)
		if err != nil {
			return nil, err
		}
		return oauth2.ReuseTokenSource(nil, &impersonated{ctx: ctx, account: as, self: self, address: iamCredentials}), nil
	})
	return func() (*oauth2.Token, error) {
		tokens, err := source()
		if err != nil {
			return nil, err
		}
		return tokens.Token()
	}
}

// own is the identity that the environment has: a token, a key, or what Google calls application default credentials.
func own(ctx context.Context, e environment, scope string) (oauth2.TokenSource, error) {
	if token := e("GOOGLE_OAUTH_ACCESS_TOKEN"); token != "" {
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}), nil
	}
	given := e.or("", "GOOGLE_BACKEND_CREDENTIALS", "GOOGLE_CREDENTIALS")
	if given == "" {
		found, err := google.FindDefaultCredentials(ctx, scope)
		if err != nil {
			return nil, fmt.Errorf("%w; run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_CREDENTIALS", err)
		}
		return found.TokenSource, nil
	}
	data := []byte(given)
	if !strings.HasPrefix(strings.TrimSpace(given), "{") {
		var err error
		if data, err = os.ReadFile(given); err != nil {
			return nil, errors.New("GOOGLE_CREDENTIALS is neither the JSON of a key nor a file that can be read")
		}
	}
	var kind struct {
		Type google.CredentialsType `json:"type"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, errors.New("GOOGLE_CREDENTIALS is no JSON")
	}
	switch kind.Type {
	case google.ServiceAccount, google.AuthorizedUser, google.ExternalAccount, google.ExternalAccountAuthorizedUser, google.ImpersonatedServiceAccount:
	default:
		return nil, fmt.Errorf("GOOGLE_CREDENTIALS has credentials of the type %q, which drover does not know", kind.Type)
	}
	found, err := google.CredentialsFromJSONWithType(ctx, data, kind.Type, scope)
	if err != nil {
		return nil, fmt.Errorf("reading GOOGLE_CREDENTIALS: %w", err)
	}
	return found.TokenSource, nil
}

const iamCredentials = "https://iamcredentials.googleapis.com"

// impersonated gets tokens of a service account for an identity that may act as it.
type impersonated struct {
	ctx     context.Context //nolint:containedctx // oauth2.TokenSource takes none
	account string
	self    oauth2.TokenSource
	address string
}

// Token implements oauth2.TokenSource.
func (i *impersonated) Token() (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(i.ctx, tokenTime)
	defer cancel()
	body, err := json.Marshal(map[string]any{"scope": []string{storageScope}})
	if err != nil {
		return nil, err
	}
	address := i.address + "/v1/projects/-/serviceAccounts/" + url.PathEscape(i.account) + ":generateAccessToken"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := oauth2.NewClient(i.ctx, i.self).Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("acting as %s: %w", i.account, &tokenRefusal{refused(answer)})
	}
	var made struct {
		AccessToken string    `json:"accessToken"`
		ExpireTime  time.Time `json:"expireTime"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || made.AccessToken == "" {
		return nil, fmt.Errorf("acting as %s: the answer has no token", i.account)
	}
	return &oauth2.Token{AccessToken: made.AccessToken, Expiry: made.ExpireTime}, nil
}

// tokenRefusal is a refusal of the service that makes tokens; a role on the bucket does not help.
type tokenRefusal struct{ *refusal }

func (t *tokenRefusal) Error() string {
	return fmt.Sprintf("Google answered %d: %s; give this identity the role Service Account Token Creator on that account", t.status, t.message)
}
