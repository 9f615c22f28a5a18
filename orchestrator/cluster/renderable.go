package cluster

import (
	"context"

	"drover/generator"
	"drover/orchestrator/journal"
)

// Renderable are the roots that generate may write: all of them before the
// first build, and then only those that no cluster stands on. A color keeps
// the files that it was built from until it is destroyed.
func Renderable(ctx context.Context, out, cluster string) ([]generator.Root, error) {
	events, err := journal.Open(StoreDir(out, cluster)).Events(ctx)
	if err != nil {
		return nil, err
	}
	state := journal.Fold(events)
	roots := []generator.Root{generator.Foundation, generator.Traffic}
	for _, color := range []generator.Root{generator.Blue, generator.Green} {
		_, stands := state.Colors[string(color)]
		taken := state.Rotation != nil && state.Rotation.To == string(color)
		if !stands && !taken {
			roots = append(roots, color)
		}
	}
	return roots, nil
}
