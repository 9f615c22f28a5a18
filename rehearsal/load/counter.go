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
	Total  int `json:"total"`
	Failed int `json:"failed"`
	Blue   int `json:"blue"`  // answered well by blue
	Green  int `json:"green"` // answered well by green

	Latency  Latency   `json:"latency"`
	Failures []string  `json:"failures,omitempty"` // the first few, with when and why
	Seconds  []Second  `json:"-"`
	Started  time.Time `json:"-"`
}

// Latency is in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Second is what was begun in one second of the load.
type Second struct{ Blue, Green, Failed int }

// firstFailures are kept with their reason.
const firstFailures = 5

// Latencies are counted in buckets that grow by a tenth from 0.1 ms, so that a long load takes no more memory.
const (
	bucketBase   = 0.1 // milliseconds
	bucketGrowth = 1.1
	buckets      = 140 // the last is above a minute
)

type counter struct {
	mu       sync.Mutex
	start    time.Time
	seconds  []Second
	failures []string
	buckets  [buckets]int
	slowest  time.Duration
}

func newCounter(start time.Time) *counter { return &counter{start: start} }

func (c *counter) add(begun time.Time, took time.Duration, color string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := int(begun.Sub(c.start) / time.Second)
	for len(c.seconds) <= at {
		c.seconds = append(c.seconds, Second{})
	}
	s := &c.seconds[at]
	switch {
	case err == nil && color == "blue":
		s.Blue++
	case err == nil && color == "green":
		s.Green++
	default:
		s.Failed++
		if err == nil {
			err = fmt.Errorf("an answer of color %q", color)
		}
		if len(c.failures) < firstFailures {
			c.failures = append(c.failures, fmt.Sprintf("after %.1f s: %v", begun.Sub(c.start).Seconds(), err))
		}
	}
	c.slowest = max(c.slowest, took)
	ms := float64(took) / float64(time.Millisecond)
	bucket := int(math.Ceil(math.Log(max(ms, bucketBase)/bucketBase) / math.Log(bucketGrowth)))
	c.buckets[min(bucket, buckets-1)]++
}

func (c *counter) requests() Requests {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Requests{Started: c.start, Seconds: slices.Clone(c.seconds), Failures: slices.Clone(c.failures)}
	for _, s := range c.seconds {
		r.Blue += s.Blue
		r.Green += s.Green
		r.Failed += s.Failed
	}
	r.Total = r.Blue + r.Green + r.Failed
	r.Latency = Latency{P50: c.percentile(50, r.Total), P95: c.percentile(95, r.Total), P99: c.percentile(99, r.Total),
		Max: rounded(float64(c.slowest) / float64(time.Millisecond))}
	return r
}

// percentile is the upper bound of the bucket that holds it, and never above the slowest. The caller holds the lock.
func (c *counter) percentile(p, total int) float64 {
	if total == 0 {
		return 0
	}
	rank, seen := (total*p+99)/100, 0
	for i, n := range c.buckets {
		if seen += n; seen >= rank {
			bound := bucketBase * math.Pow(bucketGrowth, float64(i))
			return rounded(min(bound, float64(c.slowest)/float64(time.Millisecond)))
		}
	}
	return rounded(float64(c.slowest) / float64(time.Millisecond))
}

func rounded(ms float64) float64 { return math.Round(ms*10) / 10 }
