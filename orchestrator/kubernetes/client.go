package kubernetes

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Access is what a client needs to be let in.
type Access struct {
	Server string // URL of the API server
	CA     []byte // certificates in PEM that the server's is signed by; no other is trusted
	// Token gives a bearer token that is good for now. It is asked before each request.
	Token func(ctx context.Context) (string, error)
}

// ErrNoServer says that the platform names no API server for a cluster, so that there is nobody to ask.
var ErrNoServer = errors.New("the platform names no API server for it")

// Client talks to one API server.
type Client struct {
	server *url.URL
	token  func(ctx context.Context) (string, error)
	http   *http.Client
}

const (
	requestTime = 30 * time.Second // for one request; the API server itself gives up after 60 s
	dialTime    = 10 * time.Second
	pageSize    = 500
	answerLimit = 64 << 20 // bytes of an answer that are read at most
	// A list beyond these is none of a cluster's: Kubernetes is made for 150,000 pods.
	// https://kubernetes.io/docs/setup/best-practices/cluster-large/
	mostPages  = 1000
	mostItems  = 20_000  // of one page, as not every server heeds pageSize: three bytes of an answer can be a whole object
	mostListed = 2 << 30 // bytes of the pages
)

// New makes a client. It asks nothing yet.
func New(a Access) (*Client, error) {
	if a.Server == "" {
		return nil, ErrNoServer
	}
	server, err := url.Parse(a.Server)
	if err != nil || server.Scheme != "https" || server.Host == "" {
		return nil, fmt.Errorf("the API server's address %q is no https URL", a.Server)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.CA) {
		return nil, fmt.Errorf("the platform gives no certificate authority for the API server at %s", server.Host)
	}
	transport := &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		DialContext:       (&net.Dialer{Timeout: dialTime}).DialContext,
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	return &Client{server: server, token: a.Token, http: &http.Client{Transport: transport, CheckRedirect: stay}}, nil
}

// stay follows no redirect: an API server has none to send, and hands on those of what runs in its cluster.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close ends the connections that are open. The client may still be used.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Get reads one object into a value.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	body, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer to %s is not what an API server gives: %w", path, err)
	}
	return nil
}

// Text reads a page that is not JSON, such as /metrics.
func (c *Client) Text(ctx context.Context, path string) (string, error) {
	body, err := c.do(ctx, http.MethodGet, path, nil)
	return string(body), err
}

// Delete asks for the deletion of one object, and only of the one with that UID: what has meanwhile been made anew
// under the same name stays. An object that is gone already is no error.
func (c *Client) Delete(ctx context.Context, path, uid string) error {
	body, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
		"preconditions": map[string]string{"uid": uid},
	})
	if err != nil {
		return fmt.Errorf("encoding the deletion of %s: %w", path, err)
	}
	_, err = c.do(ctx, http.MethodDelete, path, body)
	if Missing(err) || Conflict(err) {
		return nil
	}
	return err
}

// List reads all objects of a collection, page by page.
func List[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	var all []T
	next, size := "", 0
	for range mostPages {
		query := url.Values{"limit": {fmt.Sprint(pageSize)}}
		if next != "" {
			query.Set("continue", next)
		}
		body, err := c.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Kind     string
			Metadata struct{ Continue string }
			Items    items[T]
		}
		if err := json.Unmarshal(body, &page); err != nil || !strings.HasSuffix(page.Kind, "List") {
			return nil, fmt.Errorf("the answer to %s is no list: %w", path, cmp.Or(err, errors.New("its kind is "+page.Kind)))
		}
		all = append(all, page.Items...)
		if next = page.Metadata.Continue; next == "" {
			return all, nil
		}
		if size += len(body); size > mostListed {
			break
		}
	}
	return nil, fmt.Errorf("the list %s does not end within %d pages and %d GiB", path, mostPages, mostListed>>30)
}

// items are those of one page, read one by one: what follows too many of them is not.
type items[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *items[T]) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('[') {
		return err // null is no item
	}
	for decoder.More() {
		if len(*l) == mostItems {
			return fmt.Errorf("it has more than %d items", mostItems)
		}
		var one T
		if err := decoder.Decode(&one); err != nil {
			return err
		}
		*l = append(*l, one)
	}
	return nil
}

// Apply brings one object to what its body says, as the server-side apply of a field manager, and gives the object as it
// is then. A field that another manager owns and that the body has otherwise is a Conflict: nobody's field is taken.
func (c *Client) Apply(ctx context.Context, path, manager string, body []byte) ([]byte, error) {
	query := url.Values{"fieldManager": {manager}, "fieldValidation": {"Strict"}}
	return c.send(ctx, http.MethodPatch, path+"?"+query.Encode(), "application/apply-patch+yaml", body) // JSON is YAML
}

// Scale sets the number of pods that a workload is to have, whoever owns that field.
func (c *Client) Scale(ctx context.Context, path string, replicas int) error {
	body := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas)
	query := url.Values{"fieldManager": {"drover-scale"}}
	_, err := c.send(ctx, http.MethodPatch, path+"/scale?"+query.Encode(), "application/merge-patch+json", body)
	return err
}

// Force is Apply, and takes fields from other managers.
func (c *Client) Force(ctx context.Context, path, manager string, body []byte) error {
	query := url.Values{"fieldManager": {manager}, "fieldValidation": {"Strict"}, "force": {"true"}}
	_, err := c.send(ctx, http.MethodPatch, path+"?"+query.Encode(), "application/apply-patch+yaml", body)
	return err
}

// Merge changes what a JSON merge patch names, as a field manager, whoever owns it. A resourceVersion in it that is not the
// object's is a Conflict.
func (c *Client) Merge(ctx context.Context, path, manager string, body []byte) error {
	query := url.Values{"fieldManager": {manager}}
	_, err := c.send(ctx, http.MethodPatch, path+"?"+query.Encode(), "application/merge-patch+json", body)
	return err
}

// WouldCreate asks whether the server would take a new object of a collection. Nothing is made.
func (c *Client) WouldCreate(ctx context.Context, collection string, body []byte) error {
	_, err := c.send(ctx, http.MethodPost, collection+"?dryRun=All", "application/json", body)
	return err
}

// Raw reads one object as the server has it.
func (c *Client) Raw(ctx context.Context, path string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, path, nil)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	return c.send(ctx, method, path, "application/json", body)
}

// send makes one request and gives the body of a good answer. The path may have a query after it.
func (c *Client) send(ctx context.Context, method, path, content string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	token, err := c.token(ctx)
	if err != nil {
		return nil, fmt.Errorf("making a token for the API server: %w", err)
	}
	path, query, _ := strings.Cut(path, "?")
	target := c.server.JoinPath(path)
	target.RawQuery = query
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("asking the API server for %s: %w", path, err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json, text/plain;q=0.5")
	request.Header.Set("Content-Type", content)
	request.Header.Set("User-Agent", "drover")
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, c.unreachable(err)
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	data, err := io.ReadAll(io.LimitReader(answer.Body, answerLimit+1))
	if err != nil {
		return nil, c.unreachable(err)
	}
	if len(data) > answerLimit {
		return nil, fmt.Errorf("the answer to %s is longer than %d MiB", path, answerLimit>>20)
	}
	if answer.StatusCode/100 != 2 {
		return nil, refused(method, path, answer.StatusCode, data)
	}
	return data, nil
}
