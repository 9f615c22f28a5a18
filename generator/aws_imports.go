package generator

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"drover/generator/spec"
)

// awsImports is imports.tf of the foundation: it takes over the log group of a
// control plane if there is one already. EKS creates it by itself for the last
// logs of a cluster that is gone, and where a foundation made by an earlier
// drover had none.
func awsImports(c spec.Cluster) []byte {
	return source(func(body *hclwrite.Body) {
		found := []string{"data", "aws_cloudwatch_log_groups", "control_planes"}
		block(body, "data", found[1:], attribute{"log_group_name_prefix", text("/aws/eks/" + c.Metadata.Name + "-")})
		for _, r := range []Root{Blue, Green} {
			group := "/aws/eks/" + c.Metadata.Name + "-" + r.color() + "/cluster"
			to := hcl.Traversal{
				hcl.TraverseRoot{Name: "module"}, hcl.TraverseAttr{Name: string(Foundation)},
				hcl.TraverseAttr{Name: "aws_cloudwatch_log_group"}, hcl.TraverseAttr{Name: "control_plane"},
				hcl.TraverseIndex{Key: cty.StringVal(r.color())},
			}
			body.AppendNewline()
			block(body, "import", nil,
				attribute{"for_each", hclwrite.TokensForFunctionCall("setintersection", reference(append(found, "log_group_names")...), texts([]string{group}))},
				attribute{"to", hclwrite.TokensForTraversal(to)},
				attribute{"id", reference("each", "value")},
			)
		}
	})
}
