package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// Readiness says what the next rotation, or the first build, needs and whether it is there: the shape of
// `ready --output json`.
type Readiness struct {
	Cluster string      `json:"cluster"`
	For     string      `json:"for"`   // rotation or first build
	Ready   bool        `json:"ready"` // every check passes, or says no more than that it cannot judge
	Active  color.Color `json:"active"`
	Checks  []Readied   `json:"checks"`
	history.Timing
}

// Readied is the answer to one question of readiness.
type Readied struct {
	Name    string         `json:"name"`
	Verdict verify.Verdict `json:"verdict"` // fail stops a rotation; error could not be asked; inconclusive stops none
	Detail  string         `json:"detail"`
	Next    string         `json:"next,omitempty"` // what a person does about it
	Seconds float64        `json:"seconds"`
}

// What a cluster is made ready for.
const (
	forRotation   = "rotation"
	forFirstBuild = "first build"
)

// Unasked is true if a question could not be asked, and none failed: whether the cluster is ready is not known then.
func (r Readiness) Unasked() bool {
	unasked := false
	for _, c := range r.Checks {
		switch c.Verdict {
		case verify.Fail:
			return false
		case verify.Error:
			unasked = true
		case verify.Pass, verify.Inconclusive:
		}
	}
	return unasked
}

// Ready asks everything that preflight asks, and does not stop at the first that fails. It needs no lease, changes
// nothing and runs no program that the spec names.
func Ready(ctx context.Context, o Options) (Readiness, error) {
	s, err := look(ctx, o, sources{})
	if err != nil {
		return Readiness{}, err
	}
	state := s.state()
	r := &readiness{session: s, said: Readiness{Cluster: s.name(), For: forRotation, Ready: true, Active: state.Active, Checks: []Readied{},
		Timing: history.TimingOf(s.Spec.Spec.Rotation, *state, s.Clock.Now())}}
	p := &preflight{session: s, at: beforeRotation, emit: s.record, from: state.Active, to: state.Active.Other(), version: s.Spec.Spec.Kubernetes.Version}
	if state.Active == "" {
		r.said.For, p.at, p.from, p.to = forFirstBuild, beforeFoundation, "", color.Blue
	}
	if !r.askAll(ctx, p) || p.from == "" {
		return r.said, ctx.Err()
	}
	r.ask(ctx, "revision", func(ctx context.Context) (string, error) { return r.revision(ctx, p.to) })
	r.checksOf(ctx, p.from)
	return r.said, ctx.Err()
}

// readiness is a look at readiness under way.
type readiness struct {
	*session
	said Readiness
}

// askAll asks the preconditions in their order. It is false where the answer to one makes the others meaningless: with a
// rotation under way they were asked, and from another account everything looks gone.
func (r *readiness) askAll(ctx context.Context, p *preflight) bool {
	if p.from == "" && !r.ask(ctx, accountName, p.accountMatches) || p.from != "" && !r.ask(ctx, "rotation", r.noneUnderWay) {
		return false
	}
	for _, c := range preconditions {
		if c.at&p.at == 0 {
			continue
		}
		passed := r.ask(ctx, c.name, func(ctx context.Context) (string, error) { return c.check(p, ctx) })
		if !passed && (c.name == accountName || c.name == journalName) {
			return false
		}
	}
	return true
}

// ask keeps the answer to one question.
func (r *readiness) ask(ctx context.Context, name string, question func(context.Context) (string, error)) bool {
	r.Observer.Progress("asking: " + name)
	began := r.Clock.Now()
	detail, err := question(ctx)
	answer := Readied{Name: name, Verdict: verify.Pass, Detail: detail, Seconds: r.Clock.Now().Sub(began).Seconds()}
	var refused *Refused
	var disagrees *Disagrees
	switch {
	case errors.As(err, &refused):
		answer.Verdict, answer.Detail, answer.Next = verify.Fail, refused.What, refused.Next
	case errors.As(err, &disagrees):
		answer.Verdict, answer.Detail = verify.Fail, err.Error()
	case err != nil:
		answer.Verdict, answer.Detail = verify.Error, err.Error()
	case detail == "": // there was nothing to ask
		return true
	}
	r.add(answer)
	return err == nil
}

