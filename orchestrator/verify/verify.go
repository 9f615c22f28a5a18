// Package verify runs checks at once and keeps their four verdicts apart: pass, fail, inconclusive and error.
// It must never turn a lack of data, a missed deadline or a panic into a pass.
package verify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"
)

// Verdict is the outcome of one check.
type Verdict string

// The verdicts. Only Pass lets a rotation go on.
const (
	// Pass: the check looked at data, and the data is good.
	Pass Verdict = "pass"
	// Fail: the check looked at data, and the data is bad.
	Fail Verdict = "fail"
	// Inconclusive: the check ran and there was not enough data to judge.
	Inconclusive Verdict = "inconclusive"
	// Error: the check could not be carried out to its end.
	Error Verdict = "error"
)

// Check is one thing that can be verified.
type Check interface {
	Name() string
	Run(ctx context.Context) Answer
}

// Answer is what a check found.
type Answer struct {
	Verdict Verdict
	Detail  string   // in a line, what was seen
	Value   *float64 // what was measured, always finite; nil where nothing was
	Unit    string   // of Value, such as s; empty for a plain number
}

// Said are the verdict and what was seen.
func (a Answer) Said() (Verdict, string) { return a.Verdict, a.Detail }

// said is the answer of a check that measures nothing.
func said(verdict Verdict, detail string) Answer { return Answer{Verdict: verdict, Detail: detail} }

// measured adds a value, unless it is no number that can be written down.
func (a Answer) measured(value float64, unit string) Answer {
	if !math.IsNaN(value) && !math.IsInf(value, 0) {
		a.Value, a.Unit = &value, unit
	}
	return a
}

// Result is a check's answer, and how long it took.
type Result struct {
	Check string
	Answer
	Seconds float64
}

// All runs the checks at the same time and returns their results in the order of the checks.
// A check that is still running when ctx ends gets the verdict Error; All waits for it to return all the same, so a
// check must heed its context.
func All(ctx context.Context, checks []Check) []Result {
	results := make([]Result, len(checks))
	var wait sync.WaitGroup
	for i, check := range checks {
		wait.Go(func() { results[i] = run(ctx, check) })
	}
	wait.Wait()
	return results
}

// Within bounds a check by a deadline of its own.
func Within(limit time.Duration, check Check) Check { return bounded{check, limit} }

type bounded struct {
	Check
	limit time.Duration
}

func (b bounded) Run(ctx context.Context) Answer {
	ctx, cancel := context.WithTimeoutCause(ctx, b.limit,
		fmt.Errorf("%w: the check did not end within %v", context.DeadlineExceeded, b.limit))
	defer cancel()
	return settle(ctx, b.Check.Run(ctx))
}

// Passed is true if there is at least one result and every result is a pass.
func Passed(results []Result) bool {
	for _, r := range results {
		if r.Verdict != Pass {
			return false
		}
	}
	return len(results) > 0
}

// run carries out one check, with its panics and its deadline turned into errors.
func run(ctx context.Context, check Check) (result Result) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			result.Answer = said(Error, fmt.Sprintf("the check panicked: %v\n%s", p, debug.Stack()))
		}
		result.Seconds = time.Since(start).Seconds()
	}()
	result.Check, result.Verdict = "unnamed", Error
	result.Check = check.Name()
	if ctx.Err() != nil {
		result.Detail = "not started: " + context.Cause(ctx).Error()
		return result
	}
	result.Answer = settle(ctx, check.Run(ctx))
	return result
}

// settle turns what a check returned into one of the four verdicts. A pass that comes after the deadline is an
// error: what it rests on was perhaps cut short.
func settle(ctx context.Context, a Answer) Answer {
	switch a.Verdict {
	case Fail, Error:
		return a
	case Pass, Inconclusive:
		if ctx.Err() != nil {
			return said(Error, join(context.Cause(ctx).Error(), a.Detail))
		}
		return a
	default:
		return said(Error, join(fmt.Sprintf("the check gave the unknown verdict %q", a.Verdict), a.Detail))
	}
}

// stopped is true if err comes from the end of ctx and not from what was checked.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}
