package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// AttackRow is one row of a table in docs/security.md: something that was tried, and how drover answered.
type AttackRow struct{ Attack, Tried, Answer string }

// AttackTable fails unless docs/security.md has exactly these rows between the marks of the section, as in
// `<!-- attacks: input -->` and `<!-- end: input -->`. Each package of tests that tries attacks has a section of its own.
// With DROVER_UPDATE_ATTACKS=1 it writes the rows there.
func AttackTable(t testing.TB, section string, rows []AttackRow) {
	t.Helper()
	file := filepath.Join(Repository(t), "docs", "security.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- attacks: "+section+" -->\n", "<!-- end: "+section+" -->\n"
	before, rest, hasBegin := strings.Cut(string(data), begin)
	have, after, hasEnd := strings.Cut(rest, end)
	if !hasBegin || !hasEnd {
		t.Fatalf("%s lacks the marks %q and %q", file, begin, end)
	}
	var want strings.Builder
	want.WriteString("| attack | how it is tried | answer |\n| --- | --- | --- |\n")
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for _, r := range rows {
		want.WriteString("| " + cell.Replace(r.Attack) + " | " + cell.Replace(r.Tried) + " | " + cell.Replace(r.Answer) + " |\n")
	}
	if have == want.String() {
		return
	}
	if os.Getenv("DROVER_UPDATE_ATTACKS") == "" {
		t.Fatalf("the attacks of %q in %s are\n%s\nand the tests found\n%s\nset DROVER_UPDATE_ATTACKS=1 to write that, and read the difference", section, file, have, want.String())
	}
	if err := os.WriteFile(file, []byte(before+begin+want.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
