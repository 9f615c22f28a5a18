package terraform

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-exec/tfexec"
	"github.com/zclconf/go-cty/cty"
)

// settingsFile holds the extra settings of a backend while Terraform reads them.
const settingsFile = "settings.tfbackend"

// initOptions adds the extra backend settings, where there is a backend that has settings. They may be keys, so that they
// are handed over in a file of the owner's in dir: everybody on a machine sees the arguments of its programs.
// remove ends the file.
func initOptions(root, dir, extra string) (options []tfexec.InitOption, remove func() error, err error) {
	options, remove = []tfexec.InitOption{tfexec.Upgrade(false)}, func() error { return nil }
	if extra == "" {
		return options, remove, nil
	}
	backend, err := backendType(root)
	if err != nil || backend == "" || backend == "local" {
		return options, remove, err
	}
	data, err := settings(extra)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, settingsFile)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return nil, nil, fmt.Errorf("writing the settings of the backend: %w", err)
	}
	return append(options, tfexec.BackendConfig(path)), func() error { return os.Remove(path) }, nil
}

// settings are name=value with commas between, as HCL. No message quotes one: it may be a secret.
func settings(text string) ([]byte, error) {
	file := hclwrite.NewEmptyFile()
	number := 0
	for setting := range strings.SplitSeq(text, ",") {
		number++
		name, value, found := strings.Cut(strings.TrimSpace(setting), "=")
		if !found || !hclsyntax.ValidIdentifier(name) {
			return nil, fmt.Errorf("setting %d of DROVER_BACKEND_CONFIG has no name: write name=value, with commas between", number)
		}
		parsed, err := valueOf(value)
		if err != nil {
			return nil, fmt.Errorf("setting %d of DROVER_BACKEND_CONFIG, %s, is neither a text nor a list or map in HCL", number, name)
		}
		file.Body().SetAttributeValue(name, parsed)
	}
	return file.Bytes(), nil
}

// valueOf is a text, which Terraform makes a number or a truth value of where it wants one; what begins like a list or a
// map is that.
func valueOf(text string) (cty.Value, error) {
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return cty.StringVal(text), nil
	}
	expression, diagnostics := hclsyntax.ParseExpression([]byte(text), settingsFile, hcl.InitialPos)
	if diagnostics.HasErrors() {
		return cty.NilVal, diagnostics
	}
	value, diagnostics := expression.Value(nil)
	if diagnostics.HasErrors() {
		return cty.NilVal, diagnostics
	}
	return value, nil
}
