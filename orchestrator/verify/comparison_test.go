package verify

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// metrics is a Prometheus that gives values; it writes down the times that it is asked for.
func metrics(t *testing.T, at *sync.Map, values ...string) *httptest.Server {
	t.Helper()
	var series []string
	for _, value := range values {
		series = append(series, `{"metric":{},"value":[1700000000.1,"`+value+`"]}`)
	}
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		at.Store(r.FormValue("time"), true)
		_, _ = fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[%s]}}`, strings.Join(series, ","))
	})
}

func TestAColorIsComparedWithTheOtherAtTheSameInstant(t *testing.T) {
	t.Parallel()
	fifth, hundredth, half := 1.2, 0.01, 0.5
	ratio, difference := Comparison{Ratio: &fifth}, Comparison{Difference: &hundredth}
	for name, c := range map[string]struct {
		green, blue []string
		by          Comparison
		max         *float64
		verdict     Verdict
		says        string
		value       float64
	}{
		"a fifth more":              {[]string{"0.12"}, []string{"0.1"}, ratio, nil, Pass, "ratio 1.2", 1.2},
		"twice as much":             {[]string{"0.2"}, []string{"0.1"}, ratio, nil, Fail, "ratio 2, the most allowed is 1.2", 2},
		"less":                      {[]string{"0.05"}, []string{"0.1"}, ratio, nil, Pass, "", 0.5},
		"both none":                 {[]string{"0"}, []string{"0"}, ratio, nil, Pass, "ratio 1", 1},
		"something against none":    {[]string{"0.1"}, []string{"0"}, ratio, nil, Fail, "ratio to nothing", 0},
		"negative":                  {[]string{"-1"}, []string{"1"}, ratio, nil, Error, "difference", 0},
		"a little more":             {[]string{"0.109"}, []string{"0.1"}, difference, nil, Pass, "difference 0.009", 0.009},
		"more":                      {[]string{"0.12"}, []string{"0.1"}, difference, nil, Fail, "the most allowed is 0.01", 0.02},
		"blue has no data":          {[]string{"0.1"}, nil, ratio, nil, Inconclusive, "nothing to compare with, of blue", 0},
		"blue has no number":        {[]string{"0.1"}, []string{"NaN"}, difference, nil, Inconclusive, "of blue", 0},
		"green has no data":         {nil, []string{"0.1"}, ratio, nil, Inconclusive, "no data", 0},
		"infinite":                  {[]string{"0.1"}, []string{"+Inf"}, ratio, nil, Inconclusive, "infinite", 0},
		"several values":            {[]string{"1", "2"}, []string{"1"}, ratio, nil, Error, "one of each", 0},
		"within a bound as well":    {[]string{"0.1"}, []string{"0.1"}, ratio, &half, Pass, "ratio 1", 1},
		"not within it, but as bad": {[]string{"0.6"}, []string{"0.6"}, ratio, &half, Fail, "the most allowed is 0.5", 0.6},
		"by nothing":                {[]string{"1"}, []string{"1"}, Comparison{}, nil, Error, "neither", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var at sync.Map
			green, blue := metrics(t, &at, c.green...), metrics(t, &at, c.blue...)
			c.by.Color, c.by.Client, c.by.URL, c.by.Query = "blue", blue.Client(), blue.URL, "errors"
			a := Prometheus{Client: green.Client(), URL: green.URL, Query: "errors", Max: c.max, Other: &c.by}.Run(t.Context())
			if a.Verdict != c.verdict || !strings.Contains(a.Detail, c.says) {
				t.Errorf("%s: %s, want %s with %q", a.Verdict, a.Detail, c.verdict, c.says)
			}
			if c.value == 0 && a.Value != nil || c.value != 0 && (a.Value == nil || *a.Value < c.value-1e-9 || *a.Value > c.value+1e-9) {
				t.Errorf("measured %v, want %v", a.Value, c.value)
			}
			asked := 0
			at.Range(func(key, _ any) bool {
				asked++
				if _, err := time.Parse(time.RFC3339Nano, key.(string)); err != nil {
					t.Errorf("asked for the time %q", key)
				}
				return true
			})
			if asked != 1 {
				t.Errorf("asked for %d times, want one", asked)
			}
		})
	}
	var at sync.Map
	green := metrics(t, &at, "1")
	closed := serve(t, nil)
	closed.Close()
	broken := Comparison{Color: "blue", Client: http.DefaultClient, URL: closed.URL, Query: "errors", Ratio: &fifth}
	if a := (Prometheus{Client: green.Client(), URL: green.URL, Query: "errors", Other: &broken}).Run(t.Context()); a.Verdict != Error || !strings.Contains(a.Detail, "of blue") {
		t.Errorf("blue gives no answer: %+v", a)
	}
}

func TestLatencyIsBoundedByPercentile(t *testing.T) {
	t.Parallel()
	latencies := make([]time.Duration, 100)
	for i := range latencies {
		latencies[i] = time.Duration(i+1) * time.Millisecond
	}
	for name, c := range map[string]struct {
		bounds  []Percentile
		verdict Verdict
		seconds float64
	}{
		"at the bounds": {[]Percentile{{50, 50 * time.Millisecond}, {95, 95 * time.Millisecond}, {99, 99 * time.Millisecond}}, Pass, 0.095},
		"median":        {[]Percentile{{50, 49 * time.Millisecond}}, Fail, 0.05},
		"tail":          {[]Percentile{{50, time.Second}, {99, 98 * time.Millisecond}}, Fail, 0.099},
	} {
		a := HTTP{Latency: c.bounds}.judge(latencies)
		if a.Verdict != c.verdict || a.Value == nil || *a.Value != c.seconds || a.Unit != "s" {
			t.Errorf("%s: %+v, want %s with %v s", name, a, c.verdict, c.seconds)
		}
	}
}
