package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"drover/rehearsal"
)

func rehearseCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rehearse", Usage: "apply and rotate the spec on this machine, with no cloud account",
		Flags: []cli.Flag{
			fileFlag(), outputFlag(), verboseFlag(),
			&cli.StringFlag{Name: "to", Usage: "the Kubernetes `VERSION` to rotate to (default: the next minor)"},
			&cli.StringFlag{Name: "dir", Usage: "keep everything in this `DIR` (default: a temporary one that is removed)"},
			&cli.StringFlag{Name: "kubernetes", Value: "on", Usage: "`on` gives each cluster a real control plane, whose programs are fetched or built once; off does without"},
			&cli.BoolFlag{Name: "serve", Usage: "only start the cloud, print how to reach it, and stay"},
		},
		Action: func(c *cli.Context) error {
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			l, err := loadOne(c, s.err)
			if err != nil {
				return err
			}
			kubernetes, err := kubernetesFlag(c)
			if err != nil {
				return err
			}
			if c.Bool("serve") {
				return rehearsal.Serve(c.Context, rehearsal.ServeOptions{Spec: l.Cluster, Dir: c.String("dir"), Out: s.out, Log: s.err, Kubernetes: kubernetes})
			}
			return rehearse(c, s, l, inJSON, kubernetes)
		},
	}
}

// kubernetesFlag reads --kubernetes.
func kubernetesFlag(c *cli.Context) (bool, error) {
	switch value := c.String("kubernetes"); value {
	case "on":
		return true, nil
	case "off":
		return false, nil
	default:
		return false, usageError{fmt.Errorf("--kubernetes is %q; write on or off", value)}
	}
}

func rehearse(c *cli.Context, s streams, l loaded, inJSON, kubernetes bool) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program's own file: %w", err)
	}
	summary, err := rehearsal.Run(c.Context, rehearsal.RunOptions{
		Binary: self, SpecFile: l.File, Spec: l.Cluster, ToVersion: c.String("to"), Dir: c.String("dir"), Progress: s.err, Kubernetes: kubernetes,
	})
	if err != nil {
		return err
	}
	if inJSON {
		encoder := json.NewEncoder(s.out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(summary); err != nil {
			return err
		}
	} else if err := summary.WriteText(s.out); err != nil {
		return err
	}
	return summary.Err()
}
