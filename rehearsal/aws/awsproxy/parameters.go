package awsproxy

import (
	"encoding/json"
	"net/http"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/eks"
)

// serveParameters answers for the public parameters that have the releases of node images, of which moto has none, and
// says whether all that was asked for are of these.
func (p *Proxy) serveParameters(w http.ResponseWriter, c *call) bool {
	if c.operation != "GetParameters" && c.operation != "GetParameter" {
		return false
	}
	var in struct {
		Name  string
		Names []string
	}
	if json.Unmarshal(c.body, &in) != nil {
		return false // moto says what is wrong with it
	}
	if c.operation == "GetParameter" {
		in.Names = []string{in.Name}
	}
	found, invalid := []map[string]any{}, []string{}
	for _, name := range in.Names {
		if !eks.PublishesImages(name) {
			return false
		}
		if value := eks.Release(name); value != "" {
			found = append(found, map[string]any{"Name": name, "Type": "String", "Value": value, "Version": 1, "DataType": "text",
				"ARN": "arn:aws:ssm:" + c.region + "::parameter" + name})
		} else {
			invalid = append(invalid, name)
		}
	}
	switch {
	case c.operation == "GetParameters":
		answer.WriteJSON(w, map[string]any{"Parameters": found, "InvalidParameters": invalid})
	case len(found) == 0:
		c.refuse(w, answer.Refuse("ParameterNotFound", "Parameter %s not found.", in.Name))
	default:
		answer.WriteJSON(w, map[string]any{"Parameter": found[0]})
	}
	return true
}
