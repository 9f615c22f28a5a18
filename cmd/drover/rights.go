package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

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

// writePolicies writes a file for each policy, and names each.
func writePolicies(s streams, dir string, documents []rights.Document) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // policies are no secret
		return fmt.Errorf("making the directory of the policies: %w", err)
	}
	for _, d := range documents {
		path := filepath.Join(dir, d.Name+".json")
		if err := os.WriteFile(path, d.JSON, 0o644); err != nil { //nolint:gosec // policies are no secret
			return fmt.Errorf("writing the policy %s: %w", d.Name, err)
		}
		if _, err := fmt.Fprintln(s.out, path); err != nil {
			return err
		}
	}
	return nil
}
