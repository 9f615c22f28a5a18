package awsproxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"drover/rehearsal/aws/answer"
)

// call is one request, as far as the proxy reads it.
type call struct {
	*http.Request
	region, service string
	protocol        answer.Protocol
	operation       string            // empty when only the service's own simulation knows
	path            map[string]string // what a REST call's path names, when its model is known
	body            []byte            // nil for S3, whose bodies are streams
	form            url.Values
}

// longestBody is more than any request that a provider sends, but for S3's objects.
const longestBody = 16 << 20

// protocols of services whose requests do not say it themselves.
var protocols = map[string]answer.Protocol{"s3": answer.RESTXML, "route53": answer.RESTXML, "cloudfront": answer.RESTXML}

// read finds out what is asked. The body can be read again afterwards.
func read(r *http.Request) (*call, error) {
	c := &call{Request: r}
	c.region, c.service = scopeOf(r)
	if c.service != "s3" {
		body, err := io.ReadAll(io.LimitReader(r.Body, longestBody))
		if err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		c.body = body
		c.rewind()
	}
	switch target := r.Header.Get("X-Amz-Target"); {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		c.protocol = answer.CBOR
		if m := rpcPath().FindStringSubmatch(r.URL.Path); m != nil {
			c.operation = m[2]
		}
	case target != "":
		c.protocol = answer.JSON
		c.operation = target[strings.LastIndexByte(target, '.')+1:]
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		c.protocol = answer.Query
		if c.service == "ec2" {
			c.protocol = answer.EC2
		}
		c.form, _ = url.ParseQuery(string(c.body)) // moto says what is wrong with it
		c.operation = c.form.Get("Action")
	default:
		if c.protocol = protocols[c.service]; c.protocol == "" {
			c.protocol = answer.RESTJSON
		}
	}
	return c, nil
}

// rewind has the body read from its beginning again.
func (c *call) rewind() {
	if c.body != nil {
		c.Body = io.NopCloser(bytes.NewReader(c.body))
	}
}

// rewrite changes the body of a call on its way to moto.
func (c *call) rewrite(body []byte) {
	c.body, c.ContentLength = body, int64(len(body))
	c.Header.Set("Content-Length", strconv.Itoa(len(body)))
	c.rewind()
}

// name is how a person finds the operation in AWS's documentation.
func (c *call) name() string {
	if c.operation == "" {
		return c.service + ":" + c.Method + " " + c.URL.Path
	}
	return c.service + ":" + c.operation
}

func (c *call) refuse(w http.ResponseWriter, r *answer.Refusal) { c.protocol.Refuse(w, r) }
