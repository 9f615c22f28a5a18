package gobuild

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// reportEvery is how often a build reports its progress.
const reportEvery = 10 * time.Second

// Program is one program of a module.
type Program struct {
	File    string        // the name of the built program
	Package string        // its import path, or ./DIR for a package among the module's own Files
	Flags   string        // for the linker
	Takes   time.Duration // on two cores when nothing was built before
}

// Module is what programs are built from.
type Module struct {
	Files   map[string][]byte // go.mod, go.sum, and sources of the module's own, by slash-separated path
	Patches []Patch
}

// Builder runs the go command in a temporary copy of a module.
type Builder struct {
	tool, dir, to string
	log           io.Writer
}

// Open writes the module into a temporary directory below to, where the programs will be. Close removes it.
func (m Module) Open(ctx context.Context, to string, log io.Writer) (*Builder, error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("finding Go on PATH (https://go.dev/doc/install): %w", err)
	}
	dir, err := os.MkdirTemp(to, "module-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the build: %w", err)
	}
	b := &Builder{tool: tool, dir: dir, to: to, log: log}
	for name, data := range m.Files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			return nil, errors.Join(fmt.Errorf("writing the module to build: %w", err), b.Close())
		}
	}
	if err := b.apply(ctx, m.Patches); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close removes the copy of the module.
func (b *Builder) Close() error {
	if err := os.RemoveAll(b.dir); err != nil {
		return fmt.Errorf("removing the module that was built: %w", err)
	}
	return nil
}

// Make builds one program, which no other process sees before it is complete. turn is which of how many, for people.
func (b *Builder) Make(ctx context.Context, p Program, turn string) error {
	start := time.Now()
	part := filepath.Join(b.dir, p.File+".part")
	if err := b.build(ctx, p, part, turn); err != nil {
		return fmt.Errorf("building %s: %w", p.File, err)
	}
	if err := os.Rename(part, filepath.Join(b.to, p.File)); err != nil {
		return fmt.Errorf("moving %s into place: %w", p.File, err)
	}
	_, _ = fmt.Fprintf(b.log, "    built %s (%s) in %v\n", p.File, turn, time.Since(start).Round(time.Second))
	return nil
}

// ModuleDir returns the directory of a module that this one requires, and fetches it first where it is missing.
func (b *Builder) ModuleDir(ctx context.Context, module string) (string, error) {
	if out, err := b.command(ctx, "mod", "download", module).CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetching the module %s: %w\n%s", module, err, strings.TrimSpace(string(out)))
	}
	out, err := b.command(ctx, "list", "-m", "-f", "{{.Dir}}", module).Output()
	dir := strings.TrimSpace(string(out))
	if err == nil && dir == "" {
		err = errNoDirectory
	}
	if err != nil {
		return "", fmt.Errorf("finding the module %s: %w", module, err)
	}
	return dir, nil
}

var errNoDirectory = errors.New("go named no directory")

// command is the go command with nothing of the caller's that changes how it builds. Without cgo, no C compiler is
// needed.
func (b *Builder) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.tool, args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off", "GOOS=", "GOARCH=")
	return cmd
}

func (b *Builder) build(ctx context.Context, p Program, to, turn string) error {
	cmd := b.command(ctx, "build", "-v", "-buildvcs=false", "-ldflags", p.Flags, "-o", to, p.Package)
	output, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("reading what go prints: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting go: %w", err)
	}
	seen := &buildOutput{}
	stop := b.report(p, turn, seen)
	seen.read(output)
	stop()
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %w", ctx.Err())
		}
		return fmt.Errorf("%w\n%s", err, seen.tail())
	}
	return nil
}

// report prints the progress of a build until it is stopped.
func (b *Builder) report(p Program, turn string, seen *buildOutput) (stop func()) {
	start, tick, ended, gone := time.Now(), time.NewTicker(reportEvery), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				_, _ = fmt.Fprintf(b.log, "    building %s (%s): %v of about %v, %d packages compiled\n",
					p.File, turn, time.Since(start).Round(time.Second), p.Takes, seen.packages.Load())
			}
		}
	}()
	return func() {
		tick.Stop()
		close(ended)
		<-gone
	}
}

// buildOutput counts the packages that go -v names, and keeps the end of everything else.
type buildOutput struct {
	packages atomic.Int64
	rest     []string
}

func (b *buildOutput) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
		case line != "" && !strings.ContainsAny(line, " \t:#"):
			b.packages.Add(1)
		default:
			if b.rest = append(b.rest, line); len(b.rest) > 20 {
				b.rest = b.rest[1:]
			}
		}
	}
	_, _ = io.Copy(io.Discard, r) // after a line that is too long, go must not block
}

func (b *buildOutput) tail() string { return strings.Join(b.rest, "\n") }
