package generator

import (
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// awsPolicies are the rights that a spec gives a role beside drover's own.
func awsPolicies(p spec.Policies) hclwrite.Tokens {
	var out []attribute
	if len(p.Managed) > 0 {
		out = append(out, attribute{"managed", texts(p.Managed)})
	}
	if len(p.Statements) > 0 {
		statements := make([]hclwrite.Tokens, len(p.Statements))
		for i, s := range p.Statements {
			statements[i] = awsStatement(s)
		}
		out = append(out, attribute{"statements", hclwrite.TokensForTuple(statements)})
	}
	return object(out...)
}

func awsStatement(s spec.Statement) hclwrite.Tokens {
	out := []attribute{{"actions", texts(s.Actions)}, {"resources", texts(s.Resources)}}
	if len(s.Conditions) > 0 {
		conditions := make([]hclwrite.Tokens, len(s.Conditions))
		for i, c := range s.Conditions {
			conditions[i] = object(attribute{"test", text(c.Test)}, attribute{"variable", text(c.Variable)}, attribute{"values", texts(c.Values)})
		}
		out = append(out, attribute{"conditions", hclwrite.TokensForTuple(conditions)})
	}
	return object(out...)
}
