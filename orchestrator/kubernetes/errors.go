package kubernetes

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// StatusError is an answer of an API server that is not a good one.
type StatusError struct {
	Method, Path string
	Code         int    // of HTTP
	Message      string // the server's own words
}

// Error says what was refused, and what to do where a person can do something.
func (e *StatusError) Error() string {
	said := fmt.Sprintf("the API server answers %d to %s %s: %s", e.Code, e.Method, e.Path, e.Message)
	if advice, ok := advices[e.Code]; ok {
		said += "; " + advice
	}
	return said
}

var advices = map[int]string{
	http.StatusUnauthorized: "it does not know this identity: name its role in spec.access.admins and run `drover apply`",
	http.StatusForbidden:    "this identity may not do that: name its role in spec.access.admins and run `drover apply`",
}

// refused reads a Status object, or whatever stands in for it.
func refused(method, path string, code int, body []byte) error {
	var status struct{ Message string }
	_ = json.Unmarshal(body, &status) // something between may have answered in its own words
	const most, mostOfOthers = 2000, 200
	said := cut(status.Message, most)
	return &StatusError{method, path, code, cmp.Or(said, cut(strings.TrimSpace(string(body)), mostOfOthers), http.StatusText(code))}
}

// cut is the beginning of a text: whoever answers may say any amount, and errors are kept.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// UnreachableError says that no answer came at all.
type UnreachableError struct {
	Host string
	Err  error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the API server at %s does not answer: %v; a private one is reached from inside the network or by VPN only", e.Host, e.Err)
}

// Unwrap gives the network's own error.
func (e *UnreachableError) Unwrap() error { return e.Err }

func (c *Client) unreachable(err error) error { return &UnreachableError{c.server.Host, err} }

// Missing is true of an answer that the object, or its kind, does not exist.
func Missing(err error) bool { return answered(err, http.StatusNotFound) }

// Conflict is true of a deletion whose object has meanwhile been made anew, and of an apply of what another owner has.
func Conflict(err error) bool { return answered(err, http.StatusConflict) }

// Rejected is true of an object that an admission policy of this name denies.
func Rejected(err error, policy string) bool {
	var status *StatusError
	return errors.As(err, &status) && strings.Contains(status.Message, "ValidatingAdmissionPolicy '"+policy+"'")
}

// Invalid is true of an object that the server refuses for what it says.
func Invalid(err error) bool {
	return answered(err, http.StatusBadRequest) || answered(err, http.StatusUnprocessableEntity) || untyped(err)
}

// untyped is true of an object that server-side apply cannot read by its schema: a field that does not exist, or that has another
// type. The server answers that with 500, as if it were its own fault (kubernetes/kubernetes, patch.go: applyPatcher).
func untyped(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == http.StatusInternalServerError && strings.Contains(status.Message, "failed to create typed patch object")
}

// Denied is true where the server does not know the identity, or does not allow it what was asked.
func Denied(err error) bool {
	return answered(err, http.StatusUnauthorized) || answered(err, http.StatusForbidden)
}

// Busy is true of an answer that may be another in a moment: the server is overloaded, starts or stops.
func Busy(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && (status.Code == http.StatusTooManyRequests || status.Code >= http.StatusInternalServerError) && !untyped(err)
}

// NoHost is true where the server's name is not in DNS, so that there is none.
func NoHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func answered(err error, code int) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == code
}
