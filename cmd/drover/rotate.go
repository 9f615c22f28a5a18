package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform/aws"
)

func rotateCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rotate", Usage: "replace the active cluster with a new one, or resume the rotation in progress",
		Flags: append(driveFlags(),
			&cli.StringFlag{Name: "if-older-than", Usage: "start only if the active cluster is older than `DURATION`, such as 30d, or maxAge for the spec's rotation.maxAge"},
			&cli.BoolFlag{Name: "if-changed", Usage: "start only if a change needs a rotation; with --if-older-than, either condition is enough"},
			&cli.BoolFlag{Name: "ignore-window", Usage: "start even outside the spec's rotation.window; the journal records your name"},
			&cli.DurationFlag{Name: "for", Usage: "start no new step after `DURATION`, such as 50m, and exit 5; the next rotate resumes", DefaultText: "no limit"},
			&cli.StringFlag{Name: "once", Usage: "start at most one rotation for `RUN`, such as the ID of a pipeline run; a retry of that run starts no other"},
			&cli.BoolFlag{Name: "again", Usage: "allow a revision that was rolled back before"},
			byFlag()),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			condition, err := conditionOf(c, o.Spec)
			if err != nil {
				return err
			}
			if err := untilWhen(c, &o); err != nil {
				return err
			}
			if o.Once, err = onceOf(c); err != nil {
				return err
			}
			o.NoWindow, o.Again = c.Bool("ignore-window"), c.Bool("again")
			return decideAndRotate(c, s, o, condition)
		},
	}
}

// mostDecisions is how often another process may rotate between a decision and the lease.
const mostDecisions = 3

// decideAndRotate decides anew where another process rotated after it had decided.
func decideAndRotate(c *cli.Context, s streams, o cluster.Options, condition cluster.Condition) error {
	for try := 1; ; try++ {
		err := rotate(c, s, o, condition)
		var already *cluster.Already
		var overtaken *cluster.Overtaken
		switch {
		case errors.As(err, &already) && already.How == nil:
			return sayNotDue(c, s, o, already.Error())
		case !errors.As(err, &overtaken):
			return err
		case condition == (cluster.Condition{}) && overtaken.How == nil: // what was asked for is done
			return sayNotDue(c, s, o, overtaken.Error())
		case condition == (cluster.Condition{}), try == mostDecisions:
			return err
		}
		o.Observer.Progress(overtaken.Error() + "; deciding anew")
	}
}

// rotate asks whether a rotation is due, then the person, and then goes on.
func rotate(c *cli.Context, s streams, o cluster.Options, condition cluster.Condition) error {
	events, err := cluster.Events(c.Context, o.Store)
	if err != nil {
		return err
	}
	state := journal.Fold(events)
	o.Ground = cluster.GroundOf(state)
	if err := o.Rotatable(state); err != nil {
		return notRotatable(c.Context, o, err)
	}
	if err := o.AlreadyBegun(state); err != nil {
		return err
	}
	if condition != (cluster.Condition{}) {
		due, err := askDue(c, s, o, condition)
		if err != nil {
			return err
		}
		if !due {
			return endFailed(c, s, o, state)
		}
	}
	if err := o.InWindow(state); err != nil {
		return errors.Join(err, endFailed(c, s, o, state))
	}
	question := fmt.Sprintf("Replace the active cluster of %s in %s by a new one at Kubernetes %s?",
		o.Spec.Metadata.Name, o.Spec.Spec.Region, o.Spec.Spec.Kubernetes.Version)
	return drive(c, s, o, question, cluster.Rotate)
}

// endFailed has a color destroyed that was rolled back from, once its time is over, though no rotation begins.
func endFailed(c *cli.Context, s streams, o cluster.Options, state journal.State) error {
	f := o.Overdue(state)
	if f == nil {
		return nil
	}
	return drive(c, s, o, fmt.Sprintf("Destroy %s of %s, which was rolled back from and was kept until %s?", f.Color, o.Spec.Metadata.Name, f.Until.Format(time.RFC3339)),
		cluster.EndFailed)
}

// notRotatable says that something stands that the journal does not have, or that nobody knows; err if nothing stands.
func notRotatable(ctx context.Context, o cluster.Options, err error) error {
	status, asking := statusOf(ctx, o)
	if asking != nil {
		return asking
	}
	if stands := o.Stands(status); stands != nil {
		return stands
	}
	return err
}

// beforeTheEnd is how long before credentials end nothing new is begun.
const beforeTheEnd = 5 * time.Minute

// untilWhen takes the time from --for, or from the credentials if those are known to end sooner.
func untilWhen(c *cli.Context, o *cluster.Options) error {
	if length := c.Duration("for"); length > 0 {
		o.Stop = o.Clock.Now().Add(length)
	} else if c.IsSet("for") {
		return usageError{errors.New("--for requires a duration above zero, such as 50m")}
	}
	ends, err := aws.CredentialsEnd(os.Getenv)
	if err != nil {
		return err
	}
	if ends.IsZero() {
		return nil
	}
	if ends = ends.Add(-beforeTheEnd); o.Stop.IsZero() || ends.Before(o.Stop) {
		o.Stop = ends
		o.Observer.Progress("the credentials end soon after " + ends.Format(time.TimeOnly) + "; nothing new begins after that")
	}
	return nil
}

func rollbackCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rollback", Usage: "end the rotation in progress, with all traffic on the old color",
		Flags: append(driveFlags(), byFlag()),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			question := "Send all traffic of " + o.Spec.Metadata.Name + " back to the old color and end the rotation?"
			return drive(c, s, o, question, cluster.Rollback)
		},
	}
}
