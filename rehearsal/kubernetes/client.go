package kubernetes

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Client calls the API of one cluster, as one who may do everything. Paths are those of the API, such as
// /api/v1/nodes.
type Client struct {
	base string
	http *http.Client
}

// StatusError is an answer of the API that is not a success.
type StatusError struct {
	Code    int
	Message string
	call    string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %d %s", e.call, e.Code, e.Message)
}

// callTakes is far above what a call takes on a busy machine.
const callTakes = 30 * time.Second

func newClient(endpoint string, ca []byte, who pair) (*Client, error) {
	certificate, err := tls.X509KeyPair(who.certificate, who.key)
	if err != nil {
		return nil, fmt.Errorf("read the client's certificate: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}}
	return &Client{base: endpoint, http: &http.Client{Transport: transport, Timeout: callTakes}}, nil
}

// Get reads an object or a list.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, "", nil, out)
}

// Apply makes an object what it is to be (server-side apply), whoever changed it before.
func (c *Client) Apply(ctx context.Context, path string, in any) error {
	return c.do(ctx, http.MethodPatch, path+"?force=true&fieldManager=rehearsal", "application/apply-patch+yaml", in, nil)
}

// Create makes a new object in a list's path.
func (c *Client) Create(ctx context.Context, path string, in any) error {
	return c.do(ctx, http.MethodPost, path, "application/json", in, nil)
}

// token asks for one of a service account, which lasts for longer than any rehearsal.
func (c *Client) token(ctx context.Context, namespace, account string) (string, error) {
	var answer struct {
		Status struct {
			Token string `json:"token"`
		} `json:"status"`
	}
	request := object{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": object{"expirationSeconds": 86400}}
	path := at("api", "v1", "namespaces", namespace, "serviceaccounts", account, "token")
	if err := c.do(ctx, http.MethodPost, path, "application/json", request, &answer); err != nil {
		return "", err
	}
	return answer.Status.Token, nil
}

// Merge changes parts of an object (JSON merge patch): null removes.
func (c *Client) Merge(ctx context.Context, path string, in any) error {
	return c.do(ctx, http.MethodPatch, path, "application/merge-patch+json", in, nil)
}

// Delete removes an object at once, without the time that a kubelet would give it. One that is not there is no error.
func (c *Client) Delete(ctx context.Context, path string) error {
	err := c.do(ctx, http.MethodDelete, path+"?gracePeriodSeconds=0&propagationPolicy=Background", "", nil, nil)
	if IsNotFound(err) {
		return nil
	}
	return err
}

// IsNotFound says whether the API answered that there is no such thing.
func IsNotFound(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == http.StatusNotFound
}

func (c *Client) do(ctx context.Context, method, path, contentType string, in, out any) error {
	call := method + " " + path
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s: write the request: %w", call, err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: read the answer: %w", call, err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return refusal(call, resp.StatusCode, data)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s: read the answer: %w", call, err)
	}
	return nil
}

func refusal(call string, code int, data []byte) error {
	var status struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &status) != nil || status.Message == "" {
		status.Message = string(bytes.TrimSpace(data[:min(len(data), 300)]))
	}
	return &StatusError{Code: code, Message: status.Message, call: call}
}

func (c *Client) close() { c.http.CloseIdleConnections() }

// at joins path segments, escaped.
func at(segments ...string) string {
	path := ""
	for _, s := range segments {
		path += "/" + url.PathEscape(s)
	}
	return path
}

// Ready says nothing when the API server is.
func (c *Client) Ready(ctx context.Context) error {
	return c.do(ctx, http.MethodGet, "/readyz", "", nil, nil)
}
