// Command drover renders Terraform for Kubernetes clusters and replaces them,
// blue by green. It reads flags, calls the packages below it and says what
// happened; it must never hold a rule of its own about clusters.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup has drover outlive its terminal
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends drover at once, which loses nothing either
		fmt.Fprintln(os.Stderr, "\nstopping: what is under way is let to finish; interrupt again to leave without waiting")
	})
	os.Exit(run(ctx, os.Args, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}
