package harness

import (
	"os"
	"strings"
	"testing"
)

// TableRows are the cells of every row of a Markdown file's tables, without their headings. There is a row at least, and
// each has so many cells.
func TableRows(t testing.TB, file string, columns int) (rows [][]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	heading := true
	for i, line := range strings.Split(string(data), "\n") {
		if !strings.HasPrefix(line, "| ") {
			heading = true // of the next table
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		switch {
		case len(cells) != columns:
			t.Errorf("%s:%d: a row of %d cells, want %d", file, i+1, len(cells), columns)
		case heading:
			heading = false
		case !strings.HasPrefix(cells[0], "---"):
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no table", file)
	}
	return rows
}
