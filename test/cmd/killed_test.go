package cmd

import (
	"errors"
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
			"  region: eu-west-1\n  network: {cidr: 10.%d.0.0/16}\n  ingress: {domain: c%d.example.com}\n  access: {admins: [\"arn:aws:iam::123456789012:role/platform-admin\"]}\n", i, team, i, i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("c%02d.yaml", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tree is every file that can be opened below a directory, without what drover staged: links that lead nowhere are no files.
// A directory that is not there has none.
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
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// links are how many files below a directory are links.
func links(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Type()&fs.ModeSymlink != 0:
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Generate is killed by SIGKILL at random moments of its run. What is there then, before anything else looks at it, reads as
// the old output or as the new one, whole. The next generate makes it the new one, of plain files.
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
			wait(ended, out, round, random, shortest)
			_ = command.Process.Kill() // it may be done
			<-ended
			seen[from+" to "+state(t, tree(t, out), trees[from], trees["new"])]++
			generate(t, dir, specs["new"], out)
			if !maps.Equal(tree(t, out), trees["new"]) || links(t, out) > 0 {
				t.Errorf("round %d from %s: the next generate does not make the output whole", round, from)
			}
			if left := slices.Concat(hidden(home), hidden(out)); len(left) > 0 {
				t.Errorf("round %d from %s: the next generate leaves %v", round, from, left)
			}
		}
	}
	t.Logf("killed: %v", seen)
}

// wait waits for the moment of a kill, which is chosen from the whole run, from when it stages on, or from when files are links.
func wait(ended <-chan struct{}, out string, round int, random *rand.Rand, whole time.Duration) {
	begun, span := func() bool { return true }, whole*5/4
	switch round % 3 {
	case 1:
		begun, span = func() bool { return len(hidden(filepath.Dir(out))) > 0 || len(hidden(out)) > 0 }, whole/4
	case 2:
		begun, span = func() bool { return isLink(filepath.Join(out, "c00", "blue", changing)) }, whole/40
	}
	for !begun() && !over(ended) {
		runtime.Gosched()
	}
	time.Sleep(time.Duration(random.Int64N(int64(span))))
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

// hidden are the names in a directory that begin with a dot; a directory that is not there has none.
func hidden(dir string) []string {
	var names []string
	all, _ := os.ReadDir(dir) // it may not be there yet
	for _, e := range all {
		if strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// state names what a kill left. A mixture is a failure.
func state(t *testing.T, got, before, after map[string]string) string {
	t.Helper()
	switch {
	case maps.Equal(got, before):
		return "old"
	case maps.Equal(got, after):
		return "new"
	}
	count := func(whole map[string]string) (n int) {
		for name, content := range whole {
			if have, there := got[name]; there && have == content {
				n++
			}
		}
		return n
	}
	t.Errorf("a killed generate leaves a mixture: of %d files, %d are of the old %d, and %d of the new %d", len(got), count(before), len(before), count(after), len(after))
	return "mixture"
}

// Generate is killed while files are links: Terraform reads what they lead to, and --check says what to do.
func TestWhatAKilledGenerateLeftIsOneConfiguration(t *testing.T) {
	t.Parallel()
	terraform, dir := harness.Terraform(t), t.TempDir()
	trees := map[string]map[string]string{}
	for _, team := range []string{"old", "new"} {
		if err := os.Mkdir(filepath.Join(dir, team), 0o700); err != nil {
			t.Fatal(err)
		}
		fleetOf(t, filepath.Join(dir, team), 40, team)
		generate(t, dir, team, "whole-"+team)
		trees[team] = tree(t, filepath.Join(dir, "whole-"+team))
	}
	linked := killedWhileLinked(t, dir)
	left := tree(t, filepath.Join(dir, "infra"))
	t.Logf("what is left reads as %s, with %d links", state(t, left, trees["old"], trees["new"]), links(t, filepath.Join(dir, "infra")))
	for _, args := range [][]string{{"init", "-backend=false", "-no-color"}, {"validate", "-no-color"}} {
		command := exec.CommandContext(t.Context(), terraform.Path, args...)
		command.Dir, command.Env = linked, terraform.Env
		if said, err := command.CombinedOutput(); err != nil {
			t.Fatalf("terraform %s of what a killed generate left: %v\n%s", args[0], err, said)
		}
	}
	check := harness.Drover(t, dir, "generate", "-f", "new", "--check")
	if check.Code != 2 || !strings.Contains(check.Stderr, "run it again") {
		t.Errorf("--check of what a killed generate left exits %d: %s", check.Code, check.Stderr)
	}
}

// changing is a file of every root that says what team is.
const changing = "providers.tf"

// killedWhileLinked gives the directory of a root in which a killed generate left links.
func killedWhileLinked(t *testing.T, dir string) string {
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
		for !isLink(filepath.Join(root, changing)) && !over(ended) {
			runtime.Gosched()
		}
		_ = command.Process.Kill()
		<-ended
		if isLink(filepath.Join(root, changing)) {
			return root
		}
	}
	t.Fatal("generate was never killed while files were links")
	return ""
}

func isLink(at string) bool {
	info, err := os.Lstat(at)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}
