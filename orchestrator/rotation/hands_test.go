package rotation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// Carry does an effect to the world. Between the intent, the deed and the outcome the process may die.
func (p *process) Carry(ctx context.Context, e Effect, emit Emit) error {
	if p.held {
		p.breaks("promise 9: %s while a person is to decide", e.Do)
	}
	if _, err := p.touch(ctx, begins); err != nil {
		return p.end(err)
	}
	p.now = p.now.Add(time.Second)
	return p.end(deeds[e.Do](p, ctx, e, emit))
}

// end is an error that ends the process if it is dead, or has lost the lease.
func (p *process) end(err error) error {
	if p.dead && err != nil {
		return fmt.Errorf("%w: %w", ErrLost, err) // nothing of it is recorded any more
	}
	return err
}

var deeds = map[Verb]func(*process, context.Context, Effect, Emit) error{
	Inspect: outcome(journal.Event{Kind: journal.Preflighted}),
	Render: func(_ *process, ctx context.Context, e Effect, emit Emit) error {
		return emit(ctx, journal.Event{Kind: journal.Rendered, Root: string(e.Color), Revision: "g", Bundle: "b"})
	},
	Empty:   (*process).empty,
	Build:   (*process).build,
	Install: (*process).install,
	Confirm: (*process).confirm,
	Ask:     (*process).ask,
	Records: (*process).records,
	Weigh:   (*process).weigh,
	Measure: func(p *process, ctx context.Context, e Effect, emit Emit) error {
		open := 0.0
		if p.busy > 0 {
			open = 500
			p.busy--
		}
		if p.dns[e.Color] > 0 && p.edited.IsZero() { // what is sent back by hand is too little to be seen
			open = 1000
		}
		return emit(ctx, journal.Event{Kind: journal.Measured, Root: string(e.Color), Flows: &journal.Flows{Alive: *p.standing.of(e.Color), New: open + 1, Active: open, Until: p.now.Add(-5 * time.Second), Seconds: e.Window.Seconds()}})
	},
	Clear:   (*process).clear,
	Halt:    (*process).halt,
	Start:   (*process).startSingletons,
	Tell:    (*process).tell,
	PlanEnd: outcome(journal.Event{Kind: journal.EndPlanned}),
	Destroy: (*process).destroy,
	Sweep:   outcome(journal.Event{Kind: journal.Swept}),
}

func outcome(e journal.Event) func(*process, context.Context, Effect, Emit) error {
	return func(_ *process, ctx context.Context, _ Effect, emit Emit) error { return emit(ctx, e) }
}

// deed is what changes the world. What is lost there is done, and nobody knows; a process that lost the lease may still
// do it, as a deed under way cannot be called back, but only where the deed itself is not fenced.
func (p *process) deed(ctx context.Context, do func()) error {
	what, err := p.touch(ctx, attempts)
	if what == lost && (p.world.fence == p.fence || p.other == nil) {
		p.dead = true
		do()
		return errKilled
	}
	if err != nil {
		return err
	}
	if p.world.fence != p.fence { // asked right before each deed
		return ErrLost
	}
	do()
	return nil
}

func (p *process) empty(ctx context.Context, e Effect, emit Emit) error {
	return errors.Join(p.deed(ctx, func() { *p.standing.of(e.Color) = false }), emitIfAlive(ctx, p, emit, journal.Event{Kind: journal.Destroyed, Root: string(e.Color)}))
}

func emitIfAlive(ctx context.Context, p *process, emit Emit, e journal.Event) error {
	if p.dead || p.world.fence != p.fence {
		return ErrLost
	}
	return emit(ctx, e)
}

func (p *process) build(ctx context.Context, e Effect, emit Emit) error {
	if err := emit(ctx, journal.Event{Kind: journal.ApplyIntended, Root: string(e.Color), Version: e.Version, Revision: e.Revision}); err != nil {
		return err
	}
	if err := p.deed(ctx, func() {
		*p.standing.of(e.Color), p.checked, p.installed = true, false, false
		p.runs.green, p.live.green = false, false
	}); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Applied, Root: string(e.Color), Version: e.Version, Revision: e.Revision, Endpoint: &journal.Endpoint{DNSName: "green.lb"}})
}

// install is a verdict about green, too.
func (p *process) install(ctx context.Context, e Effect, emit Emit) error {
	if err := emit(ctx, journal.Event{Kind: journal.InstallIntended, Root: string(e.Color)}); err != nil {
		return err
	}
	if !*p.standing.of(e.Color) {
		p.breaks("objects are applied in %s, which does not stand", e.Color)
	}
	if err := p.deed(ctx, func() { p.installed = true }); err != nil {
		return err
	}
	outcome := journal.Done
	if e.Color == color.Green && p.green.verdict == "fail" {
		outcome = journal.Failed
	}
	return emit(ctx, journal.Event{Kind: journal.Installed, Phase: e.Phase, Root: string(e.Color), Outcome: outcome, Detail: string(outcome)})
}

