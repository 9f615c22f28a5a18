package cmd

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// untouched holds that a journal has the events that the test wrote down and no other, and that nobody took the lease
// since:
//
//	untouched known 3
func untouched(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: untouched DIRECTORY EVENTS")
	}
	events, err := strconv.Atoi(args[1])
	ts.Check(err)
	records, err := os.ReadDir(filepath.Join(ts.MkAbs(args[0]), "tiny", ".drover", "journal"))
	ts.Check(err)
	if want := events + 2; len(records) != want { // the test took the lease, and released it
		ts.Fatalf("the journal below %s has %d records, want %d", args[0], len(records), want)
	}
}
