package cluster

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"drover/generator"
	"drover/generator/argocd"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
	"drover/orchestrator/terraform"
)

// preflight is one look at whether a rotation or a first build can begin, or go on.
type preflight struct {
	*session
	at      moment
	emit    rotation.Emit
	from    color.Color // the active one; none in a first build
	to      color.Color // that is to be built
	version string      // of it
}

// moment is when a precondition is asked; or several.
type moment uint

const (
	beforeRotation   moment = 1 << iota
	beforeGoingOn           // with a rotation that already changed something
	beforeFoundation        // of a first build, which made nothing yet
	beforeColor             // of a first build, whose foundation stands
)

// precondition is one thing that must be true before anything is changed.
type precondition struct {
	name  string
	check func(*preflight, context.Context) (detail string, err error)
	at    moment
}

// Where one of these fails, the answers to the others say nothing.
const (
	accountName = "account"
	journalName = "journal"
)

// preconditions are asked in this order; the first that fails ends preflight.
var preconditions = []precondition{
	{accountName, (*preflight).accountMatches, beforeRotation | beforeGoingOn},
	{journalName, (*preflight).journalAgrees, beforeRotation | beforeGoingOn},
	{"bundles", (*preflight).bundlesRead, beforeRotation | beforeGoingOn},
	{"gitops", (*preflight).gitOpsCanStart, beforeRotation | beforeFoundation},
	{"judges", (*preflight).judgesHaveKeys, beforeRotation | beforeFoundation},
	{"foundation", (*preflight).foundationIsSpecs, beforeRotation},
	{"active", (*preflight).activeIsUp, beforeRotation},
	{"version", (*preflight).versionIsNoOlder, beforeRotation},
	{"Kubernetes API", (*preflight).apiIsInReach, beforeRotation | beforeFoundation | beforeColor},
	{"kubernetes", (*preflight).checksAreLetIn, beforeRotation},
	{"removed APIs", (*preflight).removedAPIs, beforeRotation},
	{"volumes", (*preflight).volumesAreDeclared, beforeRotation},
	{"quota", (*preflight).quotaSuffices, beforeRotation | beforeFoundation | beforeColor},
	{"delegation", (*preflight).domainIsDelegated, beforeColor},
	{"drift", (*preflight).noDrift, beforeRotation},
	{"dns", (*preflight).dnsServesActive, beforeRotation},
}

// inspect asks whether a rotation can begin, or go on.
func (s *session) inspect(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	p := &preflight{session: s, at: beforeRotation, emit: emit, from: e.Color.Other(), to: e.Color, version: e.Version}
	if e.Begun {
		p.at = beforeGoingOn
	}
	details, err := p.ask(ctx)
	if err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Preflighted, Phase: e.Phase, Location: s.location, Detail: strings.Join(details, ", ")})
}

// ask asks for everything that has to be true at this moment.
func (p *preflight) ask(ctx context.Context) (details []string, err error) {
	for _, c := range preconditions {
		if c.at&p.at == 0 {
			continue
		}
		p.Observer.Progress("preflight: " + c.name)
		detail, err := c.check(p, ctx)
		if err != nil {
			return nil, err
		}
		if detail != "" { // empty: there was nothing to ask
			details = append(details, detail)
		}
	}
	return details, nil
}

// accountOf asks once. It holds the credentials to the account of the spec, and both to where the cluster stands. Seen
// from another account or region, everything is gone: Terraform would forget it, and build a second cluster in its place.
func (s *session) accountOf(ctx context.Context) (string, error) {
	if s.account != "" {
		return s.account, nil
	}
	account, err := askAgain(ctx, s.Clock, onceTime, func(ctx context.Context) (string, error) { return AccountOf(ctx, s.ports.Cloud, s.Spec) })
	if err != nil {
		return "", err
	}
	s.location = account + " in " + s.Spec.Spec.Region
	if stands := s.state().Location; stands != "" && stands != s.location {
		return "", refuse(fmt.Sprintf("%s stands in %s, and these credentials and the spec are for %s", s.name(), stands, s.location),
			"use that account's credentials and that region; for another one, build a second cluster, from a spec with another name")
	}
	s.account = account
	return account, nil
}

// AccountOf holds the credentials to the account of the spec.
func AccountOf(ctx context.Context, platform platform.Platform, c spec.Cluster) (string, error) {
	got, err := platform.Account(ctx)
	if err != nil {
		return "", fmt.Errorf("checking the account: %w", err)
	}
	if want := c.Spec.Account; want != "" && got != want {
		return "", refuse(fmt.Sprintf("these credentials are for account %s, and the spec is for %s", got, want),
			"use credentials for that account, or correct spec.account")
	}
	return "account " + got, nil
}

func (p *preflight) accountMatches(ctx context.Context) (string, error) { return p.accountOf(ctx) }

