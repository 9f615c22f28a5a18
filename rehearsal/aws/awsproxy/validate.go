package awsproxy

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/apimodel"
)

// validation compares requests with AWS's own API models.
type validation struct {
	library *apimodel.Library // nil: there are no models, and nothing is compared
	log     func(format string, args ...any)
	checked atomic.Int64
	refused atomic.Int64
	spent   atomic.Int64 // nanoseconds
}

// Validation is how much of what was asked was compared with AWS's API models.
type Validation struct {
	Checked int64   `json:"checked"`
	Refused int64   `json:"refused"` // by a model, a rule or a quota
	Seconds float64 `json:"seconds"` // that all three took, with what they asked moto
}

func (v *validation) sum() Validation {
	return Validation{Checked: v.checked.Load(), Refused: v.refused.Load(), Seconds: time.Duration(v.spent.Load()).Seconds()}
}

// check finds the operation of a REST call, and says what is wrong with a call; nil is nothing.
func (v *validation) check(c *call) *answer.Refusal {
	if v.library == nil {
		return nil
	}
	model, err := v.library.Service(c.service, c.form.Get("Version"))
	if err != nil {
		v.log("%v", err)
	}
	if model == nil {
		return nil
	}
	found, err := v.compare(model, c)
	if err != nil {
		return answer.Refuse("SerializationException", "%v", err)
	}
	if len(found) == 0 {
		return nil
	}
	return refusalOf(c, found)
}

func (v *validation) compare(model *apimodel.Service, c *call) ([]apimodel.Violation, error) {
	rest := c.protocol == answer.RESTJSON || c.protocol == answer.RESTXML
	operation := model.Operations[c.operation]
	if rest {
		if operation, c.path = model.Match(c.Request); operation != nil {
			c.operation = operation.Name
		}
	}
	if operation == nil {
		return nil, nil // whoever answers says that there is none
	}
	v.checked.Add(1)
	switch {
	case rest:
		return model.CheckREST(operation, c.Request, c.path, c.body)
	case c.protocol == answer.Query, c.protocol == answer.EC2:
		return model.CheckForm(operation, c.form), nil
	case c.protocol == answer.CBOR:
		value, err := requestCBOR(c.Request)
		c.rewind()
		return model.CheckJSON(operation, value), err
	}
	value, err := apimodel.DecodeJSON(c.body)
	if err != nil {
		return nil, err
	}
	return model.CheckJSON(operation, value), nil
}

// requestCBOR is the JSON form of a CBOR request.
func requestCBOR(r *http.Request) (any, error) {
	raw, err := plainBody(r)
	if err != nil || len(raw) == 0 {
		return map[string]any{}, err
	}
	value, err := cbor.Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("the request is not CBOR: %w", err)
	}
	return fromCBOR(value), nil
}

// codes are what services call a request that their model does not allow; others call it ValidationException.
var codes = map[string]string{
	"ecr": "InvalidParameterException", "eks": "InvalidParameterException", "logs": "InvalidParameterException",
	"tagging": "InvalidParameterException", "network-firewall": "InvalidRequestException", "servicequotas": "IllegalArgumentException",
	"route53": "InvalidInput", "rds": "InvalidParameterValue", "sns": "InvalidParameter", "monitoring": "InvalidParameterValue",
	"iam": "ValidationError", "sts": "ValidationError", "autoscaling": "ValidationError", "elasticloadbalancing": "ValidationError",
	"ec2": "InvalidParameterValue", "s3": "InvalidArgument",
}

// ec2Codes are EC2's, by what is wrong.
var ec2Codes = map[apimodel.Kind]string{
	apimodel.Missing: "MissingParameter", apimodel.Unknown: "UnknownParameter", apimodel.Type: "InvalidParameterValue", apimodel.Value: "InvalidParameterValue",
}

// refusalOf answers violations as the service does.
func refusalOf(c *call, found []apimodel.Violation) *answer.Refusal {
	first := found[0]
	if c.service == "ec2" {
		text := fmt.Sprintf("Value (%s) for parameter %s is invalid. %s", first.Value, first.Path, first.Problem)
		switch first.Kind {
		case apimodel.Missing:
			text = "The request must contain the parameter " + first.Path
		case apimodel.Unknown:
			text = first.Problem
		case apimodel.Type, apimodel.Value:
		}
		return answer.Refuse(ec2Codes[first.Kind], "%s", text)
	}
	code := codes[c.service]
	if code == "" {
		code = "ValidationException"
	}
	if first.Kind == apimodel.Type && (c.protocol == answer.JSON || c.protocol == answer.RESTJSON) {
		code = "SerializationException"
	}
	var texts []string
	for _, v := range found {
		value := "'" + v.Value + "' "
		switch {
		case v.Kind == apimodel.Missing:
			value = "null "
		case v.Secret:
			value = ""
		}
		texts = append(texts, fmt.Sprintf("Value %sat '%s' failed to satisfy constraint: %s", value, lowerFirst(v.Path), v.Problem))
	}
	noun := "errors"
	if len(found) == 1 {
		noun = "error"
	}
	return answer.Refuse(code, "%d validation %s detected: %s", len(found), noun, strings.Join(texts, "; "))
}

// lowerFirst writes a path as AWS's messages do: every member begins with a small letter.
func lowerFirst(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToLower(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, ".")
}
