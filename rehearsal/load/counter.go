package load

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// Requests is what a load counted.
type Requests struct {
	Total int `json:"total"`
	Counts
	Failures []string     `json:"failures,omitempty"` // the first few, with when and why
	Kinds    []KindCounts `json:"kinds"`
	Seconds  []Second     `json:"seconds"`
	Started  time.Time    `json:"-"`
}

// Counts are of the requests that were begun in some time, by some clients.
type Counts struct {
	Failed  int     `json:"failed"`
	Blue    int     `json:"blue"`  // answered well by blue
	Green   int     `json:"green"` // answered well by green
	Latency Latency `json:"latency"`
}

// Latency is in milliseconds, of every request, failed ones included. Percentiles are exact: the nearest rank.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// KindCounts are those of one kind of clients.
type KindCounts struct {
	Kind    Kind `json:"kind"`
	Clients int  `json:"clients"`
	Counts
}

// Second is what was begun in one second of the load, over all clients and by kind.
type Second struct {
	Second int `json:"second"` // of the load, from 0
	Counts
	Kinds map[Kind]Counts `json:"kinds"`
}

// firstFailures are kept with their reason.
const firstFailures = 5

// tally is a count with every latency, in milliseconds.
type tally struct {
	failed, blue, green int
	latencies           []float32
}

type counter struct {
	mu       sync.Mutex
	start    time.Time
	seconds  []map[Kind]*tally
	failures []string
}

func newCounter(start time.Time) *counter { return &counter{start: start} }

func (c *counter) add(kind Kind, begun time.Time, took time.Duration, color string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := int(begun.Sub(c.start) / time.Second)
	for len(c.seconds) <= at {
		c.seconds = append(c.seconds, map[Kind]*tally{})
	}
	t := c.seconds[at][kind]
	if t == nil {
		t = &tally{}
		c.seconds[at][kind] = t
	}
	t.latencies = append(t.latencies, float32(took)/float32(time.Millisecond))
	switch {
	case err == nil && color == "blue":
		t.blue++
	case err == nil && color == "green":
		t.green++
	default:
		t.failed++
		if err == nil {
			err = fmt.Errorf("an answer of color %q", color)
		}
		if len(c.failures) < firstFailures {
			c.failures = append(c.failures, fmt.Sprintf("after %.1f s, a client that %s: %v", begun.Sub(c.start).Seconds(), kind, err))
		}
	}
}

// requests sums up; clients says how many there are of each kind.
func (c *counter) requests(clients map[Kind]int) Requests {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Requests{Started: c.start, Failures: slices.Clone(c.failures), Kinds: []KindCounts{}, Seconds: []Second{}}
	var all tally
	whole := map[Kind]*tally{}
	for at, kinds := range c.seconds {
		second := Second{Second: at, Kinds: map[Kind]Counts{}}
		var sum tally
		for kind, t := range kinds {
			second.Kinds[kind] = t.counts()
			sum.plus(t)
			if whole[kind] == nil {
				whole[kind] = &tally{}
			}
			whole[kind].plus(t)
		}
		second.Counts = sum.counts()
		all.plus(&sum)
		r.Seconds = append(r.Seconds, second)
	}
	for _, kind := range Kinds() {
		if t := whole[kind]; t != nil {
			r.Kinds = append(r.Kinds, KindCounts{Kind: kind, Clients: clients[kind], Counts: t.counts()})
		}
	}
	r.Counts = all.counts()
	r.Total = len(all.latencies)
	return r
}

func (t *tally) plus(o *tally) {
	t.failed, t.blue, t.green = t.failed+o.failed, t.blue+o.blue, t.green+o.green
	t.latencies = append(t.latencies, o.latencies...)
}

func (t *tally) counts() Counts {
	sorted := slices.Sorted(slices.Values(t.latencies))
	return Counts{Failed: t.failed, Blue: t.blue, Green: t.green, Latency: Latency{
		P50: percentile(sorted, 50), P95: percentile(sorted, 95), P99: percentile(sorted, 99), Max: percentile(sorted, 100)}}
}

// percentile is the least latency that p percent of the requests do not exceed, to a tenth of a millisecond.
func percentile(sorted []float32, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*p + 99) / 100
	return math.Round(float64(sorted[rank-1])*10) / 10
}
