// Package cmd runs the command line's scripts: one file below testdata a behavior, with its input, the command and
// what it must answer. It must never reach a cloud; those tests are the rehearsal's.
package cmd

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"drover/test/harness"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

func TestScripts(t *testing.T) {
	t.Parallel()
	program := harness.Program(t)
	examples := filepath.Join(harness.Repository(t), "examples")
	terraform := harness.Terraform(t).Path
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// Nothing of the person's own settings reaches a script; PATH has drover and Terraform.
			env.Setenv("PATH", filepath.Dir(program)+string(filepath.ListSeparator)+filepath.Dir(terraform))
			env.Setenv("DROVER", filepath.Dir(program))
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			if err := harness.Remember(t.Context(), env.WorkDir); err != nil {
				return err
			}
			if err := harness.ArgoCD(t.Context(), env.Getenv("HOME")); err != nil {
				return err
			}
			env.Setenv("EXAMPLES", examples)
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("SOURCE_DATE_EPOCH", "1795910400")                                   // 2026-11-29: what is warned of is the same every day
			env.Setenv("LATER", strings.ToUpper(time.Now().AddDate(0, 0, 3).Format("Mon"))) // a day of the week that is not near
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"append": appendLine, "exits": exits, "untouched": untouched},
	})
}
