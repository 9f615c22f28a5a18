package programs

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

// sayEvery is how often a build says how far it is.
const sayEvery = 10 * time.Second

// goBuild builds what is missing from the embedded Go module. Modules come from where Go is told to get them; what
// was compiled before is taken from Go's own cache.
func goBuild(ctx context.Context, dir string, missing []program, log io.Writer) error {
	tool, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("build %s: Go is not on PATH (https://go.dev/doc/install): %w", names(missing), err)
	}
	module, err := os.MkdirTemp(dir, "module-")
	if err != nil {
		return fmt.Errorf("make a directory for the build: %w", err)
	}
	defer func() { _ = os.RemoveAll(module) }() // the next build's litter is only a few kilobytes
	for name, data := range map[string][]byte{"go.mod": goMod, "go.sum": goSum} {
		if err := os.WriteFile(filepath.Join(module, name), data, 0o600); err != nil {
			return fmt.Errorf("write the module to build: %w", err)
		}
	}
	g := golang{tool: tool, module: module, log: log}
	var longest time.Duration
	for _, p := range missing {
		longest += p.takes
	}
	_, _ = fmt.Fprintf(log, "    building with Go, once: up to %v on two cores the first time, seconds when Go has compiled it before; "+
		"needs 3 GiB in Go's cache\n", longest.Round(time.Minute))
	for i, p := range missing {
		if err := g.make(ctx, dir, p, fmt.Sprintf("%d of %d", i+1, len(missing))); err != nil {
			return err
		}
	}
	return nil
}

// golang runs the go command in the embedded module.
type golang struct {
	tool, module string
	log          io.Writer
}

func (g golang) make(ctx context.Context, dir string, p program, turn string) error {
	if p.pkg == "" {
		return g.makeStages(ctx, filepath.Join(dir, p.file))
	}
	start := time.Now()
	part := filepath.Join(g.module, p.file)
	if err := g.build(ctx, p, part, turn); err != nil {
		return fmt.Errorf("build %s: %w", p.file, err)
	}
	if err := os.Rename(part, filepath.Join(dir, p.file)); err != nil {
		return fmt.Errorf("put %s in its place: %w", p.file, err)
	}
	_, _ = fmt.Fprintf(g.log, "    built %s (%s) in %v\n", p.file, turn, time.Since(start).Round(time.Second))
	return nil
}

// command is the go command with nothing of the caller's that changes how it builds. Without cgo, no C compiler is
// needed.
func (g golang) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.tool, args...)
	cmd.Dir = g.module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off", "GOOS=", "GOARCH=")
	return cmd
}

// flags give the programs their version, which is a placeholder otherwise.
func flags() string {
	version := Version()
	number := strings.Split(strings.TrimPrefix(version, "v"), ".")
	const at = " -X k8s.io/component-base/version."
	return "-s -w" + at + "gitVersion=" + version + at + "gitMajor=" + number[0] + at + "gitMinor=" + number[1]
}

func (g golang) build(ctx context.Context, p program, to, turn string) error {
	cmd := g.command(ctx, "build", "-v", "-buildvcs=false", "-ldflags", flags(), "-o", to, p.pkg)
	output, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("read what go says: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go: %w", err)
	}
	seen := &buildOutput{}
	stop := g.report(p, turn, seen)
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

// report says now and then how far a build is, until it is stopped.
func (g golang) report(p program, turn string, seen *buildOutput) (stop func()) {
	start, tick, ended, gone := time.Now(), time.NewTicker(sayEvery), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				_, _ = fmt.Fprintf(g.log, "    building %s (%s): %v of about %v, %d packages compiled\n",
					p.file, turn, time.Since(start).Round(time.Second), p.takes, seen.packages.Load())
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

var errNoModule = errors.New("go named no directory")
