package cluster

import (
	"fmt"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/verify"
)

// series is what this process measured of checks with limits, at one share of the traffic: what was measured at another
// one says nothing of this.
type series struct {
	at      string
	ofCheck map[string]*verify.Series
}

func (s *session) seriesOf(id string, c color.Color, during string) *verify.Series {
	at := fmt.Sprintf("%s %s %d", c, during, s.state().Exposed()[c])
	if s.series.at != at {
		s.series = series{at, map[string]*verify.Series{}}
	}
	if s.series.ofCheck[id] == nil {
		s.series.ofCheck[id] = &verify.Series{}
	}
	return s.series.ofCheck[id]
}

// seriesTime is the longest that a check of a spec needs until it has all its samples.
func seriesTime(r spec.Rotation) (longest spec.Duration) {
	for _, c := range r.Verify {
		if l := c.Limits; l != nil && c.Asked(spec.DuringVerify) {
			longest = max(longest, spec.Duration(l.Samples-1)*max(l.Interval, spec.Duration(verifyPause)))
		}
	}
	return longest
}
