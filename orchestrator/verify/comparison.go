package verify

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"
)

// Comparison bounds a query's value by that of the other color. Exactly one of Ratio and Difference is set.
type Comparison struct {
	Color      string       // the other color, for people
	Client     *http.Client // that reaches its server; must not be nil
	URL        string
	Query      string
	Ratio      *float64 // the most that the value may be, divided by the other one
	Difference *float64 // the most that it may be more than the other one
}

// judge asks the other color at the same time, and measures the ratio or the difference. Without data of the other color
// there is nothing to compare with, which is inconclusive.
func (c Comparison) judge(ctx context.Context, p Prometheus, values []float64, at time.Time) Answer {
	if c.Client == nil || (c.Ratio == nil) == (c.Difference == nil) {
		return said(Error, fmt.Sprintf("the query %q is compared by neither ratio nor difference", p.Query))
	}
	others, wrong := Prometheus{Client: c.Client, URL: c.URL, Query: c.Query}.values(ctx, at)
	if wrong != nil {
		return said(wrong.Verdict, fmt.Sprintf("nothing to compare with, of %s: %s", c.Color, wrong.Detail))
	}
	if len(values) != 1 || len(others) != 1 {
		return said(Error, fmt.Sprintf("the query %q gives %d values, and %d of %s; a comparison needs one of each, such as by sum()", p.Query, len(values), len(others), c.Color))
	}
	value, other := values[0], others[0]
	seen := fmt.Sprintf("%s = %g, %s has %g", p.Query, value, c.Color, other)
	if math.IsInf(value, 0) || math.IsInf(other, 0) {
		return said(Inconclusive, seen+": infinite values are not compared")
	}
	if c.Difference != nil {
		return withinMost(value-other, *c.Difference, "difference", seen)
	}
	switch {
	case value < 0 || other < 0:
		return said(Error, seen+": a ratio needs values that are not negative; compare the difference")
	case value == 0 && other == 0:
		return withinMost(1, *c.Ratio, "ratio", seen)
	case other == 0:
		return said(Fail, fmt.Sprintf("%s: a ratio to nothing is more than any bound; compare the difference where that is well", seen))
	}
	return withinMost(value/other, *c.Ratio, "ratio", seen)
}

func withinMost(compared, most float64, what, seen string) Answer {
	seen = fmt.Sprintf("%s: %s %.4g", seen, what, compared)
	if compared > most {
		return said(Fail, fmt.Sprintf("%s, the most allowed is %g", seen, most)).measured(compared, what)
	}
	return said(Pass, seen).measured(compared, what)
}
