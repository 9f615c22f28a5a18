package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Prometheus asks for the value of a query now and compares it with bounds. With several series in the answer, each
// must be within the bounds. An answer without a series, or with NaN, is inconclusive.
//
// The API is described at https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries.
type Prometheus struct {
	Label    string
	Client   *http.Client // must not be nil
	URL      string       // of the server, without /api/v1
	Query    string
	Min, Max *float64 // inclusive; at least one is needed, or a comparison
	// Other is where the other color's value is asked for, at the same instant, to compare with; nil: nothing is compared.
	Other *Comparison
}

const prometheusLimit = 4 << 20 // bytes of an answer that are read at most

// Name is the label, or the query.
func (p Prometheus) Name() string { return cmp.Or(p.Label, "prometheus "+p.Query) }

// Run asks once.
func (p Prometheus) Run(ctx context.Context) Answer {
	if p.Client == nil || (p.Min == nil && p.Max == nil && p.Other == nil) {
		return said(Error, fmt.Sprintf("the query %q has no bound (min or max) to compare with", p.Query))
	}
	at := time.Time{}
	if p.Other != nil {
		at = time.Now()
	}
	values, wrong := p.values(ctx, at)
	if wrong != nil {
		return *wrong
	}
	if p.Min != nil || p.Max != nil {
		if answer := p.judge(values); p.Other == nil || answer.Verdict != Pass {
			return answer
		}
	}
	return p.Other.judge(ctx, p, values, at)
}

// values asks for the value of each series at a time, now if it is zero, and is an answer instead where there is no number.
func (p Prometheus) values(ctx context.Context, at time.Time) ([]float64, *Answer) {
	values, err := p.ask(ctx, at)
	answer := Answer{}
	switch {
	case err != nil:
		answer = said(Error, fmt.Sprintf("asking Prometheus at %s: %v", server(p.URL), err))
	case len(values) == 0:
		answer = said(Inconclusive, fmt.Sprintf("the query %q has no data", p.Query))
	case slices.ContainsFunc(values, math.IsNaN):
		answer = said(Inconclusive, fmt.Sprintf("the query %q gives NaN (often a division by zero requests)", p.Query))
	default:
		return values, nil
	}
	return nil, &answer
}

// judge measures the value that is out of bounds, or else the one that comes nearest to the bound.
func (p Prometheus) judge(values []float64) Answer {
	least, most := slices.Min(values), slices.Max(values)
	switch {
	case p.Min != nil && least < *p.Min:
		return said(Fail, fmt.Sprintf("%s = %g, the least allowed is %g", p.Query, least, *p.Min)).measured(least, "")
	case p.Max != nil && most > *p.Max:
		return said(Fail, fmt.Sprintf("%s = %g, the most allowed is %g", p.Query, most, *p.Max)).measured(most, "")
	case p.Max != nil:
		return said(Pass, fmt.Sprintf("%s = %v", p.Query, values)).measured(most, "")
	}
	return said(Pass, fmt.Sprintf("%s = %v", p.Query, values)).measured(least, "")
}

// ask sends the query and returns the value of each series.
func (p Prometheus) ask(ctx context.Context, at time.Time) ([]float64, error) {
	target, err := url.JoinPath(p.URL, "api/v1/query")
	if err != nil {
		return nil, fmt.Errorf("the URL is not one: %w", withoutURL(err))
	}
	form := url.Values{"query": {p.Query}}
	if !at.IsZero() {
		form.Set("time", at.UTC().Format(time.RFC3339Nano))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("the URL is not one: %w", withoutURL(err))
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := *p.Client // a redirect leads to another server than the spec names, and takes the query away from most
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", withoutURL(err))
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	body, err := io.ReadAll(io.LimitReader(answer.Body, prometheusLimit))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		return nil, fmt.Errorf("%s, which leads to %s and is not followed: write the address of the server itself", answer.Status, leadsTo(answer))
	}
	values, err := decode(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", answer.Status, err)
	}
	return values, nil
}

// leadsTo is the server that a redirect leads to.
func leadsTo(answer *http.Response) string {
	location, err := answer.Location()
	if err != nil {
		return "no address"
	}
	return server(location.String())
}

// decode reads an answer of the query API.
func decode(body []byte) ([]float64, error) {
	var answer struct {
		Status    string
		ErrorType string
		Error     string
		Data      struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("the answer is not Prometheus's: %w", err)
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("the query failed: %s: %s", answer.ErrorType, answer.Error)
	}
	switch answer.Data.ResultType {
	case "vector":
		var series []struct{ Value sample }
		if err := json.Unmarshal(answer.Data.Result, &series); err != nil {
			return nil, fmt.Errorf("the answer is not a vector: %w", err)
		}
		values := make([]float64, len(series))
		for i, s := range series {
			values[i] = float64(s.Value)
		}
		return values, nil
	case "scalar":
		var value sample
		if err := json.Unmarshal(answer.Data.Result, &value); err != nil {
			return nil, fmt.Errorf("the answer is not a scalar: %w", err)
		}
		return []float64{float64(value)}, nil
	default:
		return nil, fmt.Errorf("the query gives a %s; write one that gives a vector or a scalar", answer.Data.ResultType)
	}
}

// sample is the value of a pair [time, "value"].
type sample float64

func (s *sample) UnmarshalJSON(data []byte) error {
	var pair []any
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return errors.New("a sample has a time and a value")
	}
	text, ok := pair[1].(string)
	if !ok {
		return errors.New("the value of a sample is a string")
	}
	value, err := strconv.ParseFloat(text, 64)
	*s = sample(value)
	return err
}
