package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
	"drover/orchestrator/store"
)

const recoverLimit = 30 * time.Minute

// Recover writes to the journal what is there, once a person has read it. Beside it, only files of the Terraform directory
// are written. active is the color that is to have all traffic, where both have some.
func Recover(ctx context.Context, o Options, active color.Color, ask func(found string) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, recoverLimit, fmt.Errorf("%w: recover did not end within %s", context.DeadlineExceeded, recoverLimit))
	defer cancel()
	return leased(ctx, o, func(ctx context.Context, lease *store.Lease) error {
		s, err := read(ctx, o) // with today's spec: what a rotation under way pinned may be lost, and the rotation ends
		if err != nil {
			return err
		}
		if s.ports, err = o.Connect(ctx, o); err != nil {
			return err
		}
		s.under(lease)
		return (&recovering{session: s, active: active, ask: ask, bundles: map[generator.Root]kept{}}).run(ctx)
	})
}

// recovering is one recovery of a journal.
type recovering struct {
	*session
	active  color.Color
	ask     func(found string) error
	bundles map[generator.Root]kept
	broken  []string // bundles that the journal names and nobody can read, for people
}

// kept is the bundle that stands for what a root was built from.
type kept struct{ digest, revision string }

func (r *recovering) run(ctx context.Context) error {
	if _, err := r.accountOf(ctx); err != nil {
		return err
	}
	if err := r.forgetBroken(ctx); err != nil {
		return err
	}
	if err := r.writeMissing(ctx); err != nil {
		return err
	}
	seen, err := r.survey(ctx, everything, r.known())
	if err != nil {
		return fmt.Errorf("looking at what is there of %s: %w", r.name(), err)
	}
	disagreements := reconcile.Compare(r.known(), seen)
	if len(disagreements) == 0 && len(r.broken) == 0 {
		return refuse("the journal of "+r.name()+" and what is there agree", "there is nothing to recover")
	}
	found, err := r.remains(ctx, seen)
	if err != nil {
		return err
	}
	events, err := recovery(*r.state(), found, r.active)
	if err != nil {
		return err
	}
	if err := r.describes(ctx, events, seen); err != nil {
		return err
	}
	if err := r.ask(r.text(disagreements, events)); err != nil {
		return err
	}
	return r.write(ctx, events)
}

// forgetBroken takes bundles that are lost or damaged out of what the journal is known to have: they are made anew of the
// files that are there, or rendered. A rotation ends without the spec that it began with.
func (r *recovering) forgetBroken(ctx context.Context) error {
	read := func(digest string) (bool, error) {
		_, err := r.Store.Bundle(ctx, digest)
		var damaged *store.DamageError
		var missing *store.MissingError
		if errors.As(err, &damaged) || errors.As(err, &missing) {
			return false, nil
		}
		return true, err
	}
	for _, root := range allRoots {
		digest := r.state().Bundles[string(root)]
		if digest == "" {
			continue
		}
		if whole, err := read(digest); err != nil {
			return err
		} else if !whole {
			delete(r.state().Bundles, string(root))
			r.broken = append(r.broken, fmt.Sprintf("the files that %s was built from (bundle %s) cannot be read", root, digest))
		}
	}
	if rotation := r.state().Rotation; rotation != nil {
		if whole, err := read(rotation.Plan.Spec); err != nil {
			return err
		} else if !whole {
			r.broken = append(r.broken, fmt.Sprintf("the spec that rotation %s began with (bundle %s) cannot be read", rotation.ID, rotation.Plan.Spec))
		}
	}
	return nil
}

// writeMissing renders roots that neither the directory nor the store has files of, so that a state in a remote backend
// can be read. A local state is in the directory, or nowhere.
func (r *recovering) writeMissing(ctx context.Context) error {
	for _, root := range allRoots {
		has, err := r.hasFiles(root)
		if err != nil {
			return err
		}
		if has || r.local() || r.state().Bundles[string(root)] != "" {
			continue
		}
		files, err := r.rendered(ctx, root)
		if err != nil {
			return err
		}
		if err := r.place(root, files); err != nil {
			return err
		}
	}
	return nil
}

