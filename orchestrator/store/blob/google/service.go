package google

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"drover/orchestrator/store"
)

// service sends requests to Cloud Storage.
type service struct {
	client *http.Client
	origin string // scheme and host
	token  func() (*oauth2.Token, error)
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	body         []byte
}

// client is shared: a connection is worth keeping.
var client = sync.OnceValue(func() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute,
		MaxIdleConnsPerHost: 32,   // the store reads in parallel
		DisableCompression:  true, // objects come as they were written
	}}
})

const (
	googleapis = "https://storage.googleapis.com"
	attempts   = 4
)

// pause is how long the first repetition waits; each further one waits twice as long.
var pause = 250 * time.Millisecond

// do sends a request and reads the answer. What may pass is tried again: the store compares what is there after a
// conditional write that was repeated.
func (s *service) do(ctx context.Context, c call) ([]byte, error) {
	for attempt := range attempts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data, err := s.once(ctx, c)
		if err == nil || !passes(err) || attempt == attempts-1 || !sleep(ctx, pause<<attempt) {
			return data, err
		}
	}
	panic("unreachable: the last attempt returns")
}

func (s *service) once(ctx context.Context, c call) ([]byte, error) {
	token, err := s.token()
	if err != nil {
		return nil, fmt.Errorf("signing in to Google: %s", oneLine(err.Error()))
	}
	request, err := http.NewRequestWithContext(ctx, c.method, s.origin+c.path+"?"+c.query.Encode(), bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	token.SetAuthHeader(request)
	request.Header.Set("User-Agent", "drover")
	if c.method == http.MethodPost {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, &unanswered{err}
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	if answer.StatusCode/100 != 2 {
		return nil, refused(answer)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, store.MostBytes+1))
	if err != nil {
		return nil, &unanswered{err}
	}
	if len(data) > store.MostBytes {
		return nil, fmt.Errorf("it has more than the %d bytes that are read", store.MostBytes)
	}
	return data, nil
}

// unanswered is a request that got no answer, or not the whole of it.
type unanswered struct{ err error }

func (u *unanswered) Error() string { return u.err.Error() }
func (u *unanswered) Unwrap() error { return u.err }

// refusal is an answer of the service that is no success.
type refusal struct {
	status  int
	message string // the service's, in one line
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("Google answered %d: %s", r.status, r.message)
	if r.status == http.StatusForbidden || r.status == http.StatusUnauthorized {
		text += "; give this identity the role Storage Object User (roles/storage.objectUser) on the bucket"
	}
	return text
}

const mostOfMessage = 500 // bytes of a message that are shown

func refused(answer *http.Response) *refusal {
	data, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<16)) // what was read has to do
	var body struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	message := string(data)
	if json.Unmarshal(data, &body) == nil && body.Error.Message != "" {
		message = body.Error.Message
	}
	message = oneLine(message)
	if message == "" {
		message = http.StatusText(answer.StatusCode)
	}
	return &refusal{answer.StatusCode, message[:min(len(message), mostOfMessage)]}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// answered reports whether an error is the service's answer with a status.
func answered(err error, status int) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status
}

// passes reports whether an error may be gone if the same is asked again.
func passes(err error) bool {
	var r *refusal
	if errors.As(err, &r) {
		return r.status == http.StatusRequestTimeout || r.status == http.StatusTooManyRequests || r.status >= http.StatusInternalServerError
	}
	return errors.As(err, new(*unanswered)) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// sleep waits, and is false if the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// origin is the scheme and host of an endpoint as Terraform has it, with the path of the API or without. A token goes
// there, so that it has to be HTTPS, or this machine.
func origin(endpoint string) (string, error) {
	if endpoint == "" {
		return googleapis, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("the endpoint of Cloud Storage is no address: write it like https://storage.example.com/storage/v1/b")
	}
	switch strings.TrimSuffix(u.Path, "/") {
	case "", "/storage/v1", "/storage/v1/b":
	default:
		return "", fmt.Errorf("the endpoint of Cloud Storage has the path %s: it can be /storage/v1/b", u.Path)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("the endpoint of Cloud Storage is http://%s: drover sends its token by https only, except to this machine", u.Host)
	}
	return u.Scheme + "://" + u.Host, nil
}
