package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"drover/test/harness"
)

// fewestBad is how many kinds of bad specs there are at least.
const fewestBad = 60

// badScript is what every bad spec goes through: both commands that read one answer with the same, and write nothing.
const badScript = `cp $BAD/%[1]s.yaml cluster.yaml
exits 3 drover validate
! stdout .
cmp stderr $BAD/%[1]s.txt
exits 3 drover generate
! stdout .
cmp stderr $BAD/%[1]s.txt
! exists infra
rm cluster.yaml
empty
`

// The bad specs of generator/spec, whose messages its own tests rewrite, are answered so by the program too.
func TestBadSpecsExit3WithWhatToWriteInsteadAndWriteNothing(t *testing.T) {
	t.Parallel()
	bad, scripts := filepath.Join(harness.Repository(t), "generator", "spec", "testdata", "bad"), t.TempDir()
	specs, err := filepath.Glob(filepath.Join(bad, "*.yaml"))
	if err != nil || len(specs) < fewestBad {
		t.Fatalf("found %d bad specs in %s (%v), want at least %d", len(specs), bad, err, fewestBad)
	}
	for _, spec := range specs {
		name := strings.TrimSuffix(filepath.Base(spec), ".yaml")
		if err := os.WriteFile(filepath.Join(scripts, name+".txtar"), fmt.Appendf(nil, badScript, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(harness.Program(t)))
			env.Setenv("BAD", bad)
			env.Setenv("SOURCE_DATE_EPOCH", "1795910400")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "empty": empty},
	})
}

// empty holds that nothing is in the working directory, hidden or not; .tmp is testscript's own.
func empty(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) > 0 {
		ts.Fatalf("usage: empty")
	}
	entries, err := os.ReadDir(ts.MkAbs("."))
	ts.Check(err)
	for _, e := range entries {
		if e.Name() != ".tmp" {
			ts.Fatalf("%s was written", e.Name())
		}
	}
}
