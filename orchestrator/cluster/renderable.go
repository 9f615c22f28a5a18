package cluster

import (
	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// Renderable are the roots that generate may write: all of them before the
// first build, and then only those that no cluster stands on. A color keeps
// the files that it was built from until it is destroyed.
func Renderable(state journal.State) []generator.Root {
	roots := []generator.Root{generator.Foundation, generator.Traffic}
	for _, c := range []color.Color{color.Blue, color.Green} {
		stands := state.Bundles[string(c)] != ""
		taken := state.Rotation != nil && state.Rotation.To == c
		if !stands && !taken {
			roots = append(roots, root(c))
		}
	}
	return roots
}
