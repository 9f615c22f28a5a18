package awsproxy

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Newer SDKs speak RPC v2 CBOR to some services (CloudWatch among them), which moto does not. The same operations
// have AWS JSON, which it does: requests and answers are translated between the two.

var rpcPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/service/([^/]+)/operation/([^/]+)$`) })

// serveCBOR answers a CBOR request with what moto answers to its JSON form.
func (p *Proxy) serveCBOR(w http.ResponseWriter, c *call) {
	status, body, err := p.translate(c.Request)
	switch {
	case err == nil && status >= http.StatusInternalServerError:
		c.refuse(w, unanswered(c, "moto answers "+http.StatusText(status)+" to it"))
		return
	case err != nil:
		status = http.StatusBadGateway
		body = map[string]any{"__type": "InternalFailure", "message": err.Error()}
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.WriteHeader(status)
	_, _ = w.Write(cbor.Encode(toCBOR("", body))) // the client is gone; there is nobody to tell
}

func (p *Proxy) translate(r *http.Request) (status int, body any, err error) {
	m := rpcPath().FindStringSubmatch(r.URL.Path)
	if m == nil {
		return 0, nil, fmt.Errorf("%s is no RPC v2 path", r.URL.Path)
	}
	raw, err := plainBody(r)
	if err != nil {
		return 0, nil, err
	}
	payload := []byte("{}")
	if len(raw) > 0 {
		value, err := cbor.Decode(raw)
		if err != nil {
			return 0, nil, fmt.Errorf("read the request: %w", err)
		}
		if payload, err = json.Marshal(fromCBOR(value)); err != nil {
			return 0, nil, fmt.Errorf("write the request as JSON: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, p.moto.String()+"/", bytes.NewReader(payload))
	if err != nil {
		return 0, nil, fmt.Errorf("write the request as JSON: %w", err)
	}
	req.Header.Set("Authorization", r.Header.Get("Authorization"))
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", m[1]+"."+m[2])
	resp, err := p.http.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("ask moto: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	decoder := json.NewDecoder(resp.Body)
	decoder.UseNumber()
	body = map[string]any{}
	if resp.StatusCode >= http.StatusInternalServerError {
		return resp.StatusCode, body, nil // moto's page about it is not JSON
	}
	if err := decoder.Decode(&body); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, fmt.Errorf("moto's answer to %s (%s) is not JSON: %w", m[2], resp.Status, err)
	}
	return resp.StatusCode, body, nil
}

// plainBody reads a request's body, which SDKs compress for some operations.
func plainBody(r *http.Request) ([]byte, error) {
	const most = 16 << 20
	body := io.LimitReader(r.Body, most)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("unpack the request: %w", err)
		}
		body = io.LimitReader(unpacked, most)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	return raw, nil
}

// fromCBOR makes the JSON form of a request. A timestamp is a number of seconds in both.
func fromCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return json.Number("-" + strconv.FormatUint(uint64(v), 10))
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v)
	case cbor.String:
		return string(v)
	case cbor.List:
		list := make([]any, len(v))
		for i := range v {
			list[i] = fromCBOR(v[i])
		}
		return list
	case cbor.Map:
		m := make(map[string]any, len(v))
		for k := range v {
			m[k] = fromCBOR(v[k])
		}
		return m
	case *cbor.Tag:
		return fromCBOR(v.Value)
	case cbor.Bool:
		return bool(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	default:
		return nil
	}
}

// toCBOR makes the CBOR form of an answer. JSON does not tell a timestamp from a number; AWS's member names do.
func toCBOR(name string, v any) cbor.Value {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		switch {
		case err != nil:
			return cbor.String(v.String())
		case isTime(name):
			return &cbor.Tag{ID: 1, Value: cbor.Float64(f)}
		case f == math.Trunc(f) && !strings.ContainsAny(v.String(), ".eE") && f >= 0:
			return cbor.Uint(uint64(f))
		}
		return cbor.Float64(f)
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case []any:
		list := make(cbor.List, len(v))
		for i := range v {
			list[i] = toCBOR(name, v[i])
		}
		return list
	case map[string]any:
		m := make(cbor.Map, len(v))
		for k := range v {
			if v[k] != nil { // absent and null are the same, but a null is not a value of every shape
				m[k] = toCBOR(k, v[k])
			}
		}
		return m
	default:
		return &cbor.Nil{}
	}
}

func isTime(name string) bool {
	for _, suffix := range []string{"Timestamp", "Timestamps", "Time", "Date", "LastModified"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
