package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"drover/orchestrator"
)

func statusCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "say what a cluster is now, and how far its rotation is",
		Flags: []cli.Flag{fileFlag(), outFlag(), outputFlag()},
		Action: func(c *cli.Context) error {
			inJSON, err := asJSON(c)
			if err != nil {
				return err
			}
			l, err := loadOne(c, io.Discard)
			if err != nil {
				return err
			}
			o := orchestrator.Options{Spec: l.Cluster, SpecFile: c.String("file"), Out: c.String("out"), Secrets: s.secrets}
			status, err := orchestrator.StatusOf(c.Context, o)
			if err != nil {
				return err
			}
			if err := status.AskAccount(c.Context, o, orchestrator.ConnectPlatform); err != nil {
				return err
			}
			write := writeStatus
			if inJSON {
				write = func(w io.Writer, status orchestrator.Status) error { return writeJSON(w, status) }
			}
			return errors.Join(write(s.out, status), status.Disagrees(o))
		},
	}
}

// writeStatus says in a few lines what a person asks first.
func writeStatus(w io.Writer, status orchestrator.Status) error {
	a := status.Account
	if status.Active == "" && a != nil && (!a.Asked || len(a.Disagreements) > 0) {
		return nil // that it is not built is not known
	}
	if status.Active == "" {
		_, err := fmt.Fprintf(w, "%s: not built yet; `drover apply` builds it\n", status.Cluster)
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	lines := [][2]string{
		{"cluster", status.Cluster},
		{"active", fmt.Sprintf("%s, Kubernetes %s, revision %s", status.Active, status.Version, status.Revision)},
		{"traffic", trafficText(status.Weights)},
	}
	if a != nil {
		lines = append(lines, [2]string{"account", accountText(*a)})
	}
	lines = append(lines, timingLines(status.Timing)...)
	if r := status.Rotation; r != nil {
		lines = append(lines, [2]string{"rotation", fmt.Sprintf("%s, %s to %s at Kubernetes %s, in %s", r.ID, r.From, r.To, r.Version, r.Phase)})
		for _, p := range r.Phases {
			lines = append(lines, [2]string{"", strings.TrimRight(fmt.Sprintf("%s %-16s %s", mark(p.Outcome), p.Name, p.Detail), " ")})
		}
	} else {
		lines = append(lines, [2]string{"rotation", "none under way"})
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(table, "%s\t%s\n", l[0], l[1]); err != nil {
			return err
		}
	}
	return table.Flush()
}

func accountText(a orchestrator.Account) string {
	switch {
	case !a.Asked:
		return "not asked: " + a.Reason
	case len(a.Disagreements) > 0:
		return "disagrees with the journal, see below"
	}
	return "as the journal says"
}

// timingLines say how old the active color is, whether it is due, and when a pipeline is to start the next rotation.
func timingLines(t orchestrator.Timing) [][2]string {
	if t.Built == nil {
		return nil
	}
	age := orchestrator.Age(time.Since(*t.Built))
	switch {
	case t.Due:
		age += fmt.Sprintf(", due: rotation.maxAge is %s", t.MaxAge)
	case t.MaxAge > 0:
		age += fmt.Sprintf(", due at %s", t.MaxAge)
	}
	lines := [][2]string{{"age", age}}
	if t.Next != nil {
		lines = append(lines, [2]string{"next start", t.Next.Format("Mon 2006-01-02 15:04 MST") + ", by rotation.schedule"})
	}
	return lines
}

func trafficText(weights map[string]int) string {
	if len(weights) == 0 {
		return "no weights confirmed yet"
	}
	var parts []string
	for _, color := range []string{"blue", "green"} {
		if weight, ok := weights[color]; ok {
			parts = append(parts, fmt.Sprintf("%s %d %%", color, weight))
		}
	}
	return strings.Join(parts, ", ")
}
