package spec

import (
	"fmt"
	"time"
)

const (
	// longestSeries is the most time that the samples of a check may span, and that one answer may stand: a bad color is
	// not found later than that.
	longestSeries = 30 * time.Minute
	// longestBetween is the most time between samples: a color with traffic that gives no answer for two minutes loses it,
	// and is asked more than once before.
	longestBetween = time.Minute
)

// limits checks how often a check is measured, and how much of it may not pass.
func (v *validator) limits(path string, l CheckLimits) {
	v.positive(path+".interval", l.Interval, "30s")
	if b, _ := boundAt(samplesAt); !b.hold(l.Samples) {
		v.wrong(path+".samples", fmt.Sprintf("%s.samples is %d, and a check looks at 1 to %d measurements", path, l.Samples, mostSamples), "write samples: 4")
		return
	}
	for _, one := range []struct {
		name, lets string
		limit      int
	}{{"failureLimit", "fail", l.FailureLimit}, {"errorLimit", "be errors", l.ErrorLimit}, {"inconclusiveLimit", "be inconclusive", l.InconclusiveLimit}} {
		at := path + "." + one.name
		switch {
		case one.limit < 0:
			v.wrong(at, fmt.Sprintf("%s is %d, and a number of measurements is not less than 0", at, one.limit), "write "+one.name+": 0, or remove the line")
		case one.limit >= l.Samples:
			v.wrong(at, fmt.Sprintf("%s lets %d of %d samples %s: none would have to pass", at, one.limit, l.Samples, one.lets), fmt.Sprintf("write samples: %d, or a lower limit", one.limit+2), v.where(path+".samples"))
		}
	}
	if l.Samples > 1 && l.Interval.Std() > longestBetween {
		v.wrong(path+".interval", fmt.Sprintf("%s.interval is %s, and several samples are at most %s apart", path, l.Interval, Duration(longestBetween)), "write interval: 30s, or samples: 1")
		return
	}
	if l.Interval.Std() > longestSeries {
		v.wrong(path+".interval", fmt.Sprintf("%s.interval is %s, and an answer stands for at most %s: so late a bad color would be found", path, l.Interval, Duration(longestSeries)), "write interval: 5m")
		return
	}
	if span := time.Duration(l.Samples-1) * l.Interval.Std(); span > longestSeries {
		v.wrong(path+".interval", fmt.Sprintf("%d samples with %s between them take %s, and at most %s is allowed: so late a bad color would be found", l.Samples, l.Interval, Duration(span), Duration(longestSeries)), "write fewer samples, or a shorter interval", v.where(path+".samples"))
	}
}
