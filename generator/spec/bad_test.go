package spec

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// update writes the messages of testdata/bad and testdata/unwise anew: go test ./generator/spec -update.
var update = flag.Bool("update", false, "write golden files anew")

// Every testdata/bad/NAME.yaml is answered with exactly what is in NAME.txt, which holds an error; the scripts of
// test/cmd run the program over them.
func TestBadSpecsAreAnsweredWithWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	answered(t, "bad", 60, func(diags Diagnostics) bool { return diags.HasErrors() })
}

// What is in testdata/unwise can be used, and is warned of.
func TestUnwiseSpecsAreWarnedOf(t *testing.T) {
	t.Parallel()
	answered(t, "unwise", 5, func(diags Diagnostics) bool { return !diags.HasErrors() && len(diags) > 0 })
}

// answered holds the messages of every spec of a kind, of which there are some.
func answered(t *testing.T, kind string, fewest int, ofKind func(Diagnostics) bool) {
	t.Helper()
	specs, err := filepath.Glob(filepath.Join("testdata", kind, "*.yaml"))
	if err != nil || len(specs) < fewest {
		t.Fatalf("found %d %s specs (%v), want at least %d", len(specs), kind, err, fewest)
	}
	for _, path := range specs {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, diags := Parse("cluster.yaml", data)
			if !ofKind(diags) {
				t.Errorf("this is no %s spec: %s", kind, diags.Error())
			}
			got := diags.Error() + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is answered with:\n%s\nwant:\n%s", path, got, want)
			}
			wellFormed(t, diags)
		})
	}
}

// wellFormed checks what holds for every diagnostic, whatever it is about.
func wellFormed(t *testing.T, diags Diagnostics) {
	t.Helper()
	if len(diags) == 0 {
		t.Error("nothing is said about a bad spec")
	}
	for _, d := range diags {
		if d.File != "cluster.yaml" || d.Message == "" || d.Suggestion == "" {
			t.Errorf("a diagnostic lacks file, message or suggestion: %+v", d)
		}
		if d.Line > 0 && (d.Column < 1 || !strings.Contains(d.Excerpt, "^")) {
			t.Errorf("a diagnostic has a line, and no column or caret: %+v", d)
		}
		for _, text := range []string{d.Message, d.Suggestion, d.Excerpt} {
			if strings.Contains(text, "\x1b") || strings.Contains(text, "%!") {
				t.Errorf("a diagnostic holds a terminal escape or a failed format: %q", text)
			}
			if strings.Contains(text, "hunter2") || strings.Contains(text, "XXXX") || strings.Contains(text, "0123456789abcdef") {
				t.Errorf("a diagnostic shows a secret: %q", text)
			}
		}
	}
}
