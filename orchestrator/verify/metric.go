package verify

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"
)

// Metric compares the newest value of one of the platform's metrics with bounds. A series without a value is inconclusive.
type Metric struct {
	Label string
	Query string // for people
	// Ask gives the newest value of each series, and when the time began that it covers.
	Ask      func(ctx context.Context) (values []float64, at time.Time, err error)
	Min, Max *float64 // inclusive; at least one is needed
}

// Name is the label, or the query.
func (m Metric) Name() string { return cmp.Or(m.Label, "metric "+m.Query) }

// Run asks once.
func (m Metric) Run(ctx context.Context) Answer {
	if m.Ask == nil || m.Min == nil && m.Max == nil {
		return said(Error, fmt.Sprintf("the metric %s has no bound (min or max) to compare with", m.Query))
	}
	values, at, err := m.Ask(ctx)
	switch {
	case err != nil:
		return said(Error, err.Error())
	case len(values) == 0:
		return said(Inconclusive, fmt.Sprintf("the metric %s has no data of the last ten minutes", m.Query))
	case len(values) > 1:
		return said(Error, fmt.Sprintf("the metric %s gives %d series; write an expression that gives one, such as SUM(METRICS())", m.Query, len(values)))
	case math.IsNaN(values[0]):
		return said(Inconclusive, fmt.Sprintf("the metric %s gives no number (often a division by zero requests)", m.Query))
	}
	value := values[0]
	seen := fmt.Sprintf("%s = %g at %s", m.Query, value, at.UTC().Format("15:04:05 UTC"))
	switch {
	case m.Min != nil && value < *m.Min:
		return said(Fail, fmt.Sprintf("%s, the least allowed is %g", seen, *m.Min)).measured(value, "")
	case m.Max != nil && value > *m.Max:
		return said(Fail, fmt.Sprintf("%s, the most allowed is %g", seen, *m.Max)).measured(value, "")
	}
	return said(Pass, seen).measured(value, "")
}
