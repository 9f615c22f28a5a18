package stacks

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"drover/rehearsal/resource"
)

// form is a template.
type form struct {
	Version     string `json:"AWSTemplateFormatVersion"`
	Description string
	Resources   map[string]part
	Outputs     map[string]output
}

// part is a resource of a template.
type part struct {
	Type       string
	Properties map[string]any
}

type output struct {
	Description string
	Value       refers
}

// refers is what an output takes from a resource; no attribute is its name.
type refers struct{ resource, attribute string }

// UnmarshalJSON reads {"Ref": id} and {"Fn::GetAtt": [id, attribute]}.
func (r *refers) UnmarshalJSON(data []byte) error {
	var function struct {
		Ref    string
		GetAtt []string `json:"Fn::GetAtt"`
	}
	if err := strictly(data, &function); err != nil {
		return unsimulated("the output %s", data)
	}
	switch {
	case function.Ref != "" && function.GetAtt == nil:
		*r = refers{resource: function.Ref}
	case function.Ref == "" && len(function.GetAtt) == 2:
		*r = refers{function.GetAtt[0], function.GetAtt[1]}
	default:
		return unsimulated("the output %s", data)
	}
	return nil
}

func strictly(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into) //nolint:wrapcheck // the caller says what it was
}

// parse reads a template, and refuses what CloudFormation would, or what is not simulated.
func parse(body string) (form, error) {
	var f form
	if !json.Valid([]byte(body)) {
		return f, unsimulated("templates that are not JSON")
	}
	if err := strictly([]byte(body), &f); err != nil {
		return f, unsimulated("this template: %v", err)
	}
	if len(f.Resources) == 0 {
		return f, resource.Refuse(invalid, "Template format error: At least one Resources member must be defined.")
	}
	if len(f.Resources) > 1 {
		return f, unsimulated("a template of several resources")
	}
	for logical, r := range f.Resources {
		of, known := kinds()[r.Type]
		if !known {
			return f, unsimulated("the resource %s of the type %s, only %s", logical, r.Type, strings.Join(sorted(kinds()), " and "))
		}
		for name, value := range r.Properties {
			if !slices.Contains(of.properties, name) {
				return f, resource.Refuse(invalid, "Properties validation failed for resource %s: extraneous key [%s] is not permitted", logical, name)
			}
			if function := functionIn(value); function != "" {
				return f, unsimulated("%s in a property of %s", function, logical)
			}
		}
		for _, name := range of.required {
			if r.Properties[name] == nil {
				return f, resource.Refuse(invalid, "Properties validation failed for resource %s: required key [%s] not found", logical, name)
			}
		}
	}
	for name, out := range f.Outputs {
		r, known := f.Resources[out.Value.resource]
		if !known {
			return f, resource.Refuse(invalid, "Template format error: Unresolved resource dependencies [%s] in the Outputs block of the template", out.Value.resource)
		}
		if a := out.Value.attribute; a != "" && !slices.Contains(kinds()[r.Type].attributes, a) {
			return f, resource.Refuse(invalid, "Template error: resource %s does not support attribute type %s in Fn::GetAtt, which the output %s asks for", out.Value.resource, a, name)
		}
	}
	return f, nil
}

// functionIn is the name of an intrinsic function in a value; empty is none.
func functionIn(value any) string {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			if key == "Ref" || strings.HasPrefix(key, "Fn::") {
				return key
			}
			if function := functionIn(below); function != "" {
				return function
			}
		}
	case []any:
		for _, below := range v {
			if function := functionIn(below); function != "" {
				return function
			}
		}
	}
	return ""
}
