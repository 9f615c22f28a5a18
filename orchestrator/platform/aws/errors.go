package aws

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// Error is a question that AWS did not answer: what was asked, why there is no answer, and what to do.
type Error struct {
	Asking string // what was being done
	Reason string // empty if there is nothing to say beyond Err
	Advice string
	Detail string // shown in place of Err, where that tells a person nothing
	Err    error
}

// Error says it in a sentence.
func (e *Error) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("%s: %v", e.Asking, e.Err)
	}
	detail := e.Detail
	if detail == "" {
		detail = e.Err.Error()
	}
	return fmt.Sprintf("%s: %s: %s (%s)", e.Asking, e.Reason, e.Advice, detail)
}

// Unwrap gives AWS's own error.
func (e *Error) Unwrap() error { return e.Err }

// troubles are the failures that a person can mend, by the error code of AWS or a phrase of its SDK, in the order in
// which they are looked for.
var troubles = []struct {
	codes, phrases []string
	reason, advice string
}{
	{
		codes:   []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"},
		phrases: []string{"token has expired", "session has expired", "expired and refresh failed"},
		reason:  "the credentials have expired", advice: "log in again (`aws sso login`), or give the pipeline a new token",
	},
	{
		codes:  []string{"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure", "InvalidAccessKeyId"},
		reason: "AWS does not accept the credentials", advice: "`aws sts get-caller-identity` must work first",
	},
	{
		codes:  []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"},
		reason: "the credentials do not allow it", advice: "have the action allowed for this role or user",
	},
	{
		codes:  []string{"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"},
		reason: "AWS asks to slow down", advice: "try again in a minute",
	},
	{
		phrases: []string{"connection refused", "no such host", "i/o timeout", "network is unreachable", "no route to host", "TLS handshake timeout", "connection reset"},
		reason:  "AWS does not answer", advice: "check network, proxy and VPN (and AWS_ENDPOINT_URL, if it is set)",
	},
	{
		phrases: []string{"failed to refresh cached credentials", "no EC2 IMDS role found", "get identity: get credentials", "failed to get shared config profile"},
		reason:  "there are no credentials", advice: "log in (`aws sso login`), set AWS_PROFILE, or give the pipeline a role",
	},
}

// explain turns an error of the SDK into one that says what to do.
func explain(asking string, err error) error {
	if err == nil {
		return nil
	}
	explained := &Error{Asking: asking, Err: err}
	var api smithy.APIError
	code := ""
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	for _, trouble := range troubles {
		said := slices.ContainsFunc(trouble.phrases, func(phrase string) bool { return strings.Contains(err.Error(), phrase) })
		if said || slices.Contains(trouble.codes, code) {
			explained.Reason, explained.Advice = trouble.reason, trouble.advice
			break
		}
	}
	// The endpoint that hands out a machine's role is asked last; when it cannot be reached, what lacks is credentials.
	if strings.Contains(err.Error(), "no EC2 IMDS role found") {
		last := troubles[len(troubles)-1]
		explained.Reason, explained.Advice = last.reason, last.advice
		explained.Detail = "the environment and the AWS configuration hold none, and this machine has no role"
	}
	return explained
}
