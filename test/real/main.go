// Command real runs drover against a real AWS account: it builds a small cluster, rotates it, destroys it, and looks for
// what is left. `make real` starts it, on a schedule if you have an account for it. It must never begin without being
// told which account, which region and how much money, and never end without having tried to destroy what it built.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"drover/orchestrator/platform/aws"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "real:", err)
		stop()
		os.Exit(1)
	}
}

// run reads what the job is told and does it.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("real", flag.ContinueOnError)
	flags.SetOutput(out)
	drover := flags.String("drover", "", "the drover `program` to run")
	dry := flags.Bool("dry", false, "check the variables, print the spec and its price, and end")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("reading the flags: %w", err)
	}
	o, err := orders(getenv)
	if err != nil {
		return err
	}
	j := &job{orders: o, waits: realWaits, program: *drover, out: out}
	if err := j.prepare(ctx); err != nil || *dry {
		return err
	}
	defer j.cleanUp()
	cloud, err := aws.New(ctx, o.region, func(...string) {})
	if err != nil {
		return fmt.Errorf("reading the AWS configuration: %w", err)
	}
	j.cloud = cloud
	return j.run(ctx)
}
