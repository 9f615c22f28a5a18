package generator

import (
	"bytes"
	"path"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/spec"
)

// KeepStanding has a spec that does not say where flow logs go keep them where the files of a foundation that stands have
// them: to move them is to replace them. A foundation of before there was a choice has them in CloudWatch. It tells whether
// that differs from what a new foundation has.
func KeepStanding(c spec.Cluster, standing Files) (kept spec.Cluster, differs bool) {
	if c.Spec.Platform != spec.AWS || c.Spec.Network.FlowLogs.To != "" {
		return c, false
	}
	file, diagnostics := hclwrite.ParseConfig(standing[path.Join(c.Metadata.Name, string(Foundation), "main.tf")], "main.tf", hcl.InitialPos)
	if diagnostics.HasErrors() {
		return c, false
	}
	module := file.Body().FirstMatchingBlock("module", []string{string(Foundation)})
	if module == nil || module.Body().GetAttribute("flow_logs_retention_days") == nil {
		return c, false
	}
	const group = "cloudwatch"
	if to := module.Body().GetAttribute("flow_logs_to"); to != nil && !bytes.Equal(bytes.TrimSpace(to.Expr().BuildTokens(nil).Bytes()), text(group).Bytes()) {
		return c, false
	}
	c.Spec.Network.FlowLogs.To = group
	return c, true
}
