// Command drover renders Terraform for Kubernetes clusters and replaces them,
// blue by green. It reads flags, calls the packages below it and says what
// happened; it must never hold a rule of its own about clusters.
package main

import (
	"context"
	"os"
)

func main() {
	ctx, interrupts := interruptible(context.Background(), os.Stderr)
	os.Exit(run(ctx, os.Args, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, interrupts: interrupts}))
}