func (p *process) halt(ctx context.Context, e Effect, emit Emit) error {
	event := journal.Event{Kind: journal.HaltIntended, Phase: e.Phase, Root: string(e.Color)}
	if err := emit(ctx, event); err != nil {
		return err
	}
	if err := p.deed(ctx, func() { *p.runs.of(e.Color) = false }); err != nil {
		return err
	}
	event.Kind, event.Outcome = journal.Halted, journal.Done
	return emit(ctx, event)
}

// startSingletons is where they would run twice.
func (p *process) startSingletons(ctx context.Context, e Effect, emit Emit) error {
	event := journal.Event{Kind: journal.StartIntended, Phase: e.Phase, Root: string(e.Color)}
	if err := emit(ctx, event); err != nil {
		return err
	}
	if err := p.deed(ctx, func() {
		if *p.runs.of(e.Color.Other()) {
			p.breaks("singletons start in %s while they run in %s", e.Color, e.Color.Other())
		}
		*p.runs.of(e.Color) = true
	}); err != nil {
		return err
	}
	event.Kind, event.Outcome = journal.Started, journal.Done
	return emit(ctx, event)
}

// tell is an outcome where it could not be done, and not an error.
func (p *process) tell(ctx context.Context, e Effect, emit Emit) error {
	event := journal.Event{Kind: journal.TellIntended, Phase: e.Phase, Root: string(e.Color), Role: e.Role}
	if err := emit(ctx, event); err != nil {
		return err
	}
	event.Kind, event.Outcome = journal.RoleTold, journal.Done
	if err := p.deed(ctx, func() { *p.live.of(e.Color) = e.Role == journal.Live }); err != nil {
		if p.dead || errors.Is(err, ErrLost) {
			return err
		}
		event.Outcome, event.Detail = journal.Failed, "not told"
	}
	return emit(ctx, event)
}

func (p *process) confirm(ctx context.Context, e Effect, emit Emit) error {
	holds := p.dns.Equal(e.Weights)
	if e.Phase == Building {
		holds = *p.standing.of(e.Color)
	}
	if !holds && e.Phase != Building {
		return fmt.Errorf("DNS serves %s, and not %s", p.dns, e.Weights) // by somebody's hand: that is for a person
	}
	if !holds {
		return emit(ctx, journal.Event{Kind: journal.PhaseReopened, Phase: e.Phase})
	}
	return emit(ctx, journal.Event{Kind: journal.Stands, Phase: e.Phase})
}

// ask is one round of checks, and the world's own account of for how long green was truly seen well.
func (p *process) ask(ctx context.Context, e Effect, emit Emit) error {
	if !p.installed && p.loop.State.Rotation.Plan.Bootstrap && e.Color == color.Green {
		p.breaks("promise 2: green is verified without what it is to run")
	}
	verdict := "pass"
	stands := *p.standing.of(e.Color)
	if p.green.verdict != "" {
		verdict = p.green.verdict
	}
	if p.now.Before(p.green.until) {
		verdict = "error"
	}
	if p.green.once {
		verdict, p.green.once = "fail", false
	}
	if !stands {
		verdict = "fail"
	}
	switch silent := verdict == "error" || verdict == "inconclusive"; {
	case !silent || p.dns[color.Green] == 0:
		p.silent = time.Time{}
	case p.silent.IsZero():
		p.silent = p.now
	case p.now.Sub(p.silent) > plan().Patience+time.Minute:
		p.breaks("promise 5: green has traffic (%s) and has given no answer for %s", p.dns, p.now.Sub(p.silent))
	}
	if verdict == "pass" {
		p.checked, p.lastGood = true, p.now
		if gap := p.now.Sub(p.goodAt); !p.goodAt.IsZero() && gap <= journal.MostGap && p.dns[color.Green] == 100 {
			p.good += gap
		}
		if p.goodAt = p.now; e.Phase != Soak {
			p.goodAt = time.Time{} // what is seen of green in other phases is no soak
		}
	} else {
		p.goodAt = time.Time{}
	}
	results := []journal.Result{{Check: "c1", Name: "http", Verdict: "pass"}, {Check: "c2", Name: "nodes", Verdict: verdict}}
	if e.Phase == Soak {
		results = append(results, p.served())
	}
	return emit(ctx, journal.Event{Kind: journal.Checked, Root: string(e.Color), Verdicts: results})
}

// served is whether the records have what the journal says.
func (p *process) served() journal.Result {
	if p.dns.Equal(p.loop.State.Weights) {
		return journal.Result{Check: Served, Verdict: "pass"}
	}
	return journal.Result{Check: Served, Verdict: "inconclusive", Detail: "somebody changed the weights"}
}

