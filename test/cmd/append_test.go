package cmd

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// appendLine edits a file as a person would:
//
//	append FILE LINE
func appendLine(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: append FILE LINE")
	}
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = file.WriteString(args[1] + "\n")
	ts.Check(err)
	ts.Check(file.Close())
}
