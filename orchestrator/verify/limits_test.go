package verify

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// in are verdicts by their first letters.
func in(letters string) (verdicts []Verdict) {
	for _, letter := range letters {
		verdicts = append(verdicts, map[rune]Verdict{'P': Pass, 'F': Fail, 'I': Inconclusive, 'E': Error}[letter])
	}
	return verdicts
}

func TestLimitsSayHowMuchMayNotPass(t *testing.T) {
	t.Parallel()
	four := Limits{Samples: 4, Failures: 1, Errors: 1, Inconclusive: 2}
	for _, c := range []struct {
		limits   Limits
		measured string
		all      bool
		verdict  Verdict
		says     string
	}{
		{Limits{}, "P", true, Pass, ""},
		{Limits{}, "F", false, Fail, "1 of the last 1 failed, 0 may"},
		{Limits{}, "FP", false, Pass, ""},
		{Limits{}, "E", false, Error, ""},
		{Limits{}, "I", false, Inconclusive, ""},
		{Limits{}, "", false, Inconclusive, "none"},
		{four, "PPPF", true, Pass, "3 of the last 4 passed"},
		{four, "FPPF", true, Fail, "2 of the last 4 failed, 1 may"},
		{four, "FPPPF", true, Pass, ""},
		{four, "FP", true, Inconclusive, "2 of 4 samples measured"},
		{four, "FP", false, Pass, ""},
		{four, "FF", false, Fail, ""},
		{four, "F", false, Inconclusive, "none of the last 1 passed"},
		{four, "EPEP", true, Pass, ""},
		{four, "PPEE", true, Error, "2 errors one after the other, 1 may be"},
		{four, "PIIE", true, Pass, ""},
		{four, "PIII", true, Inconclusive, "3 of the last 4 inconclusive, 2 may be"},
		{four, "IIE", false, Inconclusive, "none of the last 3 passed"},
		{four, "FEEP", true, Pass, ""},
	} {
		if verdict, why, _ := c.limits.Judge(in(c.measured), c.all); verdict != c.verdict || !strings.Contains(why, c.says) {
			t.Errorf("%s by %+v (all: %v): %s, %s; want %s, %q", c.measured, c.limits, c.all, verdict, why, c.verdict, c.says)
		}
	}
}

// Whatever the limits are, no sequence without a pass among the newest samples passes, nor one with more failures than
// may be.
func TestNothingPassesWithoutAPass(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(16, 1))
	for range 20_000 {
		samples := random.IntN(6)
		l := Limits{Samples: samples, Failures: random.IntN(8), Errors: random.IntN(8), Inconclusive: random.IntN(8)}
		var measured []Verdict
		for range random.IntN(9) {
			measured = append(measured, in("PFIE")[random.IntN(4)])
		}
		newest := measured[max(0, len(measured)-max(samples, 1)):]
		passes, fails := 0, 0
		for _, m := range newest {
			passes += map[Verdict]int{Pass: 1}[m]
			fails += map[Verdict]int{Fail: 1}[m]
		}
		all := random.IntN(2) == 0
		verdict, _, _ := l.Judge(measured, all)
		if verdict == Pass && (passes == 0 || fails > l.Failures || all && len(newest) < max(samples, 1)) {
			t.Fatalf("%v passes by %+v", measured, l)
		}
		if verdict == Fail && fails <= l.Failures {
			t.Fatalf("%v fails by %+v", measured, l)
		}
	}
}

// A check is not measured more often than its interval says, unless a limit is passed: then it is asked in each round.
func TestAVerdictStandsForTheIntervalUnlessALimitIsPassed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		next := Pass
		l := Limited{Check: check{"c", func(context.Context) (Verdict, string) { asked++; return next, "seen" }},
			Limits: Limits{Interval: 30 * time.Second, Samples: 3, Failures: 1}, Series: &Series{}, Now: time.Now}
		for _, step := range []struct {
			after   time.Duration
			gives   Verdict
			verdict Verdict
			asked   int
			says    string
		}{
			{0, Pass, Pass, 1, "seen"},
			{10 * time.Second, Fail, Pass, 1, "measured 10s ago"},
			{20 * time.Second, Fail, Pass, 2, "1 of the last 2 passed"},
			{30 * time.Second, Fail, Fail, 3, "2 of the last 3 failed, 1 may"},
			{time.Second, Fail, Fail, 4, ""},
			{time.Second, Pass, Fail, 5, ""},
			{time.Second, Pass, Pass, 6, ""},
			{time.Second, Fail, Pass, 6, "measured 1s ago"},
		} {
			time.Sleep(step.after)
			next = step.gives
			if a := l.Run(t.Context()); a.Verdict != step.verdict || asked != step.asked || !strings.Contains(a.Detail, step.says) {
				t.Errorf("%s later: %s, %s, after %d measurements; want %+v", step.after, a.Verdict, a.Detail, asked, step)
			}
		}
	})
}
