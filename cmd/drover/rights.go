package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"drover/generator/untrusted"
	"drover/orchestrator/platform/aws/rights"
)

func rightsCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rights", Usage: "print the IAM policies that plan, apply and rotate need for a spec",
		Flags: []cli.Flag{fileFlag(), &cli.StringFlag{Name: "dir", Usage: "write each policy to a file in `DIR` (default: print all as one JSON object)"}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			l, err := loadOne(c, s.err)
			if err != nil {
				return err
			}
			documents, err := rights.Of(l.Cluster)
			if err != nil {
				return usageError{err}
			}
			if dir := c.String("dir"); dir != "" {
				return writePolicies(s, dir, documents)
			}
			all := map[string]json.RawMessage{}
			for _, d := range documents {
				all[d.Name] = d.JSON
			}
			return writeJSON(s.out, all)
		},
	}
}

// writePolicies writes a file for each policy, and names each. A checkout may bring the directory along, and links in it.
func writePolicies(s streams, dir string, documents []rights.Document) (err error) {
	if err := untrusted.Stays(dir); err != nil {
		return fmt.Errorf("writing the policies to %s: %w; name the directory that it leads to", dir, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // policies are no secret
		return fmt.Errorf("creating the directory for the policies: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("opening the directory for the policies: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for _, d := range documents {
		name := d.Name + ".json"
		if err := root.WriteFile(name, d.JSON, 0o644); err != nil {
			return fmt.Errorf("writing the policy %s: %w", d.Name, err)
		}
		if _, err := fmt.Fprintln(s.out, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
