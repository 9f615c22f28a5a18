// Command get builds the programs of Argo CD that run beside the rehearsal's clusters, where they are not there yet, and prints
// where they are. `make test` runs it first, so that what takes minutes once is not a part of a test.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"drover/rehearsal/argocd"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	found, err := argocd.Find(ctx, "", os.Stderr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%s %s\n", argocd.Version(), filepath.Dir(found.ArgoCD))
	return err
}
