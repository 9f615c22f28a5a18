package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/verify"
)

func readyCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "ready", Usage: "check whether a rotation could start now: quotas, drift, removed APIs, DNS, checks; changes nothing",
		Description: "Exits 0 if a rotation, or the first build, could start; 2 if something would stop it; 1 if a question could not be asked.",
		Flags:       []cli.Flag{fileFlag(), outFlag(), outputFlag(), verboseFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			o, err := options(c, s)
			if err != nil {
				return err
			}
			o.Observer = newProgress(s.err, c.Bool("verbose"))
			said, err := inScratch(c.Context, o, cluster.Ready)
			if err != nil {
				return err
			}
			write := writeReady
			if inJSON {
				write = func(w io.Writer, r cluster.Readiness) error { return writeJSON(w, r) }
			}
			return errors.Join(write(s.out, said), notReady(said))
		},
	}
}

// stops is what would stop a rotation. Its exit code is that of a difference.
type stops struct{ cluster, purpose, checks string }

func (e stops) Error() string {
	return fmt.Sprintf("%s is not ready for a %s: %s", e.cluster, e.purpose, e.checks)
}

func (stops) Is(target error) bool { return target == errDifferences }

// notReady is the error of an answer, if it is one: what is not known is a failure of the command.
func notReady(r cluster.Readiness) error {
	if r.Ready {
		return nil
	}
	var names []string
	for _, c := range r.Checks {
		if c.Verdict == verify.Fail || c.Verdict == verify.Error {
			names = append(names, c.Name)
		}
	}
	if r.Unasked() {
		return fmt.Errorf("cannot tell whether %s is ready for a %s: could not check %s", r.Cluster, r.For, strings.Join(names, ", "))
	}
	return stops{r.Cluster, r.For, strings.Join(names, ", ")}
}

// readyMarks tell verdicts apart without color.
var readyMarks = map[verify.Verdict]string{verify.Pass: "✓", verify.Fail: "✗", verify.Inconclusive: "~", verify.Error: "?"}

func writeReady(w io.Writer, r cluster.Readiness) error {
	says := "ready for a " + r.For
	if !r.Ready {
		says = "not " + says
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n", r.Cluster, says); err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range r.Checks {
		lines := strings.Split(c.Detail, "\n")
		if c.Next != "" {
			lines = append(lines, "to do: "+c.Next)
		}
		for i, line := range lines {
			mark, name := readyMarks[c.Verdict], c.Name
			if i > 0 {
				mark, name = " ", ""
			}
			if _, err := fmt.Fprintf(table, "%s %s\t%s\n", mark, name, strings.TrimRight(line, " ")); err != nil {
				return err
			}
		}
	}
	for _, l := range timingLines(r.Timing) {
		if _, err := fmt.Fprintf(table, "  %s\t%s\n", l[0], l[1]); err != nil {
			return err
		}
	}
	return table.Flush()
}
