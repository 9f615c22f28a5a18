// Package answer writes what a simulated service answers, results and refusals, in the way that each of AWS's
// protocols has it. It knows no service, and must never turn a failure into a result.
package answer

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"

	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

// Protocol is how a service's requests and answers are written.
type Protocol string

// The protocols of the AWS APIs, by the names that their API models use.
const (
	JSON     Protocol = "json"
	RESTJSON Protocol = "rest-json"
	RESTXML  Protocol = "rest-xml"
	Query    Protocol = "query"
	EC2      Protocol = "ec2"
	CBOR     Protocol = "smithy-rpc-v2-cbor"
)

// Refusal is an error as the caller sees it.
type Refusal struct {
	Status  int
	Code    string
	Message string
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// Refuse makes the refusal of a bad request. It is 400: clients take 404 for "is gone", and repeat 5xx for minutes.
func Refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Of is the refusal that an error is: its own, moto's, or an internal failure.
func Of(err error) *Refusal {
	var refused *Refusal
	var rows *resource.Refusal
	var motos *awsapi.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &rows):
		return Refuse(rows.Code, "%s", rows.Message)
	case errors.As(err, &motos) && motos.Code != "":
		return &Refusal{Status: motos.Status, Code: motos.Code, Message: motos.Message}
	}
	return &Refusal{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: err.Error()}
}

// Refuse writes a refusal.
func (p Protocol) Refuse(w http.ResponseWriter, r *Refusal) {
	header, status := w.Header(), r.Status
	var body []byte
	switch p {
	case EC2:
		header.Set("Content-Type", "text/xml;charset=UTF-8")
		body = fmt.Appendf(nil, "%s<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>rehearsal</RequestID></Response>",
			xml.Header, escaped(r.Code), escaped(r.Message))
	case Query, RESTXML:
		header.Set("Content-Type", "text/xml")
		body = fmt.Appendf(nil, "%s<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>rehearsal</RequestId></ErrorResponse>",
			xml.Header, escaped(r.Code), escaped(r.Message))
	case CBOR:
		header.Set("Content-Type", "application/cbor")
		header.Set("Smithy-Protocol", "rpc-v2-cbor")
		body = cbor.Encode(cbor.Map{"__type": cbor.String(r.Code), "message": cbor.String(r.Message)})
	default:
		header.Set("Content-Type", "application/x-amz-json-1.1")
		header.Set("X-Amzn-Errortype", r.Code)
		body, _ = json.Marshal(map[string]string{"__type": r.Code, "message": r.Message}) // strings always can be
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

// WriteJSON writes a result as AWS JSON.
func WriteJSON(w http.ResponseWriter, result any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(result) // the client is gone; there is nobody to tell
}

// contentTypes are what the protocols of the simulated services call their answers.
var contentTypes = map[Protocol]string{Query: "text/xml", EC2: "text/xml;charset=UTF-8", JSON: "application/x-amz-json-1.1", RESTJSON: "application/json"}

// Answer writes a result that has the protocol's form already.
func (p Protocol) Answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", contentTypes[p])
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
