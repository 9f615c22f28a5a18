package supply

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/test/harness"
)

// docs/trust.md has the attacks of attacks.txt, each of which is tried by a test that is there.
// DROVER_UPDATE_ATTACKS=1 writes the table.
func TestTheTableOfAttacksIsWhatTheTestsTry(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("attacks.txt")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| attack | how it is tried | answer | test |\n| --- | --- | --- | --- |\n")
	rows := 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), " | ")
		if len(fields) != 4 {
			t.Fatalf("this row has %d fields, want 4: %s", len(fields), line)
		}
		dir, name, _ := strings.Cut(fields[3], " ")
		if !hasTest(t, dir, name) {
			t.Errorf("%s has no %s", dir, name)
		}
		table.WriteString("| " + strings.Join(fields[:3], " | ") + " | `" + name + "` in `" + dir + "` |\n")
		rows++
	}
	if rows < 10 {
		t.Errorf("there are only %d rows", rows)
	}
	const begin, end = "<!-- attacks: supply -->\n", "<!-- end: supply -->\n"
	page := filepath.Join(harness.Repository(t), "docs", "trust.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	have, after, ends := strings.Cut(rest, end)
	switch {
	case !found || !ends:
		t.Fatalf("%s lacks the marks of the table", page)
	case have == table.String():
	case os.Getenv("DROVER_UPDATE_ATTACKS") != "":
		if err := os.WriteFile(page, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s has other rows than attacks.txt; DROVER_UPDATE_ATTACKS=1 writes them:\n%s", page, table.String())
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(harness.Repository(t), filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "func "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
