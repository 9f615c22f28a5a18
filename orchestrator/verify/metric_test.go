package verify

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestAMetricIsWithinItsBounds(t *testing.T) {
	t.Parallel()
	least, most := 1.0, 5.0
	for name, c := range map[string]struct {
		values  []float64
		err     error
		verdict Verdict
		says    string
		value   float64
	}{
		"within":      {[]float64{3}, nil, Pass, "errors = 3 at 12:00:00 UTC", 3},
		"at a bound":  {[]float64{5}, nil, Pass, "", 5},
		"below":       {[]float64{0.5}, nil, Fail, "least allowed is 1", 0.5},
		"above":       {[]float64{6}, nil, Fail, "most allowed is 5", 6},
		"no data":     {nil, nil, Inconclusive, "no data", 0},
		"no number":   {[]float64{math.NaN()}, nil, Inconclusive, "no number", 0},
		"infinite":    {[]float64{math.Inf(1)}, nil, Fail, "most allowed", 0},
		"several":     {[]float64{1, 2}, nil, Error, "2 series", 0},
		"not allowed": {nil, errors.New("AccessDenied"), Error, "AccessDenied", 0},
	} {
		m := Metric{Query: "errors", Min: &least, Max: &most, Ask: func(context.Context) ([]float64, time.Time, error) {
			return c.values, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), c.err
		}}
		a := m.Run(t.Context())
		if a.Verdict != c.verdict || !strings.Contains(a.Detail, c.says) || (a.Value != nil) != (c.value != 0) || a.Value != nil && *a.Value != c.value {
			t.Errorf("%s: %+v, want %s with %q and %v", name, a, c.verdict, c.says, c.value)
		}
	}
	if a := (Metric{Query: "errors"}).Run(t.Context()); a.Verdict != Error {
		t.Errorf("without a bound: %+v", a)
	}
}
