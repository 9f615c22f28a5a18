package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"drover/generator/spec"
	"drover/orchestrator"
	"drover/orchestrator/journal"
)

func rotateCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rotate", Usage: "replace the active cluster by a new one, or go on with the rotation under way",
		Flags: append(driveFlags(),
			&cli.StringFlag{Name: "if-older-than", Usage: "begin only if the active cluster is as old as `DURATION`, such as 30d, or as the spec's rotation.maxAge with maxAge"},
			&cli.BoolFlag{Name: "if-changed", Usage: "begin only if plan would say that it takes a rotation; with --if-older-than either is enough"},
			&cli.BoolFlag{Name: "ignore-window", Usage: "begin outside of the spec's rotation.window too; the journal says who had it so"}),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			condition, err := conditionOf(c, o.Spec)
			if err != nil {
				return err
			}
			if err := orchestrator.Rotatable(c.Context, o); err != nil {
				return err
			}
			if condition != (orchestrator.Condition{}) {
				due, err := askDue(c, s, o, condition)
				if err != nil || !due {
					return err
				}
			}
			if c.Bool("ignore-window") {
				if o.NoWindow, err = personHere(); err != nil {
					return err
				}
			}
			if err := orchestrator.InWindow(c.Context, o); err != nil {
				return err
			}
			question := fmt.Sprintf("Replace the active cluster of %s in %s by a new one at Kubernetes %s?",
				o.Spec.Metadata.Name, o.Spec.Spec.Region, o.Spec.Spec.Kubernetes.Version)
			return drive(c, s, o, question, orchestrator.Rotate)
		},
	}
}

// conditionOf reads what makes a rotation due; the zero Condition is one that is asked for plainly.
func conditionOf(c *cli.Context, cluster spec.Cluster) (orchestrator.Condition, error) {
	condition := orchestrator.Condition{Changed: c.Bool("if-changed")}
	switch text := c.String("if-older-than"); {
	case !c.IsSet("if-older-than"):
	case text == "maxAge":
		condition.OlderThan = cluster.Spec.Rotation.MaxAge
		if condition.OlderThan == 0 {
			return condition, usageError{errors.New("--if-older-than maxAge: the spec has no rotation.maxAge; write one, or a duration here, such as 30d")}
		}
	default:
		if err := condition.OlderThan.UnmarshalText([]byte(text)); err != nil || condition.OlderThan == 0 {
			return condition, usageError{fmt.Errorf("--if-older-than is %q; write a duration such as 30d or 36h, or maxAge for the spec's rotation.maxAge", text)}
		}
	}
	return condition, nil
}

// askDue says whether to go on. That nothing is due is an answer, not an error.
func askDue(c *cli.Context, s streams, o orchestrator.Options, condition orchestrator.Condition) (bool, error) {
	asked := o
	asked.Observer = newProgress(s.err, c.Bool("verbose")) // the events of a rotation are not those of a plan
	due, why, err := orchestrator.Due(c.Context, asked, condition, orchestrator.Connect)
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
		Name: "rollback", Usage: "end the rotation under way with all traffic on the old color",
		Flags: driveFlags(),
		Action: func(c *cli.Context) error {
			o, err := options(c, s)
			if err != nil {
				return err
			}
			question := "Send all traffic of " + o.Spec.Metadata.Name + " back to the old color and end the rotation?"
			return drive(c, s, o, question, orchestrator.Rollback)
		},
	}
}
