package verify

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"time"
)

// HTTP asks a URL several times and judges status and latency.
//
// Any answer with another status, and any request that gets no answer, is a fail: the host is meant to serve.
// MaxLatency bounds the 95th percentile (nearest rank) of the time to the end of the body; with fewer than 20
// samples that is the slowest of them. Redirects are not followed: they lead to another host, and it is this one that
// is being verified.
type HTTP struct {
	Label      string       // name in reports; the server if empty
	Client     *http.Client // must not be nil
	URL        string
	Status     int           // wanted status; 0 means any from 200 to 399
	Samples    int           // number of requests; 0 is an error, so that nothing passes unseen
	Interval   time.Duration // pause between requests
	PerRequest time.Duration // time limit of each request; 10 s if 0
	MaxLatency time.Duration // no bound if 0
	Latency    []Percentile  // further bounds
	// Expiries and DaysLeft have the certificate of every address of the host judged; no certificate if nil.
	Expiries Expiries
	DaysLeft int
}

// Percentile bounds a percentile (nearest rank) of the time to the end of the body.
type Percentile struct {
	Percent int
	Most    time.Duration
}

const httpTimeout = 10 * time.Second

// Name is the label, or the server.
func (h HTTP) Name() string { return cmp.Or(h.Label, "http "+server(h.URL)) }

// Run makes the requests one after the other.
func (h HTTP) Run(ctx context.Context) Answer {
	if h.Client == nil || h.Samples <= 0 {
		return said(Error, fmt.Sprintf("the check of %s asks for %d requests; one is the least", server(h.URL), h.Samples))
	}
	var latencies []time.Duration
	for i := range h.Samples {
		if i > 0 && !pause(ctx, h.Interval) {
			return said(Error, fmt.Sprintf("stopped after %d of %d requests: %v", i, h.Samples, context.Cause(ctx)))
		}
		took, err := h.request(ctx)
		if err != nil && stopped(ctx, err) {
			return said(Error, fmt.Sprintf("stopped after %d of %d requests: %v", i, h.Samples, err))
		}
		if err != nil {
			return said(Fail, fmt.Sprintf("request %d of %d: %v", i+1, h.Samples, err))
		}
		latencies = append(latencies, took)
	}
	answer := h.judge(latencies)
	if h.Expiries == nil || answer.Verdict != Pass {
		return answer
	}
	return h.certificates(ctx, answer)
}

// request makes one request and reads its whole answer.
func (h HTTP) request(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(h.PerRequest, httpTimeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return 0, fmt.Errorf("the URL is not one: %w", withoutURL(err))
	}
	client := *h.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	start := time.Now()
	answer, err := client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("no answer: %w", withoutURL(err))
	}
	defer func() { _ = answer.Body.Close() }() // read to its end below; closing tells nothing new
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0, fmt.Errorf("the answer (%s) broke off: %w", answer.Status, err)
	}
	took := time.Since(start)
	if !h.wanted(answer.StatusCode) {
		return took, fmt.Errorf("answered %s, wanted %s", answer.Status, h.want())
	}
	return took, nil
}

func (h HTTP) wanted(status int) bool {
	if h.Status == 0 {
		return status >= 200 && status < 400
	}
	return status == h.Status
}

func (h HTTP) want() string {
	if h.Status == 0 {
		return "200 to 399"
	}
	return fmt.Sprint(h.Status)
}

// judge measures the percentile that is over its bound, or else the 95th.
func (h HTTP) judge(latencies []time.Duration) Answer {
	slices.Sort(latencies)
	percentile := func(percent int) time.Duration {
		return latencies[int(math.Ceil(float64(percent)/100*float64(len(latencies))))-1]
	}
	p95 := percentile(95)
	seen := fmt.Sprintf("%d answers of status %s, 95th percentile %v", len(latencies), h.want(), p95.Round(time.Millisecond))
	if h.MaxLatency > 0 && p95 > h.MaxLatency {
		return said(Fail, fmt.Sprintf("%s, allowed %v", seen, h.MaxLatency)).measured(p95.Seconds(), "s")
	}
	for _, bound := range h.Latency {
		if took := percentile(bound.Percent); took > bound.Most {
			return said(Fail, fmt.Sprintf("%s; %dth percentile %v, allowed %v", seen, bound.Percent, took.Round(time.Millisecond), bound.Most)).measured(took.Seconds(), "s")
		}
	}
	return said(Pass, seen).measured(p95.Seconds(), "s")
}

// pause waits, and is false if ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
