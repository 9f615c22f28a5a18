package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"drover/rehearsal"
	"drover/rehearsal/fault"
)

func rehearseCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "rehearse", Usage: "build and rotate the cluster in a simulated cloud on this machine, without an account",
		Flags: []cli.Flag{
			fileFlag(), outputFlag(), verboseFlag(),
			&cli.StringFlag{Name: "to", Usage: "rotate to this Kubernetes `VERSION` (default: the next minor)"},
			&cli.StringFlag{Name: "dir", Usage: "keep all files in `DIR` (default: a temporary directory that is removed at the end)"},
			&cli.StringFlag{Name: "kubernetes", Value: "on", Usage: "run a real control plane for each cluster: `MODE` is on or off; its programs are downloaded or built once"},
			&cli.StringFlag{Name: "repository", Usage: "let Argo CD follow `DIR` (a checkout, a bare repository or plain files) in place of the spec's repository", DefaultText: "without GitOps"},
			&cli.BoolFlag{Name: "serve", Usage: "only start the simulated cloud, print how to connect to it, and keep running"},
			&cli.StringSliceFlag{Name: "fault", Usage: "break something on purpose: `FAULT` is NAME[:SERVICE][@PHASE|@DURATION|@random]; may be repeated; see --list-faults"},
			&cli.Uint64Flag{Name: "seed", Usage: "use this random seed `NUMBER`, to repeat the faults of an earlier rehearsal", DefaultText: "random"},
			&cli.BoolFlag{Name: "allow-commands", Usage: "run the spec's command checks on this machine (default: skip them, because the spec may be untrusted)"},
			&cli.StringFlag{Name: "from", Usage: "connect to the clusters from this source `ADDRESS`, which decides whether their APIs accept drover", DefaultText: "one inside the network"},
			&cli.StringFlag{Name: "calls", Usage: "log each AWS API call and its caller to `FILE`, one JSON object per line"},
			&cli.StringFlag{Name: "report", Usage: "write the report page of the rotation to `FILE`"},
			&cli.BoolFlag{Name: "list-faults", Usage: "list the faults and exit"},
		},
		Action: func(c *cli.Context) error {
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			if c.Bool("list-faults") {
				return listFaults(s.out, inJSON)
			}
			faults, seed, err := faultsFrom(c)
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
			if err := unused(c.String("dir"), l.Cluster.Metadata.Name); err != nil {
				return err
			}
			from, err := fromFlag(c)
			if err != nil {
				return err
			}
			s.interrupts.rehearses()
			if c.Bool("serve") {
				return rehearsal.Serve(c.Context, rehearsal.ServeOptions{Spec: l.Cluster, Dir: c.String("dir"), Out: s.out, Log: s.err, Kubernetes: kubernetes, Repository: c.String("repository"), Faults: faults, Calls: c.String("calls"), From: from})
			}
			return rehearse(c, s, inJSON, rehearsal.RunOptions{SpecFile: l.File, Spec: l.Cluster, ToVersion: c.String("to"), Dir: c.String("dir"),
				Progress: s.err, Report: c.String("report"), Kubernetes: kubernetes, Repository: c.String("repository"), Faults: faults, Seed: seed, Commands: c.Bool("allow-commands"), Calls: c.String("calls"), From: from})
		},
	}
}

// unused refuses a directory that has the roots of an earlier rehearsal: the cloud that they describe ended with it.
func unused(dir, cluster string) error {
	if dir == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "infra", cluster)); err != nil {
		return nil //nolint:nilerr // what cannot be read is the rehearsal's to report
	}
	return usageError{fmt.Errorf("%s contains an earlier rehearsal of %s, whose simulated cloud no longer exists; remove the directory, or use another with --dir", dir, cluster)}
}

// kubernetesFlag reads --kubernetes.
func kubernetesFlag(c *cli.Context) (bool, error) {
	switch value := c.String("kubernetes"); value {
	case "on":
		return true, nil
	case "off":
		return false, nil
	default:
		return false, usageError{fmt.Errorf("--kubernetes is %q; use on or off", value)}
	}
}

// fromFlag reads --from.
func fromFlag(c *cli.Context) (netip.Addr, error) {
	text := c.String("from")
	if text == "" {
		return netip.Addr{}, nil
	}
	from, err := netip.ParseAddr(text)
	if err != nil || !from.Is4() {
		return netip.Addr{}, usageError{fmt.Errorf("--from is %q; write an IPv4 address, such as 203.0.113.7", text)}
	}
	return from, nil
}

// faultsFrom reads --fault and --seed. The seed is 0 where nothing is random.
func faultsFrom(c *cli.Context) ([]fault.Injection, uint64, error) {
	texts := c.StringSlice("fault")
	var seed uint64
	if strings.Contains(strings.Join(texts, " "), "random") {
		seed = c.Uint64("seed")
		if seed == 0 {
			seed = 1 + rand.Uint64N(1_000_000) // short enough to be typed again
		}
	}
	faults, err := rehearsal.Faults(texts, seed)
	if err != nil {
		return nil, 0, usageError{err}
	}
	return faults, seed, nil
}

// listFaults tells the table of faults.
func listFaults(w io.Writer, inJSON bool) error {
	if inJSON {
		return writeJSON(w, fault.All)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range fault.All {
		lasts := f.Lasts.String()
		if f.Lasts == 0 {
			lasts = "a moment"
		}
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\n", f.Name, lasts, f.Does); err != nil {
			return err
		}
	}
	return t.Flush()
}

func rehearse(c *cli.Context, s streams, inJSON bool, o rehearsal.RunOptions) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program's own file: %w", err)
	}
	o.Binary = self
	summary, err := rehearsal.Run(c.Context, o)
	if err != nil {
		return err
	}
	if inJSON {
		if err := writeJSON(s.out, summary); err != nil {
			return err
		}
	} else if err := summary.WriteText(s.out); err != nil {
		return err
	}
	return summary.Err()
}
