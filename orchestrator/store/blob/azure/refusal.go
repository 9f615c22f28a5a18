package azure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
)

// refusal is an answer of the service in one line; the SDK's own text has the whole of it, over many.
type refusal struct{ answer *azcore.ResponseError }

func (r *refusal) Error() string {
	text := fmt.Sprintf("Azure answered %d", r.answer.StatusCode)
	if r.answer.ErrorCode != "" {
		text += " " + r.answer.ErrorCode
	}
	if next := advice[bloberror.Code(r.answer.ErrorCode)]; next != "" {
		text += ": " + next
	}
	return text
}

func (r *refusal) Unwrap() error { return r.answer }

const (
	grant  = "give this identity the role Storage Blob Data Contributor on the container"
	signIn = "look at the account, its key or SAS token, and this machine's clock"
)

var advice = map[bloberror.Code]string{
	bloberror.AuthorizationPermissionMismatch: grant,
	bloberror.AuthorizationFailure:            grant + ", or open the account's firewall to this machine",
	bloberror.AuthorizationSourceIPMismatch:   "open the account's firewall, or the SAS token, to this machine",
	bloberror.AuthenticationFailed:            signIn,
	bloberror.InvalidAuthenticationInfo:       signIn,
	bloberror.ContainerNotFound:               "the container does not exist: create it, or name another in spec.state.container",
	bloberror.ContainerBeingDeleted:           "the container is being deleted: restore it, or name another in spec.state.container",
}

// telling says how to sign in where that failed.
type telling struct{ azcore.TokenCredential }

func (t telling) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := t.TokenCredential.GetToken(ctx, o)
	if err != nil {
		return token, &signInError{err}
	}
	return token, nil
}

// signInError is why there is no token.
type signInError struct{ err error }

const mostOfReason = 800 // bytes of what each way to sign in said

func (e *signInError) Error() string {
	reason := (&oneLine{e.err}).Error()
	return "signing in to Azure: " + reason[:min(len(reason), mostOfReason)] + "; run `az login`, or set ARM_CLIENT_ID and what goes with it (docs/store.md)"
}

func (e *signInError) Unwrap() error { return e.err }

// NonRetriable has the SDK not try again at once.
func (e *signInError) NonRetriable() {}

// plain makes a refusal of the service's answer, and one line of anything else.
func plain(err error) error {
	var answer *azcore.ResponseError
	var noToken *signInError
	switch {
	case errors.As(err, &noToken):
		return noToken
	case errors.As(err, &answer):
		return &refusal{answer}
	case err != nil && strings.Contains(err.Error(), "\n"):
		return &oneLine{err}
	}
	return err
}

// oneLine is an error whose text has many lines.
type oneLine struct{ err error }

func (e *oneLine) Error() string {
	var lines []string
	for line := range strings.Lines(e.err.Error()) {
		if line = strings.TrimSpace(line); strings.Trim(line, "-") != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

func (e *oneLine) Unwrap() error { return e.err }

// discreet sends requests, and keeps the query of an address, which may be a SAS token, out of errors.
type discreet struct{ *http.Client }

func (d discreet) Do(request *http.Request) (*http.Response, error) {
	answer, err := d.Client.Do(request)
	var failed *url.Error
	if errors.As(err, &failed) {
		address, _, _ := strings.Cut(failed.URL, "?")
		err = &url.Error{Op: failed.Op, URL: address, Err: failed.Err}
	}
	return answer, err
}
