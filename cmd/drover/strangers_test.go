//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"drover/generator/untrusted"
)

// numberFrom reads a number from a variable of the environment.
func numberFrom(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s is %q, want a number", variable, text)
	}
	return n
}

// The whole program, over specs that are nearly right: none may crash it, keep it busy, or have it write elsewhere.
// DROVER_FUZZ_INPUTS asks for more specs, and DROVER_SEED for others.
func TestNoSpecHarmsWhoTakesIt(t *testing.T) { //nolint:paralleltest // it measures what the process takes
	inputs, seed := numberFrom(t, "DROVER_FUZZ_INPUTS", 400), numberFrom(t, "DROVER_SEED", 1)
	m := &mutator{random: rand.New(rand.NewPCG(seed, 0)), seeds: seeds(t)}
	p := newPlayground(t)
	valid := 0
	for i := range inputs {
		text := m.spec()
		if p.takes(t, text) {
			valid++
		}
		if t.Failed() {
			t.Fatalf("input %d of DROVER_SEED=%d: %.3000q", i, seed, text)
		}
	}
	t.Logf("%d specs, of which %d are valid and were generated; DROVER_SEED=%d", inputs, valid, seed)
	if uint64(valid)*50 < inputs {
		t.Errorf("%d of %d specs are valid: too few to try generate and network", valid, inputs)
	}
}

// seeds are the specs that others are made of.
func seeds(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"good/*.yaml", "good/*.yaml", "good/*.yaml", "good/*.yaml", "unwise/*.yaml", "bad/*.yaml"} { // valid ones as often as others
		paths, err := filepath.Glob(filepath.Join("..", "..", "generator", "spec", "testdata", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for range max(1, 60/len(paths)) {
			for _, path := range paths {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, string(data))
			}
		}
	}
	return all
}

// playground is a directory in which the program runs.
type playground struct{ base, work, spec, out string }

func newPlayground(t *testing.T) playground {
	t.Helper()
	base := t.TempDir()
	work := filepath.Join(base, "work")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	return playground{base, work, filepath.Join(work, "cluster.yaml"), filepath.Join(work, "infra")}
}

// takes runs the program over a spec, and tells whether it is valid.
func (p playground) takes(t *testing.T, text string) bool {
	t.Helper()
	if err := os.WriteFile(p.spec, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code := p.drover(t, "validate", "-f", p.spec)
	if code != exitDone && code != exitInvalid {
		t.Errorf("validate ends with %d", code)
	}
	if code == exitDone {
		for _, args := range [][]string{
			{"generate", "-f", p.spec, "-o", p.out}, {"generate", "--check", "-f", p.spec, "-o", p.out},
			{"network", "-f", p.spec}, {"network", "-f", p.spec, "--output", "svg"}, {"network", "-f", p.spec, "--output", "json"},
		} {
			if code := p.drover(t, args...); code != exitDone && code != exitInvalid && code != exitDifferences {
				t.Errorf("%v ends with %d", args, code)
			}
		}
	}
	p.nothingElse(t)
	if err := os.RemoveAll(p.out); err != nil {
		t.Fatal(err)
	}
	return code == exitDone
}

// drover runs the program within the limits that are promised, and returns its exit code.
func (p playground) drover(t *testing.T, args ...string) int {
	t.Helper()
	hang := time.AfterFunc(5*time.Minute, func() { panic(fmt.Sprintf("drover %v hangs; its input is %s", args, p.spec)) })
	defer hang.Stop()
	var out, err bytes.Buffer
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := processorTime(t)
	code := run(t.Context(), append([]string{"drover"}, args...), streams{out: &out, err: &err})
	took := processorTime(t) - begun
	runtime.ReadMemStats(&after)
	said := out.String() + err.String()
	switch used := (after.TotalAlloc - before.TotalAlloc) >> 20; {
	case strings.Contains(said, "drover crashed"):
		t.Errorf("drover %v crashes: %s", args, said)
	case took > 2*time.Second:
		t.Errorf("drover %v takes %v", args, took)
	case args[0] == "validate" && used > 400: // in all; half of it at once would be much
		t.Errorf("drover %v takes %d MiB", args, used)
	case args[0] == "validate" && len(said) > 256<<10:
		t.Errorf("drover %v writes %d bytes", args, len(said))
	case untrusted.Printable(said) != said:
		t.Errorf("drover %v shows what is not seen: %.1000q", args, said)
	}
	return code
}

// nothingElse holds that there is nothing but the spec and the output directory.
func (p playground) nothingElse(t *testing.T) {
	t.Helper()
	for dir, may := range map[string][]string{p.base: {"work"}, p.work: {"cluster.yaml", "infra"}} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !slices.Contains(may, e.Name()) {
				t.Errorf("%s was made in %s", e.Name(), dir)
			}
		}
	}
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
