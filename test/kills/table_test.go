package kills

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"drover/test/harness"
)

var update = flag.Bool("update", false, "add what was killed to docs/kills.md, and leave out what is in it already")

// tally is docs/kills.md: what was killed after which record, and by which runs.
type tally struct {
	records []string // in the order of a rotation
	times   map[string]map[kind]int
	runs    [][]string
}

const (
	countsHeading = "| after the record | drover | Terraform | both | both, and the directory is lost |"
	runsHeading   = "| seed | processes | kills | ended | requests | failed | deleted | twice | locks left | taken over |"
	runColumns    = 10
)

func tallyFile(t *testing.T) string {
	return filepath.Join(harness.Repository(t), "docs", "kills.md")
}

// readTally reads the tables. Without a file there is nothing in them.
func readTally(t *testing.T) tally {
	t.Helper()
	kept := tally{times: map[string]map[kind]int{}}
	data, err := os.ReadFile(tallyFile(t))
	if os.IsNotExist(err) {
		return kept
	}
	if err != nil {
		t.Fatal(err)
	}
	heading := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch {
		case !strings.HasPrefix(line, "| "):
			heading = ""
		case heading == "":
			heading = line
		case strings.HasPrefix(line, "| ---"):
		case heading == countsHeading:
			kept.addRow(t, cells(line))
		case heading == runsHeading:
			kept.runs = append(kept.runs, cells(line))
		}
	}
	return kept
}

func cells(line string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
}

func (y *tally) addRow(t *testing.T, row []string) {
	t.Helper()
	if len(row) != 1+len(kinds) {
		t.Fatalf("docs/kills.md: a row of %d cells: %v", len(row), row)
	}
	y.records = append(y.records, row[0])
	y.times[row[0]] = map[kind]int{}
	for i, k := range kinds {
		n, err := strconv.Atoi(row[1+i])
		if err != nil {
			t.Fatalf("docs/kills.md: %s: %v", row[0], err)
		}
		if n > 0 {
			y.times[row[0]][k] = n
		}
	}
}

// add takes over what a run killed.
func (y *tally) add(m *matrix) {
	for _, record := range m.first {
		if !slices.Contains(y.records, record) {
			y.records = append(y.records, record)
			y.times[record] = map[kind]int{}
		}
		for k, n := range m.times[record] {
			y.times[record][k] += n
		}
	}
}

// counts are how many kills there were, of how many pairs of record and kind, and how many pairs there are.
func (y tally) counts() (kills, made, all int) {
	for _, row := range y.times {
		made += len(row)
		for _, n := range row {
			kills += n
		}
	}
	return kills, made, len(y.records) * len(kinds)
}

// summary is the sentence that says how much of the whole there is.
func (y tally) summary() string {
	kills, made, all := y.counts()
	return fmt.Sprintf("%d kills so far, of %d of the %d pairs of record and kind (%d %%).", kills, made, all, 100*made/max(all, 1))
}

func (y tally) String() string {
	var b strings.Builder
	b.WriteString(`# What was killed

Rotations with real Terraform against the simulated account, in which drover, Terraform, both, or both with the whole working
directory were killed by SIGKILL right after a record of the journal, or in the middle of what followed it. Each process
that came next ran in another directory. This page is written by the test, which adds a run once it has passed:

    cd test && DROVER_ALL_KILLS=1 go test ./kills -v -timeout 180m -update

` + y.summary() + " Records are named by kind, phase and root; old and new are the two colors.\n\n" + countsHeading + "\n| --- | --- | --- | --- | --- |\n")
	for _, record := range y.records {
		fmt.Fprintf(&b, "| %s", record)
		for _, k := range kinds {
			fmt.Fprintf(&b, " | %d", y.times[record][k])
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\nThe rotations, one a line:\n\n" + runsHeading + "\n|" + strings.Repeat(" --- |", runColumns) + "\n")
	for _, run := range y.runs {
		b.WriteString("| " + strings.Join(run, " | ") + " |\n")
	}
	return b.String()
}

func (y tally) write(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(tallyFile(t), []byte(y.String()), 0o644); err != nil { //nolint:gosec // a page for everybody
		t.Fatal(err)
	}
}

// What a person wrote into the page by hand, or a run that did not hold what it has to, is not in it. That it has no run
// yet it says itself.
func TestThePageOfKillsIsAsTheTestWritesIt(t *testing.T) {
	t.Parallel()
	page := readTally(t)
	data, err := os.ReadFile(tallyFile(t))
	if err != nil {
		t.Fatal(err)
	}
	if page.String() != string(data) {
		t.Error("docs/kills.md is not what the test would write from its own tables")
	}
	kills := 0
	for _, run := range page.runs {
		if len(run) != runColumns {
			t.Fatalf("a run has %d cells: %v", len(run), run)
		}
		n, err := strconv.Atoi(run[2])
		if err != nil {
			t.Error(err)
		}
		kills += n
		if ended := run[3]; (ended != "done" && ended != "rolled back") || run[5] != "0" || run[7] != "0" || run[8] != "0" {
			t.Errorf("a run in docs/kills.md did not hold what it has to: %v", run)
		}
	}
	if kills == 0 {
		t.Error("docs/kills.md has no kill: its table proves nothing")
	}
	if all, _, _ := page.counts(); all != kills {
		t.Errorf("the table has %d kills, its runs %d", all, kills)
	}
}
