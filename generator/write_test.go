package generator

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// generated makes files with headers from their bodies.
func generated(t *testing.T, bodies map[string]string) Files {
	t.Helper()
	f := Files{}
	for name, body := range bodies {
		f[name] = []byte(body)
	}
	f, err := stamped(f, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// onDisk gives every file below a directory.
func onDisk(t *testing.T, dir string) Files {
	t.Helper()
	out := Files{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(name)], err = os.ReadFile(at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func put1(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := put(filepath.Join(dir, filepath.FromSlash(name)), []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func same(a, b Files) bool { return maps.EqualFunc(a, b, bytes.Equal) }

var before = map[string]string{
	"tiny/blue/main.tf": "a = 1\n", "tiny/blue/old.tf": "b = 1\n", "tiny/blue/README.md": "\n# x\n",
	"modules/aws/cluster/main.tf": "c = 1\n", "modules/aws/cluster/access.tf": "g = 1\n", "modules/aws/cluster/sub/old.tf": "d = 1\n", "modules/aws/traffic/main.tf": "e = 1\n",
}

var after = map[string]string{
	"tiny/blue/main.tf": "a = 2\n", "tiny/blue/new.tf": "f = 1\n", "tiny/blue/README.md": "\n# x\n",
	"modules/aws/cluster/main.tf": "c = 2\n", "modules/aws/cluster/access.tf": "g = 2\n",
}

func TestWriteTouchesOnlyWhatItWrote(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "infra")
	if c, err := Write(dir, generated(t, before), WriteOptions{}); err != nil || len(c.Created) != len(before) {
		t.Fatalf("the first write gives %+v, %v", c, err)
	}
	kept := map[string]string{
		"tiny/blue/main_override.tf": "x = 1\n", "tiny/blue/terraform.tfstate": "{}", "tiny/blue/colors.auto.tfvars.json": "{}",
		"tiny/blue/.terraform/modules/m.tf": string(generated(t, before)["tiny/blue/old.tf"]), "tiny/green/main.tf": "y = 1\n", "notes.md": "z\n",
	}
	for name, content := range kept {
		put1(t, dir, name, content)
	}
	c, err := Write(dir, generated(t, after), WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := Changes{
		Created: []string{"tiny/blue/new.tf"}, Changed: []string{"modules/aws/cluster/access.tf", "modules/aws/cluster/main.tf", "tiny/blue/main.tf"},
		Removed: []string{"modules/aws/cluster/sub/old.tf", "tiny/blue/old.tf"},
	}
	if !slices.Equal(c.Created, want.Created) || !slices.Equal(c.Changed, want.Changed) || !slices.Equal(c.Removed, want.Removed) {
		t.Errorf("the second write did %+v, want %+v", c, want)
	}
	expected := generated(t, after)
	expected["modules/aws/traffic/main.tf"] = generated(t, before)["modules/aws/traffic/main.tf"] // no part of what was written
	for name, content := range kept {
		expected[name] = []byte(content)
	}
	if got := onDisk(t, dir); !same(got, expected) {
		t.Errorf("the directory has %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(expected)))
	}
	if c, err = Write(dir, generated(t, after), WriteOptions{}); err != nil || !c.Empty() {
		t.Errorf("writing the same again does %+v, %v", c, err)
	}
}

func TestAWriteIsUndoneByAWriteOfWhatWasPresent(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "infra")
	if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	put1(t, dir, "tiny/blue/main_override.tf", "x = 1\n")
	put1(t, dir, "tiny/blue/.terraform/modules/m.tf", string(generated(t, before)["tiny/blue/old.tf"]))
	want := onDisk(t, dir)
	present, err := Present(dir, generated(t, after))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Files{generated(t, after), present} {
		if _, err := Write(dir, f, WriteOptions{Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := onDisk(t, dir); !same(got, want) {
		t.Errorf("the directory has %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	if none, err := Present(filepath.Join(dir, "gone"), generated(t, after)); err != nil || len(none) != 0 {
		t.Errorf("of a directory that is not there: %v, %v", none, err)
	}
}

func TestWriteKeepsWhoWroteAFileThatDoesNotChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	newer := Files{}
	for name, body := range before {
		newer[name] = []byte(body)
	}
	newer, err := stamped(newer, "9.9.9")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := Write(dir, newer, WriteOptions{}); err != nil || !c.Empty() {
		t.Errorf("a newer drover that says the same changes %+v, %v", c, err)
	}
}

func TestWriteRefusesWhatWouldBeLostByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tiny/blue/main.tf", "tiny/blue/old.tf"} { // one to be changed, one to be removed
		put1(t, dir, name, string(generated(t, before)[name])+"edited = true\n")
	}
	put1(t, dir, "tiny/blue/new.tf", "mine = true\n")
	was := onDisk(t, dir)
	_, err := Write(dir, generated(t, after), WriteOptions{})
	var conflict *ConflictError
	if !errors.As(err, &conflict) || strings.Join(conflict.Edited, " ") != "tiny/blue/main.tf tiny/blue/old.tf" || strings.Join(conflict.Foreign, " ") != "tiny/blue/new.tf" {
		t.Fatalf("edited and foreign files are answered with %v", err)
	}
	for _, want := range []string{"tiny/blue/main.tf", "tiny/blue/old.tf", "tiny/blue/new.tf", "--force", "main_override.tf"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	if !same(onDisk(t, dir), was) {
		t.Error("a refused write changed something")
	}
	if _, err := Write(dir, generated(t, after), WriteOptions{Force: true}); !errors.As(err, &conflict) || len(conflict.Edited) > 0 {
		t.Errorf("with force, a file that is not drover's is answered with %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "tiny/blue/new.tf")); err != nil {
		t.Fatal(err)
	}
	if c, err := Write(dir, generated(t, after), WriteOptions{Force: true}); err != nil || len(c.Changed) != 3 || len(c.Removed) != 2 {
		t.Errorf("with force, edited files are answered with %+v, %v", c, err)
	}
}

func TestCheckWritesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "infra")
	c, err := Write(dir, generated(t, before), WriteOptions{Check: true})
	if err != nil || len(c.Created) != len(before) {
		t.Errorf("checking an empty directory gives %+v, %v", c, err)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("checking made the directory (%v)", err)
	}
	if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	put1(t, dir, "tiny/blue/main.tf", string(generated(t, before)["tiny/blue/main.tf"])+"edited = true\n")
	was := onDisk(t, dir)
	c, err = Write(dir, generated(t, before), WriteOptions{Check: true})
	if err != nil || strings.Join(c.Changed, " ") != "tiny/blue/main.tf" {
		t.Errorf("checking an edited file gives %+v, %v", c, err)
	}
	if !same(onDisk(t, dir), was) {
		t.Error("checking changed something")
	}
}

func TestAFileCheckedOutWithOtherLineEndsIsNotEdited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range generated(t, before) {
		put1(t, dir, name, strings.ReplaceAll(string(content), "\n", "\r\n"))
	}
	if c, err := Write(dir, generated(t, before), WriteOptions{}); err != nil || !c.Empty() {
		t.Errorf("other line ends are answered with %+v, %v", c, err)
	}
}

func TestANameThatLeadsOutIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"../x.tf", "/etc/x.tf", "a/../../x.tf"} {
		if _, err := Write(filepath.Join(dir, "infra"), Files{name: []byte("x")}, WriteOptions{Force: true}); err == nil || !strings.Contains(err.Error(), "leads out") {
			t.Errorf("writing %s gives %v", name, err)
		}
	}
}

// reads gives what somebody who opens files reads below a directory, without
// what drover staged there. A link that leads nowhere is no file.
func reads(t *testing.T, dir string) Files {
	t.Helper()
	out := Files{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && strings.HasPrefix(d.Name(), ".drover-") {
				return fs.SkipDir
			}
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		out[filepath.ToSlash(name)] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A write is ended before each of its steps in turn, as a kill would end it.
// What is read there then is the old or the new, at once, after the next command
// has looked, and when that is killed too.
func TestAKillLeavesTheOldOrTheNew(t *testing.T) {
	t.Parallel()
	const mine = "tiny/blue/custom_x.tf"
	seen := map[bool]int{}
	for step := 1; ; step++ {
		dir := t.TempDir()
		if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		put1(t, dir, mine, "x = 1\n")
		was := onDisk(t, dir)
		will := generated(t, after)
		will[mine] = []byte("x = 1\n")
		will["modules/aws/traffic/main.tf"] = was["modules/aws/traffic/main.tf"]
		if !killed(t, dir, step) {
			if seen[false] < 8 || seen[true] < 8 {
				t.Fatalf("a write was ended at %d steps before and %d after the switch, too few to have been ended everywhere", seen[false], seen[true])
			}
			return
		}
		got := reads(t, dir)
		isNew := same(got, will)
		if seen[isNew]++; !isNew && !same(got, was) {
			t.Fatalf("a kill at step %d leaves a mixture: %v", step, slices.Sorted(maps.Keys(got)))
		}
		for again := 1; killedRecovering(t, dir, again); again++ {
			if !same(reads(t, dir), got) {
				t.Fatalf("a kill at step %d, and one of the recovery at step %d, leave %v, want %v", step, again, slices.Sorted(maps.Keys(reads(t, dir))), slices.Sorted(maps.Keys(got)))
			}
		}
		if !same(onDisk(t, dir), got) {
			t.Fatalf("recovering from a kill at step %d leaves %v, want %v", step, slices.Sorted(maps.Keys(onDisk(t, dir))), slices.Sorted(maps.Keys(got)))
		}
		if _, err := Write(dir, generated(t, after), WriteOptions{}); err != nil || !same(onDisk(t, dir), will) {
			t.Fatalf("writing again after a kill at step %d gives %v (%v)", step, slices.Sorted(maps.Keys(onDisk(t, dir))), err)
		}
		if isNew != (step > seen[false]) {
			t.Fatalf("a kill at step %d leaves the old files, after an earlier one left the new ones", step)
		}
	}
}

// What a person did to a file between a kill and the next command stays.
func TestWhatAPersonDidAfterAKillStays(t *testing.T) {
	t.Parallel()
	const name = "tiny/blue/main.tf"
	for step := 1; ; step++ {
		dir := t.TempDir()
		if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if !killed(t, dir, step) {
			return
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
		put1(t, dir, name, "mine = true\n")
		if err := Recover(dir); err != nil {
			t.Fatal(err)
		}
		if got := reads(t, dir)[name]; string(got) != "mine = true\n" {
			t.Fatalf("a file that was written after a kill at step %d is now %q", step, got)
		}
	}
}

func TestAWriteThatFailsLeavesTheOld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	put1(t, dir, "tiny/blue/new.tf/custom_x.tf", "x = 1\n") // a directory, where a file is to come
	was := onDisk(t, dir)
	f := generated(t, after)
	p, err := planWrite(dir, Files{"tiny/blue/main.tf": f["tiny/blue/main.tf"], "modules/aws/cluster/main.tf": f["modules/aws/cluster/main.tf"]}, false)
	if err != nil {
		t.Fatal(err)
	}
	p.Created = []string{"tiny/blue/new.tf"}
	if err := (site{dir: dir, step: func() {}}).locked(func(s site) error { return s.commit(f, p) }); err == nil {
		t.Fatal("a file was written over a directory")
	}
	if got := onDisk(t, dir); !same(got, was) {
		t.Errorf("a write that failed leaves %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(was)))
	}
}

func TestADirectoryThatLeadsElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(dir, "modules")); err != nil {
		t.Fatal(err)
	}
	_, err := Write(dir, generated(t, after), WriteOptions{})
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "modules")+": it is a symbolic link") {
		t.Errorf("writing through a link gives %v", err)
	}
	link := filepath.Join(t.TempDir(), "infra")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	for _, f := range []Files{generated(t, before), generated(t, after)} {
		if _, err := Write(link, f, WriteOptions{}); err != nil {
			t.Errorf("writing to a directory by a link to it gives %v", err)
		}
	}
}

func TestAKillOfTheFirstWriteLeavesNothingOrAll(t *testing.T) {
	t.Parallel()
	for step := 1; ; step++ {
		parent := t.TempDir()
		dir := filepath.Join(parent, "infra")
		if !killed(t, dir, step) {
			if step < 4 {
				t.Fatalf("a first write has %d steps, too few to have been ended everywhere", step)
			}
			return
		}
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("a kill at step %d leaves the directory (%v)", step, err)
		}
		if _, err := Write(dir, generated(t, after), WriteOptions{}); err != nil || !same(onDisk(t, dir), generated(t, after)) {
			t.Fatalf("writing again after a kill at step %d gives %v (%v)", step, slices.Sorted(maps.Keys(onDisk(t, dir))), err)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
			t.Fatalf("writing again after a kill at step %d leaves %v (%v)", step, left, err)
		}
	}
}

func TestCheckRefusesWhatIsHalfWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Write(dir, generated(t, before), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if !killed(t, dir, 9) {
		t.Fatal("the write was done before it could be killed")
	}
	if _, err := Write(dir, generated(t, after), WriteOptions{Check: true}); !errors.Is(err, ErrUnfinished) {
		t.Errorf("checking what is half written gives %v", err)
	}
}

func TestAFileThatLostItsContentIsWrittenAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Write(dir, generated(t, after), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	put1(t, dir, "tiny/blue/main.tf", "")
	if c, err := Write(dir, generated(t, after), WriteOptions{}); err != nil || len(c.Changed) != 1 || !same(onDisk(t, dir), generated(t, after)) {
		t.Errorf("an empty file is answered with %+v, %v", c, err)
	}
}

// killed starts a write, ends it before a step, and tells whether it got there.
func killed(t *testing.T, dir string, at int) bool {
	t.Helper()
	return ended(t, dir, at, func(s site) error {
		_, err := s.write(generated(t, after), WriteOptions{})
		return err
	})
}

// killedRecovering does so with a recovery.
func killedRecovering(t *testing.T, dir string, at int) bool {
	t.Helper()
	return ended(t, dir, at, func(s site) error { return s.locked(site.finish) })
}

// ended does something to a directory, ends it before a step as a kill would,
// and tells whether it got there.
func ended(t *testing.T, dir string, at int, do func(site) error) (was bool) {
	t.Helper()
	kill := errors.New("kill")
	defer func() {
		switch r := recover(); r {
		case nil:
		case kill:
			was = true
		default:
			panic(r)
		}
	}()
	n := 0
	err := do(site{dir: dir, step: func() {
		if n++; n == at {
			panic(kill)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return false
}

func TestASummaryIsShort(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	Changes{}.Summary(&b)
	if b.String() != "nothing to change\n" {
		t.Errorf("no changes are summed up as %q", b.String())
	}
	b.Reset()
	Changes{Created: make([]string, 15), Changed: []string{"a.tf"}, Removed: make([]string, 9)}.Summary(&b)
	if lines := strings.Split(strings.TrimSpace(b.String()), "\n"); len(lines) != 21 || lines[20] != "and 5 more" {
		t.Errorf("25 changes are summed up as %q", b.String())
	}
}

func TestMarkdownCodeHoldsAnyText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"shop": "`shop`", "a`b": "<code>a&#96;b</code>", "a|b": "<code>a&#124;b</code>", `\|`: "<code>&#92;&#124;</code>", "a\n\n# b": "`a # b`", "": "(none)",
	} {
		if got := markdownCode(text); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
	if got := markdownCell("a|b <b> [x](y) *z*\n# h"); got != `a\|b &lt;b&gt; \[x\](y) \*z\* \# h` {
		t.Errorf("a cell is written %s", got)
	}
}