// serve is a write to DNS, with the promises that hold at every instant.
func (p *process) serve(weights color.Weights) {
	if weights.Nothing() {
		p.breaks("promise 2: all weights are zero: %s", weights)
	}
	for c, weight := range weights {
		if weight > 0 && !*p.standing.of(c) {
			p.breaks("promise 2: traffic points at %s, which does not stand: %s", c, weights)
		}
		if c == color.Green && !p.checked {
			p.breaks("promise 2: green has a record before it was verified: %s", weights)
		}
		if c == color.Green && weight > p.dns[c] && p.now.Sub(p.lastGood) > time.Minute && p.edited.IsZero() {
			p.breaks("promise 2: traffic moves to green, last seen well %s ago: %s", p.now.Sub(p.lastGood), weights)
		}
	}
	if weights[color.Blue] > p.dns[color.Blue] && p.deleting {
		p.breaks("promise 3: traffic goes back to blue, of which something was deleted")
	}
	if p.dns[color.Green] > 0 && weights[color.Green] < p.dns[color.Green] {
		p.backs++
	}
	p.dns = weights
}

// records has Terraform set the records: what it plans is refused if it takes traffic from where it is.
func (p *process) records(ctx context.Context, e Effect, emit Emit) error {
	for c := range e.Weights {
		if e.Weights[c] > 0 != (p.dns[c] > 0) {
			return &Refused{fmt.Sprintf("the traffic root would move traffic from %s to %s", p.dns, e.Weights), "look at it"}
		}
	}
	if err := emit(ctx, journal.Event{Kind: journal.WeightsIntended, Weights: e.Weights}); err != nil {
		return err
	}
	if err := p.deed(ctx, func() { p.serve(e.Weights); p.root = e.Weights }); err != nil {
		return err
	}
	if err := emit(ctx, journal.Event{Kind: journal.Weights, Weights: e.Weights, TTL: 2}); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Followed})
}

// weigh is the platform's atomic write: what it finds must be what is expected, or what an earlier try wrote.
func (p *process) weigh(ctx context.Context, e Effect, emit Emit) error {
	back := p.loop.State.Rotation.Back != nil // whatever somebody else made of them
	if !back && !p.dns.Equal(e.Expected) && !slices.ContainsFunc(e.Maybe, p.dns.Equal) && !p.dns.Equal(e.Weights) {
		return &Refused{fmt.Sprintf("DNS serves %s, and %s was expected", p.dns, e.Expected), "look at it"}
	}
	for c := range e.Weights {
		if _, has := p.dns[c]; !has {
			return &Refused{fmt.Sprintf("%s has no record", c), "make it first"}
		}
	}
	if err := emit(ctx, journal.Event{Kind: journal.WeightsIntended, Weights: e.Weights}); err != nil {
		return err
	}
	if err := p.deed(ctx, func() { p.serve(e.Weights) }); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Weights, Weights: e.Weights, TTL: 2})
}

// mayDelete is promise 4, by the world's own account.
func (p *process) mayDelete(what string) {
	switch {
	case p.dns[color.Blue] > 0 && p.now.Sub(p.edited) > time.Minute: // what is newer was not there when DNS was asked
		p.breaks("promise 4: %s with traffic on blue: %s", what, p.dns)
	case p.busy > 0 && p.now.Sub(p.busyAt) > time.Minute: // what is newer is in no metric yet
		p.breaks("promise 4: %s with 500 connections on blue", what)
	case p.now.Sub(p.lastGood) > time.Minute:
		p.breaks("promise 4: %s, and green was last seen well %s ago", what, p.now.Sub(p.lastGood))
	case p.good < plan().Soak-time.Millisecond:
		p.breaks("promise 4: %s, and green was watched for %s", what, p.good)
	}
}

func (p *process) clear(ctx context.Context, e Effect, emit Emit) error {
	first := !p.deleting
	if err := emit(ctx, journal.Event{Kind: journal.ClearIntended, Root: string(e.Color), Detail: "Service web"}); err != nil {
		return err
	}
	if err := p.deed(ctx, func() {
		if first {
			p.mayDelete("clearing")
		}
	}); err != nil {
		return err
	}
	if err := emit(ctx, journal.Event{Kind: journal.Cleared, Root: string(e.Color), Detail: "Service web"}); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.ClusterCleared, Root: string(e.Color)})
}

func (p *process) destroy(ctx context.Context, e Effect, emit Emit) error {
	first := !p.loop.State.Rotation.Destroying
	if err := emit(ctx, journal.Event{Kind: journal.DestroyIntended, Root: string(e.Color)}); err != nil {
		return err
	}
	if err := p.deed(ctx, func() {
		if first {
			p.mayDelete("destroying")
		}
		if p.dns[e.Color] > 0 && p.now.Sub(p.edited) > time.Minute {
			p.breaks("promise 4: %s destroyed with traffic on it: %s", e.Color, p.dns)
		}
		*p.standing.of(e.Color), *p.runs.of(e.Color), *p.live.of(e.Color) = false, false, false
	}); err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Destroyed, Root: string(e.Color)})
}
