package traffic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

const (
	// significance is the chance at which a server that does serve the weights is called inconsistent all the same.
	significance = 1e-6
	// exactAnswers is enough to see a color that still has a share of 5 % at a server that should not name it at all:
	// 0.95^n < 1e-6 from n = 270 on.
	exactAnswers = 300
	// sharedAnswers tells shares apart that differ by 10 points: one standard deviation at 50 % is 1.6 points.
	sharedAnswers = 1000
	// loss is what Confirm asks on top, for packets that get lost.
	loss = 1.05

	confirmPause    = 100 * time.Millisecond
	confirmPauseMax = 8 * time.Second
)

// Answers is the number of answers of one server that Consistent needs in order to judge the weights.
func Answers(weights map[string]int) int {
	total := sum(weights)
	needed := exactAnswers
	for _, weight := range weights {
		if weight <= 0 || weight >= total {
			continue
		}
		share := float64(weight) / float64(total)
		// A color of this share must not be missing by chance.
		needed = max(needed, sharedAnswers, int(math.Ceil(math.Log(significance)/math.Log1p(-share))))
	}
	return needed
}

// Consistent is nil if what a server answered fits the weights: no answer at all for a color of weight 0, only answers
// for a color that has all the weight, and in between a share that an exact two-sided binomial test does not refuse at
// 1e-6. Weights are relative, as Route 53's are.
//
// The test doubles the smaller tail: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits
// illustrated in the case of the binomial", Biometrika 26 (1934) 404-413.
func Consistent(o Observation, weights map[string]int) error {
	total := sum(weights)
	if total <= 0 {
		return fmt.Errorf("the weights %v send traffic nowhere", weights)
	}
	if o.Unknown > 0 {
		return fmt.Errorf("%s gave %d answers that lead to no color, such as %q", o.Server, o.Unknown, o.Strange)
	}
	answers := o.Answers()
	for _, color := range slices.Sorted(maps.Keys(o.Counts)) {
		if count := o.Counts[color]; count > 0 && weights[color] <= 0 {
			return fmt.Errorf("%s sends %d of %d answers to %s, which has no weight", o.Server, count, answers, color)
		}
	}
	if needed := Answers(weights); answers < needed {
		return fmt.Errorf("%s gave %d answers (%d questions got none), %d are needed to judge", o.Server, answers, o.Failed, needed)
	}
	for _, color := range slices.Sorted(maps.Keys(weights)) {
		share := float64(weights[color]) / float64(total)
		if p := binomialTest(o.Counts[color], answers, share); p < significance {
			return fmt.Errorf("%s sends %d of %d answers to %s, its weight asks for %.1f %%", o.Server, o.Counts[color], answers, color, 100*share)
		}
	}
	return nil
}

// Confirm observes until every authoritative server serves the weights, or ctx ends; set a deadline on ctx.
// The error then says what the servers still answer. Confirm returns the last observations in both cases. A server that
// answers with a color of no weight is asked no further until all are asked again, so that a change is seen soon after
// it is served.
func (n *Net) Confirm(ctx context.Context, domain string, hosts map[string]string, weights map[string]int) ([]Observation, error) {
	queries := int(math.Ceil(loss * float64(Answers(weights))))
	var last []Observation
	var reason error
	for wait := confirmPause; ; wait = min(2*wait, confirmPauseMax) {
		observations, err := n.observe(ctx, domain, hosts, queries, func(color string) bool { return weights[color] <= 0 })
		if ctx.Err() == nil {
			last, reason = observations, errors.Join(err, inconsistencies(observations, weights))
		}
		if err == nil && reason == nil {
			return last, nil
		}
		if !pause(ctx, wait) {
			return last, fmt.Errorf("the name servers of %s do not serve the weights %v: %w", domain, weights,
				errors.Join(context.Cause(ctx), reason))
		}
	}
}

// inconsistencies is nil only if there are servers and all of them are consistent.
func inconsistencies(observations []Observation, weights map[string]int) error {
	if len(observations) == 0 {
		return errors.New("no name server was asked")
	}
	var all []error
	for _, observation := range observations {
		all = append(all, Consistent(observation, weights))
	}
	return errors.Join(all...)
}

// binomialTest is the probability of a count at least as far out as k in n trials of chance p, on either side.
func binomialTest(k, n int, p float64) float64 {
	switch {
	case p <= 0 && k == 0, p >= 1 && k == n:
		return 1
	case p <= 0, p >= 1:
		return 0
	}
	var lower, upper float64
	for i := range n + 1 {
		mass := binomial(i, n, p)
		if i <= k {
			lower += mass
		}
		if i >= k {
			upper += mass
		}
	}
	return min(1, 2*min(lower, upper))
}

// binomial is the probability of exactly k in n trials of chance p, by logarithms as the factorials overflow.
func binomial(k, n int, p float64) float64 {
	return math.Exp(logFactorial(n) - logFactorial(k) - logFactorial(n-k) +
		float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

func logFactorial(n int) float64 {
	value, _ := math.Lgamma(float64(n) + 1)
	return value
}

// sum is the total weight; a negative weight makes it 0, as it sends traffic nowhere.
func sum(weights map[string]int) int {
	total := 0
	for _, weight := range weights {
		if weight < 0 {
			return 0
		}
		total += weight
	}
	return total
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
