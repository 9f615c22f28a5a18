package cluster

import (
	"context"
	"fmt"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

// healthTime is how long status waits for the checks.
const healthTime = 30 * time.Second

// Health asks the checks of a new color that has traffic once, as between two processes nobody watches it. It needs no
// lease, records nothing, runs no program and sends no key: a spec's command and webhook checks are asked by whoever drives. It is nil where no
// new color has traffic.
func Health(ctx context.Context, o Options, connect func(context.Context, Options) (func(spec.Cluster, color.Color) []Check, error)) (*history.Health, error) {
	s, err := read(ctx, o)
	if err != nil {
		return nil, err
	}
	r := s.state().Rotation
	if r == nil || s.state().Exposed()[r.To] == 0 {
		return nil, nil
	}
	health := &history.Health{Color: r.To}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if err := s.takePinned(ctx); err != nil {
		return nil, err
	}
	checks, err := connect(ctx, s.Options)
	if err != nil {
		health.Reason = s.Secrets.Hide(err.Error())
		return health, nil
	}
	s.ports.Checks = harmless(checks, &health.NotAsked)
	results := s.round(ctx, r.To, rotation.Occasion(*s.state(), r.Phase), false)
	health.Asked, health.Well = len(results) > 0, len(results) > 0
	var wrong []string
	for _, result := range results {
		if result.Verdict != string(verify.Pass) {
			health.Well = false
			wrong = append(wrong, fmt.Sprintf("%s: %s (%s)", result.Name, result.Verdict, s.Secrets.Hide(result.Detail)))
		}
	}
	health.Reason = strings.Join(wrong, "; ")
	return health, nil
}

// harmless are the checks that run no program of the spec, and send no variable of the environment to an address that it
// names; the others are counted. What only looks may be run for a spec that nobody has reviewed yet.
func harmless(checks func(spec.Cluster, color.Color) []Check, left *int) func(spec.Cluster, color.Color) []Check {
	return func(c spec.Cluster, of color.Color) (asked []Check) {
		for _, check := range checks(c, of) {
			if strings.HasPrefix(check.ID, "command-") || strings.HasPrefix(check.ID, "webhook-") {
				*left++
				continue
			}
			asked = append(asked, check)
		}
		return asked
	}
}
