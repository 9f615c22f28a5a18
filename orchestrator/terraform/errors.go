package terraform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Error is a command of Terraform's that failed: what happened, what to do, and the beginning of what Terraform said.
type Error struct {
	Kind        Kind
	Command     string // plan, apply, init, …
	Dir         string
	Diagnostics []tfjson.Diagnostic // errors only; empty for the commands that give none
	Output      string              // what Terraform wrote, if it gave no diagnostics
	Err         error               // the cause: *LockError, the context's, or the exit status
}

// Error is one sentence that says what happened and what to do, and below it the first lines of Terraform's own words.
func (e *Error) Error() string {
	known := kinds[e.Kind]
	text := fmt.Sprintf("`terraform %s` in %s: %s", e.Command, e.Dir, known.what)
	var lock *LockError
	if errors.As(e.Err, &lock) {
		text = fmt.Sprintf("`terraform %s` in %s: %s", e.Command, e.Dir, lock.Error())
	} else if known.advice != "" {
		text += ": " + known.advice
	}
	if said := e.said(); said != "" && e.Kind != StateLocked {
		text += "\n" + indent(said)
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

const (
	saidLines = 6
	saidBytes = 900
)

// said is the beginning of Terraform's own words.
func (e *Error) said() string {
	text := e.Output
	if len(e.Diagnostics) > 0 {
		first := e.Diagnostics[0]
		text = first.Summary
		if first.Address != "" {
			text = first.Address + ": " + text
		}
		if first.Range != nil {
			text += fmt.Sprintf(" (%s:%d)", first.Range.Filename, first.Range.Start.Line)
		}
		text += "\n" + first.Detail
	}
	text = head(text, saidLines, saidBytes)
	if more := len(e.Diagnostics) - 1; more > 0 {
		text += fmt.Sprintf("\n(and %d more)", more)
	}
	return text
}

// outcome turns a process's end into nil or an Error.
func (r *Root) outcome(ctx context.Context, name string, state *os.ProcessState, diagnostics []tfjson.Diagnostic) (int, error) {
	exit := state.ExitCode()
	if exit == 0 || (name == "plan" && exit == exitChanged) {
		return exit, nil
	}
	output, err := os.ReadFile(filepath.Join(r.work, stderrName))
	if err != nil {
		return exit, fmt.Errorf("reading what Terraform said in %s: %w", r.dir, err)
	}
	failed := r.failure(ctx, name, diagnostics, string(output))
	if failed.Err == nil {
		failed.Err = fmt.Errorf("terraform: %s", state)
	}
	if !state.Exited() && failed.Kind != Interrupted {
		failed.Kind = Killed
	}
	return exit, failed
}

// explain turns an error of terraform-exec into an Error.
func (r *Root) explain(ctx context.Context, name string, err error) error {
	if err == nil {
		return nil
	}
	failed := r.failure(ctx, name, nil, err.Error())
	if failed.Err == nil {
		failed.Err = err
	}
	return failed
}

// failure sorts a failed command by what Terraform said.
func (r *Root) failure(ctx context.Context, name string, diagnostics []tfjson.Diagnostic, output string) *Error {
	failed := &Error{Kind: Other, Command: name, Dir: r.shown(), Diagnostics: diagnostics, Output: problems(output)}
	said := output
	for _, d := range diagnostics {
		said += "\n" + d.Summary + "\n" + d.Detail
	}
	switch lock := parseLock(said); {
	case ctx.Err() != nil:
		failed.Kind, failed.Err = Interrupted, context.Cause(ctx)
	case lock != nil:
		lock.Dir = failed.Dir
		failed.Kind, failed.Err = StateLocked, lock
	default:
		failed.Kind = classify(said)
	}
	if isFile(filepath.Join(r.dir, erroredState)) {
		failed.Kind = StateNotSaved
	}
	return failed
}

// shown is the root's directory as a person would write it.
func (r *Root) shown() string {
	here, err := os.Getwd()
	if err != nil {
		return r.dir
	}
	relative, err := filepath.Rel(here, r.dir)
	if err != nil || strings.HasPrefix(relative, "..") {
		return r.dir
	}
	return relative
}

// problems drops what comes before the first error in a text for people.
func problems(text string) string {
	if at := strings.Index(text, "Error: "); at >= 0 {
		return strings.TrimSpace(text[at:])
	}
	return strings.TrimSpace(text)
}

// head is the beginning of a text, without empty lines.
func head(text string, lines, size int) string {
	var kept []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if len(kept) == lines || size <= 0 {
			kept = append(kept, "…")
			break
		}
		if len(line) > size {
			line = strings.ToValidUTF8(line[:size], "") + "…"
		}
		size -= len(line)
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}

func cutLine(data []byte) (line, rest []byte, found bool) {
	for i, b := range data {
		if b == '\n' {
			return data[:i], data[i+1:], true
		}
	}
	return data, nil, false
}
