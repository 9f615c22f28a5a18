package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
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
			events, err := cluster.Events(c.Context, o.Store)
			if err != nil {
				return err
			}
			state := journal.Fold(events)
			if err := o.Rotatable(state); err != nil {
				return notRotatable(c.Context, o, err)
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
			o.NoWindow, o.Again = c.Bool("ignore-window"), c.Bool("again")
			if err := o.InWindow(state); err != nil {
				return errors.Join(err, endFailed(c, s, o, state))
			}
			question := fmt.Sprintf("Replace the active cluster of %s in %s by a new one at Kubernetes %s?",
				o.Spec.Metadata.Name, o.Spec.Spec.Region, o.Spec.Spec.Kubernetes.Version)
			return drive(c, s, o, question, cluster.Rotate)
		},
	}
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
	if inJSON, _ := asJSON(c); inJSON {
		o.Observer.Event(journal.Event{Time: time.Now().UTC(), Kind: journal.NotDue, Detail: why})
		return false, nil
	}
	_, err = fmt.Fprintf(s.out, "%s: not due: %s\n", o.Spec.Metadata.Name, why)
	return false, err
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
