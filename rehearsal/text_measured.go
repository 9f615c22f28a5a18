package rehearsal

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"drover/orchestrator/history"
)

// writeArrivals compares the weights of each step with the traffic that arrived, as drover measured it.
func (s Summary) writeArrivals(b *strings.Builder) {
	if len(s.Arrivals) == 0 {
		return
	}
	b.WriteString("\nWeights asked, traffic measured (new connections to both load balancers)\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = io.WriteString(t, "asked\tarrived\tto the old color\tto the new one\tin\t \t\n") // a strings.Builder takes everything
	for _, a := range s.Arrivals {
		_, _ = fmt.Fprintf(t, "%d %%\t%s\t%.0f\t%.0f\t%s\t%s\t\n", a.Asked, a.Measured(), a.From, a.To, minutes(a.Seconds), arrival(a))
	}
	_ = t.Flush()
}

func arrival(a history.Arrival) string {
	switch a.Verdict {
	case "pass":
		return ""
	case "fail":
		return "did not arrive"
	case "inconclusive":
		return "too little to tell"
	}
	return a.Detail
}

// writeMeasured lists what the checks measured last in each phase; those that measure nothing are in the JSON.
func (s Summary) writeMeasured(b *strings.Builder) {
	rows := &strings.Builder{}
	for _, c := range s.Checks {
		if c.Value != nil {
			fmt.Fprintf(rows, "  %s\t%s\t%s\t%s\n", c.Phase, c.Check, c.Verdict, history.ReportedValue{Value: *c.Value, Unit: c.Unit})
		}
	}
	if rows.Len() == 0 {
		return
	}
	b.WriteString("\nMeasured by the checks, last in each phase\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = io.WriteString(t, rows.String()) // a strings.Builder takes everything
	_ = t.Flush()
}
