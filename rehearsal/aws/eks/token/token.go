// Package token checks the tokens that clients show to an EKS cluster's API: presigned requests to STS' GetCallerIdentity
// that name the cluster in a signed header. It must never take a token whose signature it could not check.
package token

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	prefix = "k8s-aws-v1."
	// ClusterHeader is the signed header that binds a token to one cluster.
	ClusterHeader = "x-k8s-aws-id"

	// What follows is of aws-iam-authenticator's verification, which EKS documents as its own.
	lasts        = 15 * time.Minute
	longestToken = 4 * 1024
	dateFormat   = "20060102T150405Z"
	emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// allowed are the query parameters that such a request may have, in lower case.
var allowed = []string{"action", "version", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires",
	"x-amz-security-token", "x-amz-signature", "x-amz-signedheaders", "x-amz-user-agent"}

// Caller is who signed a token.
type Caller struct {
	AccessKey, Region string
}

// ErrRefused is in every error of a token that is not good.
var ErrRefused = errors.New("the token is refused")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

// Verifier knows what tokens are compared with.
type Verifier struct {
	Hosts  func(host string) bool                          // whether this is STS
	Secret func(accessKey string) (secret string, ok bool) // of the keys that the account gave out
	Now    func() time.Time
}

// Verify says who signed a token for a cluster.
func (v Verifier) Verify(ctx context.Context, token, cluster string) (Caller, error) {
	request, err := v.request(token)
	if err != nil {
		return Caller{}, err
	}
	query := request.Query()
	caller, err := callerOf(query.Get("X-Amz-Credential"))
	if err != nil {
		return Caller{}, err
	}
	signed, err := v.timely(query)
	if err != nil {
		return Caller{}, err
	}
	secret, known := v.Secret(caller.AccessKey)
	if !known {
		return Caller{}, refuse("the account gave out no access key %s", caller.AccessKey)
	}
	want, err := signature(ctx, *request, cluster, aws.Credentials{AccessKeyID: caller.AccessKey, SecretAccessKey: secret,
		SessionToken: query.Get("X-Amz-Security-Token")}, caller.Region, signed)
	if err != nil {
		return Caller{}, err
	}
	if !hmac.Equal([]byte(want), []byte(query.Get("X-Amz-Signature"))) {
		return Caller{}, refuse("its signature is not that of a request for cluster %s", cluster)
	}
	return caller, nil
}

// request finds the presigned request, and refuses any that is not exactly one for GetCallerIdentity.
func (v Verifier) request(token string) (*url.URL, error) {
	encoded, ok := strings.CutPrefix(token, prefix)
	if !ok || len(token) > longestToken {
		return nil, refuse("it does not start with %s, or is too long", prefix)
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return nil, refuse("it is not base64: %v", err)
	}
	u, err := url.Parse(string(raw))
	if err != nil {
		return nil, refuse("it holds no URL")
	}
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case err != nil:
		return nil, refuse("its query cannot be read: %v", err)
	case !v.Hosts(u.Host):
		return nil, refuse("%s is not STS", u.Host)
	case u.Path != "/" && u.Path != "":
		return nil, refuse("its path is %s", u.Path)
	}
	for name, values := range query {
		if len(values) != 1 || !slices.Contains(allowed, strings.ToLower(name)) {
			return nil, refuse("it has a parameter %s that does not belong to it, or has it twice", name)
		}
	}
	signed := strings.Split(strings.ToLower(query.Get("X-Amz-SignedHeaders")), ";")
	switch {
	case query.Get("Action") != "GetCallerIdentity":
		return nil, refuse("its action is %q", query.Get("Action"))
	case query.Get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256":
		return nil, refuse("its algorithm is %q", query.Get("X-Amz-Algorithm"))
	case !slices.Contains(signed, ClusterHeader):
		return nil, refuse("its header %s is not signed", ClusterHeader)
	case !slices.Equal(signed, []string{"host", ClusterHeader}):
		return nil, refuse("it signs the headers %s, and only host and %s are known", strings.Join(signed, ", "), ClusterHeader)
	}
	return u, nil
}

// callerOf reads a credential scope.
func callerOf(credential string) (Caller, error) {
	m := regexp.MustCompile(`^([A-Za-z0-9]+)/\d{8}/([a-z0-9-]+)/sts/aws4_request$`).FindStringSubmatch(credential)
	if m == nil {
		return Caller{}, refuse("its credential %q is not one for STS", credential)
	}
	return Caller{AccessKey: m[1], Region: m[2]}, nil
}

// timely says when a token was signed, and refuses it when that is too long ago. X-Amz-Expires does not shorten this.
func (v Verifier) timely(query url.Values) (time.Time, error) {
	signed, err := time.Parse(dateFormat, query.Get("X-Amz-Date"))
	if err != nil {
		return signed, refuse("its date %q is none", query.Get("X-Amz-Date"))
	}
	if given := query.Get("X-Amz-Expires"); given != "" {
		if n, err := strconv.Atoi(given); err != nil || n < 0 || n > int(lasts.Seconds()) {
			return signed, refuse("X-Amz-Expires is %q, not 0 to %d", given, int(lasts.Seconds()))
		}
	}
	switch now := v.Now(); {
	case now.After(signed.Add(lasts)):
		return signed, refuse("it expired %s after it was signed", lasts)
	case signed.After(now.Add(5 * time.Minute)):
		return signed, refuse("it was signed in the future, at %s", signed)
	}
	return signed, nil
}

// signature is what the request's has to be for this cluster.
func signature(ctx context.Context, u url.URL, cluster string, who aws.Credentials, region string, at time.Time) (string, error) {
	query := u.Query()
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders"} {
		query.Del(name)
	}
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", refuse("it holds no request: %v", err)
	}
	req.Header.Set(ClusterHeader, cluster)
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, who, req, emptyPayload, "sts", region, at)
	if err != nil {
		return "", fmt.Errorf("sign the token's request again: %w", err)
	}
	again, err := url.Parse(signed)
	if err != nil {
		return "", fmt.Errorf("sign the token's request again: %w", err)
	}
	return again.Query().Get("X-Amz-Signature"), nil
}
