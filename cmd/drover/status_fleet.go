package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"drover/generator/markdown"
	"drover/orchestrator/cluster"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
)

// fleetLine is one cluster of a directory: its status by the journal, or why there is none.
type fleetLine struct {
	Name    string          `json:"cluster"`
	Status  *history.Status `json:"status,omitempty"`
	Problem string          `json:"problem,omitempty"`
}

// mostAtOnce is how many stores are read at once.
const mostAtOnce = 8

// fleetStatus is a line for each cluster of a directory, by the journals alone. It fails if one cannot be read, once all are shown.
func fleetStatus(c *cli.Context, s streams, all []loaded, format string) error {
	found := make([]fleetLine, len(all))
	var reading errgroup.Group
	reading.SetLimit(mostAtOnce)
	for i, l := range all {
		reading.Go(func() error {
			found[i] = fleetLineOf(c, s, l)
			return nil
		})
	}
	_ = reading.Wait() // each line has its own problem
	return errors.Join(writeFleet(s.out, found, format), fleetProblem(found))
}

func fleetLineOf(c *cli.Context, s streams, l loaded) fleetLine {
	line := fleetLine{Name: l.Cluster.Metadata.Name}
	o, err := optionsOf(c, s, l.Cluster, newProgress(s.err, false))
	if err == nil {
		line.Status, err = journalStatus(c.Context, o)
	}
	if err != nil {
		line.Problem = err.Error()
	}
	return line
}

func journalStatus(ctx context.Context, o cluster.Options) (*history.Status, error) {
	events, err := cluster.Events(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	status := history.StatusOf(o.Spec, journal.Fold(events), nil, o.Clock.Now())
	return &status, nil
}

func fleetProblem(found []fleetLine) error {
	unread := 0
	for _, l := range found {
		if l.Problem != "" {
			unread++
		}
	}
	if unread > 0 {
		return fmt.Errorf("reading the status of a fleet: %d of %d clusters could not be read", unread, len(found))
	}
	return nil
}

var fleetHead = []string{"CLUSTER", "ACTIVE", "KUBERNETES", "TRAFFIC", "AGE", "ROTATION"}

// cells are what a line shows of a cluster.
func (l fleetLine) cells() []string {
	switch st := l.Status; {
	case st == nil:
		return []string{l.Name, "?", "-", "-", "-", l.Problem}
	case st.Active == "":
		return []string{l.Name, "-", "-", "-", "-", "not built, by its journal"}
	default:
		age, what := "-", "none"
		if st.Built != nil {
			age = history.Age(time.Since(*st.Built))
			if st.Due {
				age += " (due)"
			}
		}
		if r := st.Rotation; r != nil {
			what = fmt.Sprintf("%s to %s, in %s", r.From, r.To, r.Phase)
			if r.Hold != nil {
				what += ", " + string(r.Hold.Why)
			}
			if r.Back != nil {
				what += ", going back"
			}
		}
		return []string{l.Name, string(st.Active), st.Version, trafficText(st.Weights), age, what}
	}
}

func writeFleet(w io.Writer, found []fleetLine, format string) error {
	switch format {
	case "json":
		return writeJSON(w, found)
	case "markdown":
		d := markdown.New(markdown.Text("Status of the fleet"))
		var rows [][]markdown.Inline
		for _, l := range found {
			var cells []markdown.Inline
			for _, cell := range l.cells() {
				cells = append(cells, markdown.Text(cell))
			}
			rows = append(rows, cells)
		}
		d.Table([]string{"cluster", "active", "Kubernetes", "traffic", "age", "rotation"}, rows)
		return d.Write(w, "drover status")
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, cells := range append([][]string{fleetHead}, cellsOf(found)...) {
		for i, cell := range cells {
			end := "\t"
			if i == len(cells)-1 {
				end = "\n"
			}
			if _, err := io.WriteString(table, firstLine(cell)+end); err != nil {
				return err
			}
		}
	}
	return table.Flush()
}

func cellsOf(found []fleetLine) (all [][]string) {
	for _, l := range found {
		all = append(all, l.cells())
	}
	return all
}
