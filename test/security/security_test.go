// Package security tries what a stranger may: specs and checkouts that are made to harm who validates or generates from
// them. What was tried and how drover answered is the table in docs/security.md, which these tests make.
//
// It must never harm the machine when drover fails: every drover here has a limit on memory and time.
package security

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"drover/test/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// What an answer to any attack may take. Time is that of processors, as others use the machine too.
const (
	mostTime   = 2 * time.Second
	mostMemory = 200 << 20
	mostOutput = 128 << 10
)

// TestAttacksAreRefused tries each attack, and holds the table of docs/security.md.
func TestAttacksAreRefused(t *testing.T) {
	t.Parallel()
	rows := make([]harness.AttackRow, len(attacks))
	t.Run("all", func(t *testing.T) {
		for i, a := range attacks {
			t.Run(a.name+": "+a.tried, func(t *testing.T) {
				t.Parallel()
				rows[i] = harness.AttackRow{Attack: a.name, Tried: a.tried, Answer: try(t, a)}
			})
		}
	})
	if !t.Failed() {
		harness.AttackTable(t, "input", rows)
	}
}

// try makes an attack and returns the first line of the answer.
func try(t *testing.T, a attack) string {
	t.Helper()
	dir := t.TempDir()
	p := place{t, filepath.Join(dir, "checkout"), filepath.Join(dir, "own")}
	for _, d := range []string{filepath.Join(p.checkout, ".git"), p.own} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	netrc := filepath.Join(p.own, ".netrc")
	if err := os.WriteFile(netrc, []byte("machine example.com login me password "+canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a.plant(p)

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // of a machine that does much else
	defer cancel()
	command := exec.CommandContext(ctx, "sh", append([]string{"-c", `ulimit -v 4000000; exec "$0" "$@"`, harness.Program(t)}, a.args...)...)
	command.Dir = p.checkout
	command.Env = append(os.Environ(), "HOME="+p.own)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	answer := stderr.String() + stdout.String()
	if code := command.ProcessState.ExitCode(); code != a.code {
		t.Errorf("it ends with %d, want %d:\n%.2000s", code, a.code, answer)
	}
	checkCost(t, command.ProcessState, len(answer))
	checkAnswer(t, answer)
	if data, err := os.ReadFile(netrc); err != nil || !strings.Contains(string(data), canary) {
		t.Errorf("the person's file is changed: %q, %v", data, err)
	}
	if entries, err := os.ReadDir(p.own); err != nil || len(entries) != 1 {
		t.Errorf("the person's directory holds %v, %v", entries, err)
	}
	first := firstLine(answer)
	if !strings.HasPrefix(first, a.says) {
		t.Errorf("it is answered with %q, want %q", first, a.says)
	}
	return "`" + strings.ReplaceAll(clipped(first), "`", "'") + "`"
}

// checkCost holds what a process took.
func checkCost(t *testing.T, ended *os.ProcessState, output int) {
	t.Helper()
	if took := ended.UserTime() + ended.SystemTime(); took > mostTime {
		t.Errorf("it took %v of processor time", took)
	}
	memory := ended.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "linux" {
		memory <<= 10 // kibibytes there
	}
	if memory > mostMemory {
		t.Errorf("it took %d MiB", memory>>20)
	}
	if output > mostOutput {
		t.Errorf("it wrote %d bytes", output)
	}
}

// checkAnswer holds what no answer shows.
func checkAnswer(t *testing.T, answer string) {
	t.Helper()
	if strings.Contains(answer, canary) {
		t.Errorf("the answer shows the person's file:\n%s", answer)
	}
	for _, r := range answer {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
			t.Errorf("the answer shows %q as it is:\n%q", r, answer)
			return
		}
	}
}

var position = regexp.MustCompile(`^[^ ]*\.(yaml|netrc)(:\d+:\d+)?: |^/dev/\w+: `)

// firstLine is the first line of an answer, without the place that it is about.
func firstLine(answer string) string {
	line, _, _ := strings.Cut(answer, "\n")
	return position.ReplaceAllString(line, "")
}

// clipped is a line as a table may hold it.
func clipped(line string) string {
	if r := []rune(line); len(r) > 140 {
		return string(r[:139]) + "…"
	}
	return line
}
