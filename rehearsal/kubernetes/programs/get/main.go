// Command get finds the programs of the rehearsal's Kubernetes control planes, gets them if they are not
// there, and prints where they are. `make setup` runs it, so that what takes minutes once is not a part of a rehearsal.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"drover/rehearsal/kubernetes/programs"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	set, err := programs.Find(ctx, programs.Options{Log: os.Stderr})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%s %s\n", programs.Version(), filepath.Dir(set.APIServer))
	return err
}
