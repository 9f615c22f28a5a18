package awsproxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// persistent asks moto again when it fails: moto also answers 500 when two of its threads meet, and then a second
// time helps. What it does not simulate, it answers with 500 each time.
type persistent struct{ http.RoundTripper }

var pauses = []time.Duration{20 * time.Millisecond, 100 * time.Millisecond}

func (p persistent) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil && r.Body != http.NoBody && r.ContentLength >= 0 && r.ContentLength <= longestBody {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		_ = r.Body.Close() // it was read to its end
	}
	for i := 0; ; i++ {
		again := r
		if body != nil {
			again = r.Clone(r.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		resp, err := p.RoundTripper.RoundTrip(again)
		if err != nil || resp.StatusCode < http.StatusInternalServerError || i == len(pauses) {
			return resp, err
		}
		if body == nil && r.Body != nil && r.Body != http.NoBody {
			return resp, nil // a stream cannot be sent twice
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close() // its answer is not wanted
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(pauses[i]):
		}
	}
}

type callKey struct{}

// withCall lets the answer to a call be told from others.
func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// nameUnanswered turns moto's 500, and its page for a path that it does not know, into a refusal by the operation's
// name: providers repeat a 500 for minutes, and take 404 for "is gone".
func nameUnanswered(resp *http.Response) {
	c, _ := resp.Request.Context().Value(callKey{}).(*call)
	if c == nil || resp.StatusCode < http.StatusInternalServerError && !isUnknownPath(resp, c) {
		return
	}
	_ = resp.Body.Close() // its answer is not wanted
	w := &recorded{header: http.Header{}}
	c.refuse(w, unanswered(c, "moto answers "+resp.Status+" to it"))
	resp.StatusCode, resp.Status = w.status, http.StatusText(w.status)
	resp.Header, resp.ContentLength = w.header, int64(w.body.Len())
	resp.Body = io.NopCloser(&w.body)
}

// isUnknownPath recognizes the page of moto's web server for a path that no service has. Its body can still be read.
func isUnknownPath(resp *http.Response, c *call) bool {
	if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed || c.Method == http.MethodHead {
		return false
	}
	head := make([]byte, 15)
	n, _ := io.ReadFull(resp.Body, head) // a short body is no page
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), resp.Body), resp.Body}
	return strings.EqualFold(string(head[:n]), "<!doctype html>")
}

// recorded is an answer that is not sent yet.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header { return r.header }

func (r *recorded) WriteHeader(status int) { r.status = status }

func (r *recorded) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.body.Write(p) //nolint:wrapcheck // never fails
}
