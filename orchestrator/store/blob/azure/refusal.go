package azure

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
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

// plain makes a refusal of the service's answer, and one line of what the sign-in tried.
func plain(err error) error {
	var answer *azcore.ResponseError
	var signIn *azidentity.AuthenticationFailedError
	switch {
	case errors.As(err, &signIn):
		return fmt.Errorf("signing in to Azure: %w", &oneLine{err})
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
