package cmd

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
)

// keepJournal makes the store of the cluster tiny below a Terraform directory, with a journal of the events in a file, one
// a line:
//
//	journal known events.jsonl
func keepJournal(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: journal DIRECTORY EVENTS")
	}
	ctx := context.Background()
	s := store.Open(file.Open(filepath.Join(ts.MkAbs(args[0]), "tiny", ".drover")), "tiny", store.Options{})
	lease, err := s.Acquire(ctx, store.Holder{Host: "here", Command: "a test"})
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		_, err := lease.Append(ctx, []byte(strings.TrimSpace(line)))
		ts.Check(err)
	}
	ts.Check(lease.Release(ctx))
}

// untouched holds that a store has as many records as its file of events says, and that nobody took its lease since:
//
//	untouched known events.jsonl
func untouched(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: untouched DIRECTORY EVENTS")
	}
	records, err := os.ReadDir(filepath.Join(ts.MkAbs(args[0]), "tiny", ".drover", "journal"))
	ts.Check(err)
	want := strings.Count(ts.ReadFile(args[1]), "\n") + 2 // the lease was taken, and released
	if len(records) != want {
		ts.Fatalf("the journal below %s has %d records, want %d", args[0], len(records), want)
	}
}
