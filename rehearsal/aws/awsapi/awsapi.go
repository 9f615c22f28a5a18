// Package awsapi is a small client for the AWS wire protocols (query, JSON, REST-JSON) of a simulated account, for
// services whose SDK would weigh more than the few calls that the rehearsal makes. It does not sign: it must never
// be pointed at AWS itself.
package awsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client calls one simulated account in one region.
type Client struct {
	Endpoint string // http://127.0.0.1:port
	Region   string
	HTTP     *http.Client
	// AccessKey is whose calls these are; empty is the rehearsal's own.
	AccessKey string
}

// Error is an answer that is not a success.
type Error struct {
	Service, Operation string
	Status             int
	Code, Message      string
	Body               []byte
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s %s: %d %s: %s", e.Service, e.Operation, e.Status, e.Code, e.Message)
}

// Query calls an operation of a service that speaks the query protocol (EC2, IAM, Auto Scaling, RDS, SNS), and
// decodes its XML into out unless that is nil.
func (c *Client) Query(ctx context.Context, service, version, action string, params url.Values, out any) error {
	form := url.Values{"Action": {action}, "Version": {version}}
	for k, v := range params {
		form[k] = v
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	body, err := c.do(ctx, service, action, http.MethodPost, "/", header, []byte(form.Encode()))
	if err != nil || out == nil {
		return err
	}
	return decodeXML(service, action, body, out)
}

// JSON calls an operation of a service that speaks AWS JSON 1.1 (KMS, Logs, ECR, Secrets Manager). The target
// prefix is the service's own, such as TrentService.
func (c *Client) JSON(ctx context.Context, service, prefix, operation string, in, out any) error {
	payload, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s %s: write the request: %w", service, operation, err)
	}
	header := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {prefix + "." + operation}}
	body, err := c.do(ctx, service, operation, http.MethodPost, "/", header, payload)
	return decode(service, operation, body, err, out)
}

// REST calls an operation of a service that speaks REST-JSON (EKS). The path is escaped already.
func (c *Client) REST(ctx context.Context, service, operation, method, path string, in []byte, out any) error {
	body, err := c.do(ctx, service, operation, method, path, http.Header{"Content-Type": {"application/json"}}, in)
	return decode(service, operation, body, err, out)
}

// RESTXML calls an operation of a service that speaks REST-XML (Route 53, S3), and decodes its XML into out unless
// that is nil.
func (c *Client) RESTXML(ctx context.Context, service, operation, method, path string, in []byte, out any) error {
	body, err := c.do(ctx, service, operation, method, path, http.Header{"Content-Type": {"application/xml"}}, in)
	if err != nil || out == nil {
		return err
	}
	return decodeXML(service, operation, body, out)
}

func decodeXML(service, operation string, body []byte, out any) error {
	if err := xml.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", service, operation, err)
	}
	return nil
}

func decode(service, operation string, body []byte, err error, out any) error {
	if err != nil || out == nil || len(bytes.TrimSpace(body)) == 0 {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", service, operation, err)
	}
	return nil
}

func (c *Client) do(ctx context.Context, service, operation, method, path string, header http.Header, payload []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Endpoint, "/")+path, bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", service, operation, err)
	}
	req.Header = header
	// The credential scope is how both the proxy and moto know the service and the region.
	key := c.AccessKey
	if key == "" {
		key = "rehearsal"
	}
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20200101/%s/%s/aws4_request, "+
		"SignedHeaders=host, Signature=unsigned", key, c.Region, service))
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", service, operation, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: read the answer: %w", service, operation, err)
	}
	if resp.StatusCode >= 300 {
		return nil, parseError(service, operation, resp, body)
	}
	return body, nil
}

// parseError understands the error bodies of all three protocols.
func parseError(service, operation string, resp *http.Response, body []byte) *Error {
	e := &Error{Service: service, Operation: operation, Status: resp.StatusCode, Body: body}
	var j struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
		Upper   string `json:"Message"`
	}
	var x struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
		S3      string `xml:"Code"`
		S3Text  string `xml:"Message"`
		EC2     struct {
			Code    string `xml:"Error>Code"`
			Message string `xml:"Error>Message"`
		} `xml:"Errors"`
	}
	switch {
	case json.Unmarshal(body, &j) == nil:
		e.Code, e.Message = j.Type, j.Message+j.Upper
	case xml.Unmarshal(body, &x) == nil:
		e.Code, e.Message = x.Code+x.S3+x.EC2.Code, x.Message+x.S3Text+x.EC2.Message
	default:
		e.Message = strings.TrimSpace(string(body[:min(len(body), 300)]))
	}
	if t := resp.Header.Get("X-Amzn-Errortype"); t != "" {
		e.Code = t
	}
	if i := strings.LastIndexByte(e.Code, '#'); i >= 0 {
		e.Code = e.Code[i+1:]
	}
	return e
}
