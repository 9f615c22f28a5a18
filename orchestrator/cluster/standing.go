package cluster

import (
	"context"
	"fmt"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/orchestrator/store"
)

// Standing is a spec as the foundation that stands takes it: what the spec leaves out, and what could not be changed
// without replacing something, stays as it is. It tells whether that differs from what a new foundation has.
func Standing(ctx context.Context, kept *store.Store, state journal.State, c spec.Cluster) (spec.Cluster, bool, error) {
	digest := state.Bundles[string(generator.Foundation)]
	if digest == "" {
		return c, false, nil
	}
	files, err := kept.Bundle(ctx, digest)
	if err != nil {
		return c, false, fmt.Errorf("reading the files of %s: %w", generator.Foundation, err)
	}
	c, differs := generator.KeepStanding(c, files)
	return c, differs, nil
}

// renderStanding is generator.Render for roots of a cluster that may stand already.
func (s *session) renderStanding(ctx context.Context, roots []generator.Root) (files generator.Files, err error) {
	c, differs, err := Standing(ctx, s.Store, *s.state(), s.Spec)
	if err != nil {
		return nil, err
	}
	if differs && s.lease != nil {
		s.Observer.Progress("flow logs stay in CloudWatch, where this foundation has them, although a new one has a bucket; " +
			"write network.flowLogs: {to: cloudwatch}, so that every command knows")
	}
	if files, err = generator.Render(ctx, c, generator.Options{Version: s.Version, Roots: roots}); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", s.name(), err)
	}
	return files, nil
}
