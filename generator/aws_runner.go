package generator

import (
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// awsRunner is the place in the network that runs drover.
func awsRunner(r spec.Runner) hclwrite.Tokens {
	out := []attribute{{"source", text(r.Source)}, {"repository", text(r.Repository)}, {"connection_arn", text(r.Connection)}}
	for _, optional := range []struct{ name, value string }{{"schedule", r.Schedule}, {"buildspec", r.Buildspec}, {"role_arn", r.Role}} {
		if optional.value != "" {
			out = append(out, attribute{optional.name, text(optional.value)})
		}
	}
	return object(out...)
}