// journalAgrees asks where the command has not when it began.
func (p *preflight) journalAgrees(ctx context.Context) (string, error) {
	if err := p.agree(ctx, asRotating); err != nil {
		return "", err
	}
	return "the journal agrees with what is there", nil
}

// bundlesRead finds a broken bundle while nothing depends on it yet.
func (p *preflight) bundlesRead(ctx context.Context) (string, error) {
	return "", p.bundlesAreWhole(ctx)
}

// gitOpsCanStart refuses before anything is built what bootstrap could not do.
func (p *preflight) gitOpsCanStart(ctx context.Context) (string, error) {
	g := p.Spec.Spec.GitOps
	switch {
	case g == nil && p.at != beforeRotation: // nothing to say of a first build
		return "", nil
	case g == nil:
		return "no GitOps asked for", nil
	case g.Credentials != nil && (g.Credentials.Vault == "" || p.lease != nil): // who only looks need not be let into the vault
		if _, err := p.gitSecret(ctx); err != nil {
			return "", err
		}
	}
	return "Argo CD " + argocd.Version, nil
}

// foundationIsSpecs refuses a rotation to a spec whose foundation was not applied.
func (p *preflight) foundationIsSpecs(ctx context.Context) (string, error) {
	files, err := p.renderStanding(ctx, []generator.Root{generator.Foundation})
	if err != nil {
		return "", err
	}
	had, err := p.bundle(ctx, generator.Foundation)
	if err != nil {
		return "", err
	}
	wanted := files.Root(p.name(), generator.Foundation)
	delete(had, path.Join(p.name(), string(generator.Foundation), lockFile))
	if wanted.Revision() != had.Revision() {
		return "", refuse("the spec or this drover changes the foundation, which green would be built on:\n"+differences(had, wanted), "run "+p.command("apply")+" first")
	}
	return "foundation as the spec says", nil
}

// differences are the files that differ, ten at most.
func differences(had, wanted generator.Files) string {
	const most = 10
	var names []string
	for name := range wanted {
		if !bytes.Equal(had[name], wanted[name]) {
			names = append(names, "  "+name)
		}
	}
	for name := range had {
		if _, still := wanted[name]; !still {
			names = append(names, "  "+name+" (no longer there)")
		}
	}
	slices.Sort(names)
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("  and %d more", more))
	}
	return strings.Join(names, "\n")
}

func (p *preflight) activeIsUp(ctx context.Context) (string, error) {
	health, err := p.ports.Cloud.ClusterActive(ctx, p.cluster(p.from))
	if err != nil {
		return "", fmt.Errorf("asking for the active cluster %s: %w", p.cluster(p.from), err)
	}
	// An unhealthy active cluster is a reason to rotate, not to refuse.
	if !health.Active {
		return fmt.Sprintf("%s is not healthy (%s)", p.from, health.Detail), nil
	}
	return fmt.Sprintf("%s active at %s", p.from, health.Version), nil
}

// noDrift plans the two roots that live for years, both at once. They are prepared one after the other, as that may
// record something.
func (p *preflight) noDrift(ctx context.Context) (string, error) {
	if !p.state().Followed { // Terraform has yet to take over weights of drover's own
		return "drift not asked: Terraform follows the weights first", nil
	}
	stacks := map[generator.Root]Stack{}
	for _, r := range []generator.Root{generator.Foundation, generator.Traffic} {
		stack, err := p.prepareEnd(ctx, r, p.emit)
		if err != nil {
			return "", err
		}
		stacks[r] = stack
	}
	group, both := errgroup.WithContext(ctx)
	for r, stack := range stacks {
		group.Go(func() error { return p.showsNoDrift(both, r, stack) })
	}
	if err := group.Wait(); err != nil {
		return "", err
	}
	return "no drift", nil
}

func (p *preflight) showsNoDrift(ctx context.Context, r generator.Root, stack Stack) error {
	plan, err := stack.Plan(ctx, terraform.PlanOptions{})
	if err != nil {
		return fmt.Errorf("planning %s to find drift: %w", r, err)
	}
	if err := p.stateWasKept(ctx, stack, r, plan); err != nil {
		return err
	}
	awaited, err := p.awaited(ctx, plan.JSON)
	if err != nil {
		return err
	}
	for _, says := range awaited {
		p.Observer.Progress("no drift: " + says)
	}
	if plan.Changed && len(awaited) == 0 {
		return refuse(fmt.Sprintf("%s is not what its state says:\n%s", r, describe(plan.JSON)),
			"look at it with `terraform plan`, then run "+p.command("apply"))
	}
	return nil
}

func (p *preflight) dnsServesActive(ctx context.Context) (string, error) {
	weights := p.state().Weights
	if err := p.dnsServes(ctx, weights); err != nil {
		return "", err
	}
	return "DNS at " + weights.String(), nil
}
