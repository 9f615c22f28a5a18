package awsproxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
)

// missing are calls that moto answers with 500, which every client repeats for
// minutes. They are refused at once instead, by what is missing.
var missing = []struct {
	service string
	action  func() *regexp.Regexp // in the body of a query; nil is every call
	what    string
}{
	{"network-firewall", nil, "AWS Network Firewall"},
	{"ec2", sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|&)Action=[A-Za-z]*ClientVpn`) }), "Client VPN"},
}

// longestQuery is more than any EC2 query that a provider sends.
const longestQuery = 1 << 20

// refuseMissing answers a call to what nobody simulates, and says whether it did.
func refuseMissing(w http.ResponseWriter, r *http.Request, service string) bool {
	for _, m := range missing {
		if m.service != service || (m.action != nil && !m.action().Match(peek(r))) {
			continue
		}
		text := "the rehearsal does not simulate " + m.what
		w.Header().Set("X-Amzn-Errortype", "UnsupportedOperation")
		w.WriteHeader(http.StatusBadRequest)
		body := fmt.Sprintf(`{"__type":"UnsupportedOperation","message":%q}`, text)
		if m.action != nil { // EC2 speaks XML
			body = "<Response><Errors><Error><Code>UnsupportedOperation</Code><Message>" + text + "</Message></Error></Errors></Response>"
		}
		_, _ = io.WriteString(w, body) // a client that went away needs no answer
		return true
	}
	return false
}

// peek reads a request's body and puts it back.
func peek(r *http.Request) []byte {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestQuery))
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), r.Body))
	if err != nil {
		return nil // whoever reads next finds the error too
	}
	return body
}
