package supply

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

func TestAReachedVulnerabilityOfARequiredModuleFails(t *testing.T) {
	t.Parallel()
	const began = `{"config":{"protocol_version":"v1.0.0"}}{"progress":{"message":"Scanning"}}{"osv":{"id":"GO-1","summary":"it is bad"}}`
	for name, c := range map[string]struct {
		found string
		code  int
		says  string
	}{
		"reached":         {began + `{"finding":{"osv":"GO-1","fixed_version":"v1.2.3","trace":[{"module":"example.com/m","version":"v1.0.0","function":"F"}]}}`, 3, "error: GO-1: example.com/m v1.0.0, fixed in v1.2.3: it is bad"},
		"not reached":     {began + `{"finding":{"osv":"GO-1","trace":[{"module":"example.com/m","version":"v1.0.0"}]}}`, 0, "0 of 0"},
		"of the machine":  {began + `{"finding":{"osv":"GO-1","trace":[{"module":"stdlib","version":"v1.26.0","function":"F"}]}}`, 0, "this machine's Go: GO-1"},
		"none":            {began, 0, "0 of 0"},
		"nothing was run": {"", 1, "nothing was looked through"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "found.json")
			if err := os.WriteFile(file, []byte(c.found), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), filepath.Join(harness.Repository(t), "tools", "vulns.py"), "module", file).CombinedOutput()
			code := 0
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if code != c.code || !strings.Contains(string(out), c.says) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, c.code, c.says, out)
			}
		})
	}
}
