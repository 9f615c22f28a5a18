package orchestrator

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/terraform"
)

// precondition is one thing that must be true before a rotation changes anything.
type precondition struct {
	name  string
	check func(*rotation, context.Context) (detail string, err error)
	begun bool // also asked when a rotation that already changed something goes on
}

// preconditions are asked in this order; the first that fails ends preflight.
var preconditions = []precondition{
	{"account", (*rotation).accountMatches, true},
	{"gitops", (*rotation).gitOpsCanStart, false},
	{"foundation", (*rotation).foundationIsSpecs, false},
	{"active", (*rotation).activeIsUp, false},
	{"kubernetes", (*rotation).checksAreLetIn, false},
	{"removed APIs", (*rotation).removedAPIs, false},
	{"quota", (*rotation).quotaSuffices, false},
	{"drift", (*rotation).noDrift, false},
	{"dns", (*rotation).dnsServesActive, false},
}

func (r *rotation) preflight(ctx context.Context) (result, error) {
	begun := r.progress(Build).Starts > 0
	var details []string
	for _, p := range preconditions {
		if begun && !p.begun {
			continue
		}
		r.Observer.Progress("preflight: " + p.name)
		detail, err := p.check(r, ctx)
		if err != nil {
			return result{}, err
		}
		if detail != "" { // empty: there was nothing to ask
			details = append(details, detail)
		}
	}
	return result{journal.Done, strings.Join(details, ", ")}, nil
}

func (s *session) accountOf(ctx context.Context) (string, error) {
	return accountOf(ctx, s.Ports.Cloud, s.Spec)
}

// accountOf holds the credentials to the account of the spec.
func accountOf(ctx context.Context, platform platform.Platform, c spec.Cluster) (string, error) {
	got, err := platform.Account(ctx)
	if err != nil {
		return "", fmt.Errorf("asking whose credentials these are: %w", err)
	}
	if want := c.Spec.Account; want != "" && got != want {
		return "", &Refused{fmt.Sprintf("these credentials are for account %s, and the spec is for %s", got, want),
			"use credentials for that account, or correct spec.account"}
	}
	return "account " + got, nil
}

func (r *rotation) accountMatches(ctx context.Context) (string, error) { return r.accountOf(ctx) }

// gitOpsCanStart refuses before anything is built what bootstrap could not do.
func (r *rotation) gitOpsCanStart(context.Context) (string, error) {
	if r.Spec.Spec.GitOps != nil {
		return "", &Refused{"spec.gitops is set, and this drover cannot start a GitOps agent in a new cluster yet",
			"remove spec.gitops and install the agent by other means, or wait for a drover that can"}
	}
	return "no GitOps asked for", nil
}

// foundationIsSpecs refuses a rotation to a spec whose foundation was not applied.
func (r *rotation) foundationIsSpecs(context.Context) (string, error) {
	files, err := generator.Render(r.Spec, generator.Options{Version: r.Version, Roots: []generator.Root{generator.Foundation}})
	if err != nil {
		return "", fmt.Errorf("rendering the foundation to compare it: %w", err)
	}
	changes, err := generator.Write(r.Out, files, generator.WriteOptions{Check: true})
	if err != nil {
		return "", fmt.Errorf("comparing the foundation with the spec: %w", err)
	}
	if !changes.Empty() {
		var list bytes.Buffer
		changes.Summary(&list)
		return "", &Refused{"the spec or this drover changes the foundation, which green would be built on:\n" + strings.TrimRight(list.String(), "\n"),
			"run " + r.command("apply") + " first"}
	}
	return "foundation as the spec says", nil
}

func (r *rotation) activeIsUp(ctx context.Context) (string, error) {
	health, err := r.Ports.Cloud.ClusterActive(ctx, r.cluster(r.from()))
	if err != nil {
		return "", fmt.Errorf("asking for the active cluster %s: %w", r.cluster(r.from()), err)
	}
	// An unhealthy active cluster is a reason to rotate, not to refuse.
	if !health.Active {
		return fmt.Sprintf("%s is not healthy (%s)", r.from(), health.Detail), nil
	}
	return fmt.Sprintf("%s active at %s", r.from(), health.Version), nil
}

func (r *rotation) quotaSuffices(ctx context.Context) (string, error) {
	balancers := 1
	if r.Spec.Spec.Ingress.Management != nil {
		balancers = 2
	}
	shortages, err := r.Ports.Cloud.Quota(ctx, balancers)
	if err != nil {
		return "", fmt.Errorf("asking for quotas: %w", err)
	}
	unknown := 0
	for _, s := range shortages {
		if s.Unknown != "" {
			unknown++
			r.Observer.Progress(fmt.Sprintf("preflight: the quota for %s could not be asked: %s", s.What, s.Unknown))
			continue
		}
		return "", &Refused{fmt.Sprintf("a second color does not fit: %s are limited to %d, %d exist and %d more are needed", s.What, s.Limit, s.Used, s.Needed),
			"raise the quota, or remove what is not needed"}
	}
	if unknown > 0 {
		return fmt.Sprintf("%d quotas unknown", unknown), nil
	}
	return "quotas suffice", nil
}

// noDrift plans the two roots that live for years.
func (r *rotation) noDrift(ctx context.Context) (string, error) {
	group, ctx := errgroup.WithContext(ctx)
	for _, root := range []generator.Root{generator.Foundation, generator.Traffic} {
		group.Go(func() error { return r.rootShowsNoDrift(ctx, root) })
	}
	if err := group.Wait(); err != nil {
		return "", err
	}
	return "no drift", nil
}

func (r *rotation) rootShowsNoDrift(ctx context.Context, root generator.Root) error {
	stack, err := r.prepare(ctx, root)
	if err != nil {
		return err
	}
	plan, err := stack.Plan(ctx, terraform.PlanOptions{})
	if err != nil {
		return fmt.Errorf("planning %s to find drift: %w", root, err)
	}
	if plan.Changed {
		return &Refused{fmt.Sprintf("%s is not what its state says:\n%s", root, describe(plan.JSON)),
			"look at it with `terraform plan`, then run " + r.command("apply")}
	}
	return nil
}

func (r *rotation) dnsServesActive(ctx context.Context) (string, error) {
	if _, err := r.Ports.DNS.Confirm(ctx, r.state.Weights); err != nil {
		return "", fmt.Errorf("the authoritative servers do not answer %s, as the journal has it: %w", weightsText(r.state.Weights), err)
	}
	return "DNS at " + weightsText(r.state.Weights), nil
}
