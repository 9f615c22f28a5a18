package terraform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder plays Terraform: it writes down its arguments, and what is in files of settings.
const recorder = `#!/bin/sh
printf '%s\n' "$@" >>LOG
for argument; do
  case $argument in -backend-config=*) cat "${argument#*=}" >>SETTINGS ;; esac
done
case $1 in
version) echo '{"terraform_version": "1.11.4"}' ;;
esac
`

// Everybody on a machine can list the arguments of its programs.
func TestNoSecretIsAnArgumentOfTerraform(t *testing.T) {
	t.Parallel()
	dir, canary := t.TempDir(), "planted-4711"
	log, settings, script := filepath.Join(dir, "log"), filepath.Join(dir, "settings"), filepath.Join(dir, "terraform")
	write(t, script, strings.NewReplacer("LOG", log, "SETTINGS", settings).Replace(recorder))
	must(t, os.Chmod(script, 0o755))
	root, _ := open(t, &Binary{Path: script, Flavor: Terraform, Version: "1.11.4"}, filepath.Join(dir, "root"), "terraform {\n  backend \"s3\" {\n  }\n}\n",
		RootOptions{Env: map[string]string{"DROVER_BACKEND_CONFIG": "use_path_style=true,secret_key=" + canary + "${file(1)},endpoints={s3=\"http://127.0.0.1\"}",
			"TF_VAR_password": canary, "AWS_SECRET_ACCESS_KEY": canary}})
	must(t, root.Init(t.Context()))
	if _, err := root.Plan(t.Context(), PlanOptions{}); err == nil {
		t.Error("a plan of nothing was taken for one")
	}
	arguments := read(t, log)
	if strings.Contains(arguments, canary) || !strings.Contains(arguments, "-backend-config=") || !strings.Contains(arguments, "plan\n") {
		t.Errorf("Terraform's arguments were\n%s", arguments)
	}
	for _, line := range []string{`use_path_style = "true"`, `secret_key     = "` + canary + `$${file(1)}"`, `s3 = "http://127.0.0.1"`} {
		if got := read(t, settings); !strings.Contains(got, line) {
			t.Errorf("the settings have no %s:\n%s", line, got)
		}
	}
	if _, err := os.Stat(filepath.Join(root.work, settingsFile)); err == nil {
		t.Error("the file of settings is still there")
	}
}

func TestAWrongSettingOfTheBackendIsNotQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a=1,hunter2", "hunter2 hunter2=1", "a={hunter2", "a=[file(\"hunter2\")]"} {
		if _, err := settings(text); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}
