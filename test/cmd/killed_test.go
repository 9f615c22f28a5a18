package cmd

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"drover/test/harness"
)

// kills is how often generate is killed at a moment that the seed chooses; DROVER_KILLS asks for more.
func kills(t *testing.T) int {
	t.Helper()
	if asked := os.Getenv("DROVER_KILLS"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 {
			t.Fatalf("DROVER_KILLS is %q, want a number", asked)
		}
		return n
	}
	return 12
}

// moments gives random numbers from a seed that is printed; DROVER_SEED repeats a run, as far as the machine does.
func moments(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if asked := os.Getenv("DROVER_SEED"); asked != "" {
		var err error
		if seed, err = strconv.ParseUint(asked, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("DROVER_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// fleetOf writes the specs of n clusters, whose every root says what team is.
func fleetOf(t *testing.T, dir string, n int, team string) {
	t.Helper()
	for i := range n {
		text := fmt.Sprintf("apiVersion: drover/v1\nkind: Cluster\nmetadata: {name: c%02d, labels: {team: %s}}\nspec:\n  platform: aws\n"+
			"  region: eu-west-1\n  network: {cidr: 10.%d.0.0/16}\n  ingress: {domain: c%d.example.com}\n", i, team, i, i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("c%02d.yaml", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// unfinished is what drover puts where Terraform shall read nothing.
const unfinished = "drover_unfinished.tf"

// tree is every file below a directory, without what drover staged. A directory that is not there has none.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && at == dir:
			return nil
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".drover-"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(at)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// below is the part of a tree in one directory.
func below(files map[string]string, dir string) map[string]string {
	out := maps.Clone(files)
	maps.DeleteFunc(out, func(name, _ string) bool { return !strings.HasPrefix(name, dir+"/") })
	return out
}

// Generate is killed by SIGKILL at random moments of its run. What is there then is the old output or the new one; where
// a root is in between, it holds the file that Terraform refuses. The next generate makes it whole.
func TestGenerateKilledAtAnyMomentLeavesTheOldOrTheNew(t *testing.T) {
	t.Parallel()
	random, dir := moments(t), t.TempDir()
	specs := map[string]string{}
	trees := map[string]map[string]string{}
	shortest := time.Hour
	for i, team := range []string{"old", "new"} {
		specs[team] = filepath.Join(dir, team)
		if err := os.Mkdir(specs[team], 0o700); err != nil {
			t.Fatal(err)
		}
		fleetOf(t, specs[team], 12+i, team)
		start := time.Now()
		generate(t, dir, specs[team], "whole-"+team)
		shortest = min(shortest, time.Since(start))
		trees[team] = tree(t, filepath.Join(dir, "whole-"+team))
	}
	seen := map[string]int{}
	for round := range kills(t) {
		for _, from := range []string{"nothing", "old"} {
			home := filepath.Join(dir, fmt.Sprintf("%s-%d", from, round))
			out := filepath.Join(home, "infra")
			if from == "old" {
				generate(t, dir, specs["old"], out)
			}
			command := harness.Command(t, dir, nil, "generate", "-f", specs["new"], "-o", out)
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			ended := ending(command)
			if round%2 == 0 {
				time.Sleep(time.Duration(random.Int64N(int64(shortest * 5 / 4))))
			} else { // from when it stages on, which is the smaller part of its time
				for len(entriesBegin(home, ".")) == 0 && len(entriesBegin(out, ".")) == 0 && !over(ended) {
					runtime.Gosched()
				}
				time.Sleep(time.Duration(random.Int64N(int64(shortest / 4))))
			}
			_ = command.Process.Kill() // it may be done
			<-ended
			seen[from+" to "+state(t, tree(t, out), trees[from], trees["new"])]++
			generate(t, dir, specs["new"], out)
			if !maps.Equal(tree(t, out), trees["new"]) {
				t.Errorf("round %d from %s: the next generate does not make the output whole", round, from)
			}
			if left := slices.Concat(entriesBegin(home, "."), entriesBegin(out, ".")); len(left) > 0 {
				t.Errorf("round %d from %s: the next generate leaves %v", round, from, left)
			}
		}
	}
	t.Logf("killed: %v", seen)
}

func generate(t *testing.T, dir, spec, out string) {
	t.Helper()
	if result := harness.Drover(t, dir, "generate", "-f", spec, "-o", out); result.Code != 0 {
		t.Fatalf("generate exited %d: %s", result.Code, result.Stderr)
	}
}

// ending waits for a started command, and closes the channel when it is over.
func ending(command *exec.Cmd) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // killed or not
	}()
	return ended
}

func over(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

// entriesBegin are the names in a directory that begin so; a directory that is not there has none.
func entriesBegin(dir, begin string) []string {
	var names []string
	all, _ := os.ReadDir(dir) // it may not be there yet
	for _, e := range all {
		if strings.HasPrefix(e.Name(), begin) {
			names = append(names, e.Name())
		}
	}
	return names
}

// state names what a kill left. A mixture that Terraform would read is a failure.
func state(t *testing.T, got, before, after map[string]string) string {
	t.Helper()
	if maps.Equal(got, before) {
		return "old"
	}
	if maps.Equal(got, after) {
		return "new"
	}
	if len(before) == 0 {
		t.Errorf("a killed first generate leaves %d of %d files", len(got), len(after))
	}
	for name := range after {
		root := filepath.ToSlash(filepath.Dir(name))
		if _, refused := got[root+"/"+unfinished]; refused || strings.HasPrefix(name, "modules/") {
			continue // the modules are the same before and after
		}
		if have := below(got, root); !maps.Equal(have, below(before, root)) && !maps.Equal(have, below(after, root)) {
			t.Errorf("a killed generate leaves a mixture in %s, and nothing keeps Terraform from reading it", root)
		}
	}
	return "unfinished"
}

// Generate is killed while files move to their places: Terraform and --check refuse what is there, and say what to do.
func TestWhatAKilledGenerateLeftIsRefused(t *testing.T) {
	t.Parallel()
	terraform, dir := harness.Terraform(t), t.TempDir()
	for _, team := range []string{"old", "new"} {
		if err := os.Mkdir(filepath.Join(dir, team), 0o700); err != nil {
			t.Fatal(err)
		}
		fleetOf(t, filepath.Join(dir, team), 40, team)
	}
	marked := killedWhileMoving(t, dir)
	for _, args := range [][]string{{"init", "-backend=false", "-no-color"}, {"validate", "-no-color"}} {
		command := exec.CommandContext(t.Context(), terraform.Path, args...)
		command.Dir, command.Env = marked, terraform.Env
		said, err := command.CombinedOutput()
		if err == nil || !bytes.Contains(said, []byte("drover generate was ended while it wrote here")) {
			t.Errorf("terraform %s accepts what a killed generate left (%v):\n%s", args[0], err, said)
		}
	}
	check := harness.Drover(t, dir, "generate", "-f", "new", "--check")
	if check.Code != 2 || !strings.Contains(check.Stderr, "run it again") {
		t.Errorf("--check of what a killed generate left exits %d: %s", check.Code, check.Stderr)
	}
}

// killedWhileMoving gives the directory of a root in which a killed generate left its mark.
func killedWhileMoving(t *testing.T, dir string) string {
	t.Helper()
	for range 50 {
		if err := os.RemoveAll(filepath.Join(dir, "infra")); err != nil {
			t.Fatal(err)
		}
		generate(t, dir, "old", "infra")
		command := harness.Command(t, dir, nil, "generate", "-f", "new")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		ended := ending(command)
		root := filepath.Join(dir, "infra", "c00", "blue")
		for len(entriesBegin(root, unfinished)) == 0 && !over(ended) {
			runtime.Gosched()
		}
		_ = command.Process.Kill()
		<-ended
		if len(entriesBegin(root, unfinished)) > 0 {
			return root
		}
	}
	t.Fatal("generate was never killed while it moved files")
	return ""
}
