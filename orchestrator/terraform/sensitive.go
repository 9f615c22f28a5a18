package terraform

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// sensitiveSettings are the texts that environment and .tfvars files give to the variables of a root that its files call
// sensitive. What cannot be read is left out: Terraform tells it better.
func sensitiveSettings(dir string, env map[string]string) []string {
	var texts []string
	settings := settingsIn(dir)
	for _, name := range sensitiveVariables(dir) {
		texts = append(texts, env[variablePrefix+name])
		for _, given := range settings[name] {
			texts = append(texts, textsIn(given)...)
		}
	}
	return texts
}

// sensitiveVariables are the names of a root's variables that are marked so.
func sensitiveVariables(dir string) (names []string) {
	for _, body := range bodiesIn(dir, "*.tf") {
		for _, block := range body.Blocks {
			mark := block.Body.Attributes["sensitive"]
			if block.Type != "variable" || len(block.Labels) != 1 || mark == nil {
				continue
			}
			if value, diagnostics := mark.Expr.Value(nil); !diagnostics.HasErrors() && value.RawEquals(cty.True) {
				names = append(names, block.Labels[0])
			}
		}
	}
	return names
}

// settingsIn are the values in the .tfvars files that Terraform reads by itself, by the name of the variable.
func settingsIn(dir string) map[string][]any {
	settings := map[string][]any{}
	for _, pattern := range []string{"terraform.tfvars", "*.auto.tfvars"} {
		for _, body := range bodiesIn(dir, pattern) {
			for name, attribute := range body.Attributes {
				value, diagnostics := attribute.Expr.Value(nil)
				if diagnostics.HasErrors() || !value.IsWhollyKnown() {
					continue
				}
				if data, err := ctyjson.Marshal(value, value.Type()); err == nil {
					settings[name] = append(settings[name], decoded(data))
				}
			}
		}
		for _, path := range matches(dir, pattern+".json") {
			data, err := os.ReadFile(path)
			if values, ok := decoded(data).(map[string]any); ok && err == nil {
				for name, value := range values {
					settings[name] = append(settings[name], value)
				}
			}
		}
	}
	return settings
}

// sensitiveInPlan are the texts that a plan marks: in resources, outputs and variables.
func sensitiveInPlan(plan *tfjson.Plan) []string {
	var changes []*tfjson.Change
	for _, resource := range slices.Concat(plan.ResourceChanges, plan.ResourceDrift) {
		changes = append(changes, resource.Change)
	}
	changes = slices.AppendSeq(changes, maps.Values(plan.OutputChanges))
	var texts []string
	for _, change := range changes {
		if change != nil {
			texts = append(texts, marked(change.Before, change.BeforeSensitive)...)
			texts = append(texts, marked(change.After, change.AfterSensitive)...)
		}
	}
	if plan.Config == nil || plan.Config.RootModule == nil {
		return texts
	}
	for name, variable := range plan.Config.RootModule.Variables {
		if given := plan.Variables[name]; variable.Sensitive && given != nil {
			texts = append(texts, textsIn(given.Value)...)
		}
	}
	return texts
}

// marked are the texts in a value where the marks, which have its shape, say true.
func marked(value, marks any) (texts []string) {
	switch mark := marks.(type) {
	case bool:
		if mark {
			return textsIn(value)
		}
	case map[string]any:
		members, _ := value.(map[string]any)
		for name, below := range mark {
			texts = append(texts, marked(members[name], below)...)
		}
	case []any:
		elements, _ := value.([]any)
		for i := range min(len(mark), len(elements)) {
			texts = append(texts, marked(elements[i], mark[i])...)
		}
	}
	return texts
}

// textsIn are all texts and numbers in a JSON value.
func textsIn(value any) (texts []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	case map[string]any:
		for _, member := range v {
			texts = append(texts, textsIn(member)...)
		}
	case []any:
		for _, element := range v {
			texts = append(texts, textsIn(element)...)
		}
	}
	return texts
}

// decoded is nothing where the JSON is none.
func decoded(data []byte) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// matches are the paths of a directory's files of a pattern.
func matches(dir, pattern string) []string {
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(dir), pattern)) // the patterns are ours
	return paths
}

// bodiesIn are the files that can be read as HCL.
func bodiesIn(dir, pattern string) (bodies []*hclsyntax.Body) {
	for _, path := range matches(dir, pattern) {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		file, diagnostics := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
		if body, ok := file.Body.(*hclsyntax.Body); ok && !diagnostics.HasErrors() {
			bodies = append(bodies, body)
		}
	}
	return bodies
}
