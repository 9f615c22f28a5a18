package terraform

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// optional is the directory for add-on software packages of the Filesystem Hierarchy Standard, section 3.13.
const optional = "/opt"

// registryHost is where a flavor's providers come from when their source names no host.
func registryHost(flavor string) string {
	if flavor == OpenTofu {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}

// mirror is a directory that holds providers, and the addresses of those in it ("registry.terraform.io/hashicorp/aws").
type mirror struct {
	dir       string
	providers []string
}

// findMirror looks for a provider mirror that Terraform would not find by itself. It returns nil if the user's own
// command line configuration, one of Terraform's implied mirrors or the registry is to be used.
func findMirror(flavor string, env map[string]string, implied []string, addOns string) (*mirror, error) {
	host := registryHost(flavor)
	if dir := env["DROVER_PLUGIN_MIRROR"]; dir != "" {
		found := readMirror(dir, host)
		if found == nil {
			return nil, fmt.Errorf("DROVER_PLUGIN_MIRROR is %s, which holds no provider: it must have the directory %s/NAMESPACE/TYPE below it, as `%s providers mirror` writes it",
				dir, host, flavor)
		}
		return found, nil
	}
	if userConfigured(flavor, env) {
		return nil, nil
	}
	for _, dir := range implied {
		if readMirror(dir, host) != nil {
			return nil, nil
		}
	}
	entries, err := os.ReadDir(addOns)
	if err != nil {
		return nil, nil //nolint:nilerr // no such directory, no mirror in it
	}
	for _, entry := range entries {
		if found := readMirror(filepath.Join(addOns, entry.Name()), host); found != nil {
			return found, nil
		}
	}
	return nil, nil
}

// Providers says where a flavor's providers come from on this machine, for people. Where that is the registry, it is
// asked whether it answers.
func Providers(ctx context.Context, flavor string) (string, error) {
	env := split(os.Environ())
	found, err := findMirror(flavor, env, impliedMirrors(env), optional)
	if err != nil {
		return "", err
	}
	host := registryHost(flavor)
	if found != nil {
		return fmt.Sprintf("the mirror in %s (%s)", found.dir, strings.Join(found.providers, ", ")), nil
	}
	if userConfigured(flavor, env) {
		return "as your command line configuration of " + flavor + " says", nil
	}
	for _, dir := range impliedMirrors(env) {
		if found := readMirror(dir, host); found != nil {
			return fmt.Sprintf("the mirror in %s (%s), which %s finds by itself", dir, strings.Join(found.providers, ", "), flavor), nil
		}
	}
	if err := reachable(ctx, "https://"+host); err != nil {
		return "", fmt.Errorf("there is no mirror of providers on this machine (write one with `%s providers mirror DIR` where there is a network, "+
			"and name it in DROVER_PLUGIN_MIRROR): %w", flavor, err)
	}
	return "downloaded from " + host + " when they are needed", nil
}

// readMirror lists the providers of one host in a directory; it is nil if there are none.
func readMirror(dir, host string) *mirror {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	types, err := filepath.Glob(filepath.Join(escapeGlob(absolute), host, "*", "*"))
	if err != nil || len(types) == 0 {
		return nil
	}
	found := &mirror{dir: absolute}
	for _, path := range types {
		relative, err := filepath.Rel(absolute, path)
		if err == nil && isDir(path) {
			found.providers = append(found.providers, filepath.ToSlash(relative))
		}
	}
	slices.Sort(found.providers)
	if len(found.providers) == 0 {
		return nil
	}
	return found
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// userConfigured is true if the user has a command line configuration: then providers come from where it says.
func userConfigured(flavor string, env map[string]string) bool {
	if isFile(env["TF_CLI_CONFIG_FILE"]) {
		return true
	}
	home := env["HOME"]
	if home == "" {
		return false
	}
	name := ".terraformrc"
	if flavor == OpenTofu {
		name = ".tofurc"
	}
	return isFile(filepath.Join(home, name))
}

// impliedMirrors are the directories that Terraform looks through by itself: see "Implied Local Mirror Directories" in
// https://developer.hashicorp.com/terraform/cli/config/config-file.
func impliedMirrors(env map[string]string) []string {
	var dirs []string
	if home := env["HOME"]; home != "" {
		dirs = append(dirs, filepath.Join(home, ".terraform.d", "plugins"))
		if env["XDG_DATA_HOME"] == "" {
			dirs = append(dirs, filepath.Join(home, ".local", "share", "terraform", "plugins"))
		}
	}
	shares := filepath.SplitList(env["XDG_DATA_DIRS"])
	if len(shares) == 0 {
		shares = []string{"/usr/local/share", "/usr/share"}
	}
	if env["XDG_DATA_HOME"] != "" {
		shares = append(shares, env["XDG_DATA_HOME"])
	}
	for _, share := range shares {
		dirs = append(dirs, filepath.Join(share, "terraform", "plugins"))
	}
	return dirs
}

// cliConfig is a command line configuration that takes the mirror's providers from the mirror and from nowhere else,
// and all others from their registries.
func cliConfig(m *mirror) []byte {
	names := make([]cty.Value, len(m.providers))
	for i, provider := range m.providers {
		names[i] = cty.StringVal(provider)
	}
	file := hclwrite.NewEmptyFile()
	installation := file.Body().AppendNewBlock("provider_installation", nil).Body()
	local := installation.AppendNewBlock("filesystem_mirror", nil).Body()
	local.SetAttributeValue("path", cty.StringVal(m.dir))
	local.SetAttributeValue("include", cty.ListVal(names))
	direct := installation.AppendNewBlock("direct", nil).Body()
	direct.SetAttributeValue("exclude", cty.ListVal(names))
	return file.Bytes()
}
