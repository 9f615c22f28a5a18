package verify

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Limits say how a check is measured again and again, and how much of that may not pass. They follow the limits of Argo
// Rollouts' analyses, but look at the newest measurements only: a color is watched for hours, and one failure in each is
// no illness. The zero value lets nothing pass that did not pass just now.
type Limits struct {
	Interval     time.Duration // least time between two measurements, as long as no limit is passed
	Samples      int           // the newest measurements, which make the verdict together; 1 if 0
	Failures     int           // of them that may fail
	Errors       int           // of them, one after the other, that may be errors
	Inconclusive int           // of them that may be inconclusive
}

// Judge is the verdict of measurements, oldest first, what led to it, and whether a limit is passed. Nothing passes of
// which no measurement passed. Where all is true, nothing passes before all samples are there.
func (l Limits) Judge(measured []Verdict, all bool) (verdict Verdict, why string, over bool) {
	samples := max(l.Samples, 1)
	measured = measured[max(0, len(measured)-samples):]
	count, errorsInRow := map[Verdict]int{}, 0
	for _, m := range measured {
		count[m]++
		errorsInRow++
		if m != Error {
			errorsInRow = 0
		}
	}
	of := fmt.Sprintf("of the last %d", len(measured))
	switch {
	case count[Fail] > l.Failures:
		return Fail, fmt.Sprintf("%d %s failed, %d may", count[Fail], of, l.Failures), true
	case errorsInRow > l.Errors:
		return Error, fmt.Sprintf("%d errors one after the other, %d may be", errorsInRow, l.Errors), true
	case count[Inconclusive] > l.Inconclusive:
		return Inconclusive, fmt.Sprintf("%d %s inconclusive, %d may be", count[Inconclusive], of, l.Inconclusive), true
	case count[Pass] == 0:
		return Inconclusive, fmt.Sprintf("none %s passed", of), false
	case all && len(measured) < samples:
		return Inconclusive, fmt.Sprintf("%d of %d samples measured", len(measured), samples), false
	}
	return Pass, fmt.Sprintf("%d %s passed", count[Pass], of), false
}

// Series is what was measured of a check so far. Its zero value has nothing yet.
type Series struct {
	mu       sync.Mutex
	measured []Verdict
	at       time.Time // of the newest
	over     bool      // a limit is passed, so that nothing is waited for before it is measured again
	standing Answer
}

// Limited is a check that is judged by more than its last answer.
type Limited struct {
	Check
	Limits
	Series *Series // of earlier runs; must not be nil
	All    bool    // nothing passes before all samples are there
	Now    func() time.Time
}

// Run measures, unless the last verdict stands for a while yet.
func (l Limited) Run(ctx context.Context) Answer {
	s := l.Series
	s.mu.Lock()
	defer s.mu.Unlock()
	now := l.Now()
	if age := now.Sub(s.at); len(s.measured) > 0 && !s.over && age >= 0 && age < l.Interval {
		standing := s.standing
		standing.Detail = join(standing.Detail, fmt.Sprintf("measured %s ago", age.Round(time.Second)))
		return standing
	}
	answer := settle(ctx, l.Check.Run(ctx))
	s.measured = append(s.measured, answer.Verdict)
	s.measured = s.measured[max(0, len(s.measured)-max(l.Samples, 1)):]
	verdict, why, over := l.Judge(s.measured, l.All)
	if l.Samples > 1 {
		answer.Verdict, answer.Detail = verdict, join(answer.Detail, why)
	}
	s.at, s.over = now, over
	s.standing = answer
	return answer
}
