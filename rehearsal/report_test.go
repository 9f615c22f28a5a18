package rehearsal

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asReporter writes a page when it is asked for the report, and otherwise works until it is interrupted.
const asReporter = "reporter"

func playReporter(command string) error {
	if command == "report" {
		_, err := io.WriteString(os.Stdout, "<!doctype html>")
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Fprintln(os.Stderr, "working")
	<-ctx.Done()
	return fmt.Errorf("finishing the current step; run `drover %s` again", command)
}

// watched tells, by a channel, that something was written to it.
type watched struct {
	strings.Builder
	first chan struct{}
}

func (s *watched) Write(p []byte) (int, error) {
	if s.Len() == 0 {
		close(s.first)
	}
	return s.Builder.Write(p)
}

func TestAReportIsKeptAndAnInterruptGivesNoAdviceThatIsOfNoUse(t *testing.T) {
	t.Setenv(modeVariable, asReporter)
	c := startCloud(t, Options{Domain: "report.example.com", Dir: t.TempDir()})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.html")
	progress := &watched{first: make(chan struct{})}
	r := &run{RunOptions: RunOptions{Binary: self, Progress: io.Discard, Report: file}, cloud: c, out: t.TempDir(), specFile: "cluster.yaml"}
	if err := r.openReport(); err != nil {
		t.Fatal(err)
	}
	if err := r.writeReport(t.Context()); err != nil {
		t.Error(err)
	}
	if err := r.closeReport(); err != nil {
		t.Error(err)
	}
	if page, err := os.ReadFile(file); string(page) != "<!doctype html>" {
		t.Errorf("the report is %q (%v)", page, err)
	}

	r.Progress = progress
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	go func() {
		<-progress.first
		cancel()
	}()
	err = r.drover(ctx, nil, "apply")
	if err == nil || err.Error() != "the rehearsal was interrupted; it left nothing behind" {
		t.Errorf("an interrupted rehearsal ends with %v", err)
	}
	if got := progress.String(); got != "working\n" {
		t.Errorf("after the interrupt it says %q", got)
	}
	r.Dir = "kept"
	if err := r.interrupted(); !strings.HasSuffix(err.Error(), "what it wrote is in kept") {
		t.Errorf("with a directory: %v", err)
	}
}

// A rehearsal that fails before it has a report takes nothing away, and a shorter report leaves no end of a longer one.
func TestAFileIsKeptUntilTheReportIsThere(t *testing.T) {
	t.Setenv(modeVariable, asReporter)
	c := startCloud(t, Options{Domain: "report.example.com", Dir: t.TempDir()})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, before := filepath.Join(t.TempDir(), "report.html"), strings.Repeat("the last one", 100)
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{before, "<!doctype html>"} {
		r := &run{RunOptions: RunOptions{Binary: self, Progress: io.Discard, Report: file}, cloud: c, out: t.TempDir(), specFile: "cluster.yaml"}
		if err := r.openReport(); err != nil {
			t.Fatal(err)
		}
		if want != before {
			if err := r.writeReport(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := r.closeReport(); err != nil {
			t.Error(err)
		}
		if page, err := os.ReadFile(file); string(page) != want {
			t.Errorf("the file is %q (%v), want %q", page, err, want)
		}
	}
}

func TestAReportThatCannotBeWrittenIsKnownAtOnceAndAnEmptyOneIsNotLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := &run{RunOptions: RunOptions{Report: filepath.Join(dir, "missing", "report.html")}}
	if err := r.openReport(); err == nil {
		t.Error("a report in a directory that is not there can be written")
	}
	r.Report, r.report = filepath.Join(dir, "report.html"), nil
	if err := r.openReport(); err != nil {
		t.Fatal(err)
	}
	if err := r.closeReport(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(r.Report); !os.IsNotExist(err) {
		t.Errorf("an empty report is left: %v", err)
	}
}