func (r *recovering) rendered(ctx context.Context, root generator.Root) (generator.Files, error) {
	files, err := generator.Render(ctx, r.Spec, generator.Options{Version: r.Version, Roots: []generator.Root{root}})
	if err != nil {
		return nil, fmt.Errorf("rendering %s: %w", root, err)
	}
	return files.Root(r.name(), root), nil
}

// write appends the events, and writes the files that the roots read and that come from the journal alone. The directory
// is a cache, but a person may look at it.
func (r *recovering) write(ctx context.Context, events []journal.Event) error {
	first := journal.Event{Kind: journal.Recovered, By: r.By, Detail: "the journal was recovered from what was there"}
	for _, e := range append([]journal.Event{first}, events...) {
		if e.Kind == journal.Applied {
			e.Location = r.location
		}
		if err := r.record(ctx, e); err != nil {
			return err
		}
	}
	weights := maps.Clone(r.state().Weights)
	maps.DeleteFunc(weights, func(c color.Color, _ int) bool { return r.state().Colors[c].Endpoint.DNSName == "" }) // it is gone
	if len(weights) > 0 {
		if err := r.writeColors(weights); err != nil {
			return err
		}
	}
	for c := range r.state().Colors {
		if err := r.writeOrigin(c, ""); err != nil {
			return err
		}
	}
	return nil
}

// describes refuses to write what would still not be what is there.
func (r *recovering) describes(ctx context.Context, events []journal.Event, seen reconcile.Seen) error {
	before, err := Events(ctx, r.Store)
	if err != nil {
		return err
	}
	after := journal.Fold(append(before, events...))
	if left := reconcile.Compare(knownOf(r.name(), after, false), seen); len(left) > 0 {
		return r.disagrees(left)
	}
	return nil
}

// text is what a person reads before the journal is written.
func (r *recovering) text(disagreements []reconcile.Disagreement, events []journal.Event) string {
	var text strings.Builder
	for _, what := range r.broken {
		fmt.Fprintf(&text, "now: %s\n", what)
	}
	if left := singletonsLeft(r.state().Rotation); left != "" {
		fmt.Fprintf(&text, "now: %s\n", left)
	}
	for _, d := range disagreements {
		fmt.Fprintf(&text, "now: %s\n", d)
	}
	for _, e := range events {
		if says := recovered(e); says != "" {
			fmt.Fprintf(&text, "the journal will say: %s\n", says)
		}
		if have := r.bundles[generator.Root(e.Root)].revision; e.Kind == journal.Applied && e.Revision != "" && e.Revision != have {
			fmt.Fprintf(&text, "the files that %s was built from are not there: those of revision %s are kept in their place; restore its directory from version control first, if you have it\n", e.Root, have)
		}
	}
	return text.String()
}

// recovered says what an event of a recovery means; it is empty for one that only keeps files.
func recovered(e journal.Event) string {
	switch e.Kind {
	case journal.RotationFinished:
		return fmt.Sprintf("rotation %s ended, failed", e.Rotation)
	case journal.Applied:
		text := e.Root + " stands"
		if e.Version != "" {
			text += " at Kubernetes " + e.Version
		}
		if e.Revision != "" {
			text += ", revision " + e.Revision
		}
		return text
	case journal.ApplyIntended:
		return e.Root + " is there in part"
	case journal.Destroyed:
		return "what the journal had of " + e.Root + " is no more"
	case journal.Weights:
		return "DNS has " + e.Weights.String()
	case journal.WeightsIntended:
		return "the next apply or rotate sets the weights to " + e.Weights.String()
	case journal.Activated:
		return string(e.To) + " is active"
	case journal.Rendered:
		return ""
	default:
		return string(e.Kind)
	}
}
