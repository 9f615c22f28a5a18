package load

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestCountsAreBySecondAndByKind(t *testing.T) {
	t.Parallel()
	start := time.Now()
	c := newCounter(start)
	at := func(second float64) time.Time { return start.Add(time.Duration(second * float64(time.Second))) }
	c.add(Resolves, at(0.1), time.Millisecond, "blue", nil)
	c.add(Resolves, at(0.9), 3*time.Millisecond, "green", nil)
	c.add(Caches, at(2.5), 2*time.Millisecond, "", errors.New("refused"))
	c.add(Caches, at(2.6), 2*time.Millisecond, "violet", nil)
	r := c.requests(map[Kind]int{Resolves: 2, Caches: 1})
	if r.Total != 4 || r.Blue != 1 || r.Green != 1 || r.Failed != 2 {
		t.Errorf("in all: %+v", r.Counts)
	}
	if len(r.Seconds) != 3 || r.Seconds[0].Blue != 1 || len(r.Seconds[1].Kinds) != 0 || r.Seconds[2].Kinds[Caches].Failed != 2 || r.Seconds[2].Second != 2 {
		t.Errorf("by second: %+v", r.Seconds)
	}
	if len(r.Kinds) != 2 || r.Kinds[0].Kind != Resolves || r.Kinds[0].Clients != 2 || r.Kinds[0].Latency.Max != 3 || r.Kinds[1].Failed != 2 {
		t.Errorf("by kind: %+v", r.Kinds)
	}
	if len(r.Failures) != 2 || !strings.Contains(r.Failures[0], "caches for the TTL: refused") || !strings.Contains(r.Failures[1], `color "violet"`) {
		t.Errorf("failures: %q", r.Failures)
	}
}

func TestPercentilesAreTheNearestRank(t *testing.T) {
	t.Parallel()
	var hundred []float32
	for i := 1; i <= 100; i++ {
		hundred = append(hundred, float32(i))
	}
	for _, c := range []struct {
		of   []float32
		p    int
		want float64
	}{{nil, 50, 0}, {[]float32{7}, 1, 7}, {hundred, 50, 50}, {hundred, 95, 95}, {hundred, 99, 99}, {hundred, 100, 100}, {hundred[:3], 50, 2}, {hundred[:3], 99, 3}} {
		if got := percentile(c.of, c.p); got != c.want {
			t.Errorf("percentile %d of %d values is %v, want %v", c.p, len(c.of), got, c.want)
		}
	}
}
