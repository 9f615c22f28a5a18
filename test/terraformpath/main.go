// Command terraformpath prints the path and the version of the Terraform that drover uses on this machine, and
// fetches one if there is none. `make setup` runs it, so that a machine without network hears of it at once.
package main

import (
	"context"
	"fmt"
	"os"

	"drover/orchestrator/terraform"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	binary, err := terraform.Find(ctx, terraform.Options{Log: os.Stderr})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%s %s\n", binary.Version, binary.Path)
	return err
}
