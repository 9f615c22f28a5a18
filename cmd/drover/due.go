package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
)

// conditionOf reads what makes a rotation due; the zero Condition is one that is asked for plainly.
func conditionOf(c *cli.Context, of spec.Cluster) (cluster.Condition, error) {
	condition := cluster.Condition{Changed: c.Bool("if-changed")}
	switch text := c.String("if-older-than"); {
	case !c.IsSet("if-older-than"):
	case text == "maxAge":
		condition.OlderThan = of.Spec.Rotation.MaxAge
		if condition.OlderThan == 0 {
			return condition, usageError{errors.New("--if-older-than maxAge: the spec has no rotation.maxAge; set it, or use a duration such as 30d")}
		}
	default:
		if err := condition.OlderThan.UnmarshalText([]byte(text)); err != nil || condition.OlderThan == 0 {
			return condition, usageError{fmt.Errorf("--if-older-than is %q; use a duration such as 30d or 36h, or maxAge for the spec's rotation.maxAge", text)}
		}
	}
	return condition, nil
}

// askDue says whether to go on. That nothing is due is an answer, not an error.
func askDue(c *cli.Context, s streams, o cluster.Options, condition cluster.Condition) (bool, error) {
	asked := o
	asked.Observer = newProgress(s.err, c.Bool("verbose")) // the events of a rotation are not those of a plan
	due, why := false, ""
	_, err := inScratch(c.Context, asked, func(ctx context.Context, o cluster.Options) (_ struct{}, err error) {
		due, why, err = cluster.Due(ctx, o, condition)
		return struct{}{}, err
	})
	if err != nil {
		return false, err
	}
	if due {
		o.Observer.Progress("due: " + why)
		return true, nil
	}
	return false, sayNotDue(c, s, o, why)
}

// sayNotDue is the whole answer of a command that begins no rotation.
func sayNotDue(c *cli.Context, s streams, o cluster.Options, why string) error {
	if inJSON, _ := asJSON(c); inJSON {
		o.Observer.Event(journal.Event{Time: time.Now().UTC(), Kind: journal.NotDue, Detail: why})
		return nil
	}
	_, err := fmt.Fprintf(s.out, "%s: not due: %s\n", o.Spec.Metadata.Name, why)
	return err
}

// longestRun is how many bytes the name of a run has at most: it is kept in the journal.
const longestRun = 200

// onceOf is the name of the run that is to begin one rotation at most; empty if it was not given.
func onceOf(c *cli.Context) (string, error) {
	once := c.String("once")
	if !c.IsSet("once") {
		return "", nil
	}
	if once == "" || len(once) > longestRun || strings.ContainsFunc(once, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", usageError{fmt.Errorf("--once takes a name of the run in 1 to %d printable characters, such as \"$GITHUB_RUN_ID\"", longestRun)}
	}
	return once, nil
}
