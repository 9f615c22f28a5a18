package terraform

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// variablePrefix starts the variables that hand values to a root; a person's own custom_*.tf may need them.
const variablePrefix = "TF_VAR_"

// environment is what Terraform gets to see: what drover got, without the variables that would change what a command
// does (TF_CLI_ARGS, TF_WORKSPACE, …) or where a root keeps its files (TF_DATA_DIR), with the additions on top.
//
// Logs (TF_LOG) pass only if they go to a file (TF_LOG_PATH): they hold secrets, and standard error is quoted in errors.
//
// terraform-exec takes an environment as a whole too, but refuses some of these variables: tfexec.CleanEnv takes them out.
func environment(inherited, additions map[string]string) []string {
	env := maps.Clone(inherited)
	logging := env["TF_LOG_PATH"] != ""
	for _, name := range slices.Collect(maps.Keys(env)) {
		switch {
		case strings.HasPrefix(name, variablePrefix):
		case logging && strings.HasPrefix(name, "TF_LOG"):
		case name == "TF_DATA_DIR" || len(tfexec.ProhibitedEnv(map[string]string{name: ""})) > 0:
			delete(env, name)
		case name == "TF_CLI_CONFIG_FILE" && !isFile(env[name]):
			delete(env, name) // Terraform only warns about a missing one, before every answer
		}
	}
	env["TF_IN_AUTOMATION"] = "1"
	env["TF_INPUT"] = "0"
	env["CHECKPOINT_DISABLE"] = "1"
	maps.Copy(env, additions)
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

func split(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