func (r *readiness) add(answer Readied) {
	answer.Detail, answer.Next = r.Secrets.Hide(answer.Detail), r.Secrets.Hide(answer.Next)
	r.said.Ready = r.said.Ready && answer.Verdict != verify.Fail && answer.Verdict != verify.Error
	r.said.Checks = append(r.said.Checks, answer)
}

// noneUnderWay is asked first: what a rotation under way needs, it asked itself.
func (r *readiness) noneUnderWay(context.Context) (string, error) {
	switch now := r.state().Rotation; {
	case now != nil:
		return "", refuse(fmt.Sprintf("rotation %s is under way (in %s)", now.ID, now.Phase),
			"finish it with "+r.rotateCommand()+", or end it with "+r.command("rollback"))
	case r.state().Failed != nil:
		failed := r.state().Failed
		return fmt.Sprintf("none is under way; %s of the last one failed (%s) and still stands", failed.Color, failed.Reason), nil
	}
	return "none is under way", nil
}

// revision renders the next color, which finds what cannot be rendered, and one that was rolled back before.
func (r *readiness) revision(ctx context.Context, to color.Color) (string, error) {
	all, err := generator.Render(ctx, r.Spec, generator.Options{Version: r.Version, Roots: []generator.Root{root(to)}})
	if err != nil {
		return "", fmt.Errorf("rendering %s: %w", to, err)
	}
	revision := all.Root(r.name(), root(to)).Revision()
	if bad := rotation.BadBefore(*r.state(), to.Other(), revision); bad != "" {
		return "", refuse(bad, rotation.AfterBad)
	}
	return revision, nil
}

// checksOf asks the spec's checks of the color that serves now. One that it does not pass either is probably wrong
// itself, and would have every new color rolled back.
func (r *readiness) checksOf(ctx context.Context, c color.Color) {
	r.Observer.Progress("asking: the checks, of " + string(c))
	ctx, cancel := context.WithTimeout(ctx, slowestCheck(r.Spec.Spec.Rotation))
	defer cancel()
	results, left := r.servingChecks(ctx, c)
	answer := Readied{Name: "checks", Verdict: verify.Pass}
	var wrong []string
	for _, result := range results {
		answer.Seconds = max(answer.Seconds, result.Seconds)
		if result.Verdict != string(verify.Pass) {
			wrong = append(wrong, fmt.Sprintf("%s: %s (%s)", result.Name, result.Verdict, result.Detail))
		}
	}
	answer.Detail = fmt.Sprintf("%s passes %d of %d", c, len(results)-len(wrong), len(results))
	if left > 0 {
		answer.Detail += fmt.Sprintf("; %d not asked, which run a program, ask a judge or need a shift", left)
	}
	if len(wrong) > 0 || len(results) == 0 {
		answer.Verdict = verify.Inconclusive
		answer.Detail += ": " + strings.Join(wrong, "; ")
		answer.Next = "see whether the checks ask for the right thing: a new color that does not pass them is rolled back"
	}
	r.add(answer)
}

// servingChecks asks the checks that run no program of the spec, ask no judge of it, and are for more than a shift, where colors are compared:
// the color that serves has no other one beside it. It counts what it leaves out.
func (s *session) servingChecks(ctx context.Context, c color.Color) (results []journal.Result, left int) {
	all := s.ports.Checks
	defer func() { s.ports.Checks = all }()
	kept := harmless(all, &left)
	s.ports.Checks = func(of spec.Cluster, c color.Color) []Check {
		return slices.DeleteFunc(kept(of, c), func(check Check) bool {
			shift := slices.Equal(check.When, []string{spec.DuringShift})
			if shift {
				left++
			}
			return shift
		})
	}
	return s.round(ctx, c, "", false), left
}
