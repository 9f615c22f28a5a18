package history

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/journal"
)

// ReportedCheck is how often a check of a phase ended how, and what it measured: in every round that the journal has,
// which are those in which something changed, and one in five minutes.
type ReportedCheck struct {
	Phase    string          `json:"phase"`
	Check    string          `json:"check"`
	Verdicts map[string]int  `json:"verdicts"` // pass, fail, inconclusive, error
	Last     string          `json:"last"`
	Detail   string          `json:"detail"`             // of the last
	Measured []ReportedValue `json:"measured,omitempty"` // oldest first
	told     bool            // verdicts are those of lines of their own, as no round is known
}

// ReportedValue is what a check measured at a time.
type ReportedValue struct {
	Time    time.Time `json:"time"`
	Verdict string    `json:"verdict"`
	Value   float64   `json:"value"`
	Unit    string    `json:"unit,omitempty"`
}

func (v ReportedValue) String() string {
	return strings.TrimSpace(fmt.Sprintf("%.4g %s", v.Value, v.Unit))
}

// addVerdict takes a line about one check, which says no more than a round does where there is one.
func (r *Report) addVerdict(e journal.Event) {
	c := r.check(e.Phase, e.Check)
	if len(c.Verdicts) > 0 && !c.told {
		return
	}
	c.told = true
	c.Verdicts[e.Verdict]++
	c.Last, c.Detail = e.Verdict, e.Detail
}

// addRound takes one round of all checks.
func (r *Report) addRound(e journal.Event) {
	for _, got := range e.Verdicts {
		c := r.check(e.Phase, got.Name)
		if c.told {
			c.Verdicts, c.told = map[string]int{}, false
		}
		c.Verdicts[got.Verdict]++
		c.Last, c.Detail = got.Verdict, got.Detail
		if got.Value != nil {
			c.Measured = append(c.Measured, ReportedValue{e.Time, got.Verdict, *got.Value, got.Unit})
		}
	}
}

// check is the line of a check in a phase.
func (r *Report) check(phase, name string) *ReportedCheck {
	i := slices.IndexFunc(r.Checks, func(c ReportedCheck) bool { return c.Phase == phase && c.Check == name })
	if i < 0 {
		i = len(r.Checks)
		r.Checks = append(r.Checks, ReportedCheck{Phase: phase, Check: name, Verdicts: map[string]int{}})
	}
	return &r.Checks[i]
}

// The measures of a check's plot, in pixels.
const (
	plotWide = 120
	plotHigh = 24
)

// Plot is the line of the values over time, as the points of an SVG polyline; empty for fewer than two.
func (c ReportedCheck) Plot() string {
	if len(c.Measured) < 2 {
		return ""
	}
	begin, end := c.Measured[0].Time, c.Measured[len(c.Measured)-1].Time
	most := 0.0
	for _, v := range c.Measured {
		most = max(most, v.Value)
	}
	points := make([]string, len(c.Measured))
	for i, v := range c.Measured {
		x, y := 0.0, float64(plotHigh)
		if span := end.Sub(begin); span > 0 {
			x = v.Time.Sub(begin).Seconds() / span.Seconds() * plotWide
		}
		if most > 0 {
			y = plotHigh - max(0, v.Value)/most*plotHigh
		}
		points[i] = fmt.Sprintf("%.1f,%.1f", x, y)
	}
	return strings.Join(points, " ")
}

// LastMeasured is the newest value, with its unit, and the range of all where they differ.
func (c ReportedCheck) LastMeasured() string {
	if len(c.Measured) == 0 {
		return ""
	}
	byValue := func(a, b ReportedValue) int { return cmp.Compare(a.Value, b.Value) }
	least, most := slices.MinFunc(c.Measured, byValue), slices.MaxFunc(c.Measured, byValue)
	last := c.Measured[len(c.Measured)-1]
	if least.Value == most.Value {
		return last.String()
	}
	return fmt.Sprintf("%s (%s to %s)", last, least, most)
}
