package rotation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/journal"
)

// The gates, as the spec's rotation.approvals and the command line name them, and the phases that wait at them.
var gatePhases = map[string]string{"shift": ApproveShift, "destroy": ApproveDestroy}

func approveShift(v view) Step { return v.approved("shift") }

// approveDestroy also keeps blue for the rollback window, from the moment that green had all traffic. Green carries
// everything meanwhile: each process that comes by asks its checks before it waits, and while it does.
func approveDestroy(v view) Step {
	step := v.approved("destroy")
	until := v.Phases[Shift].FinishedAt.Add(v.plan.KeepBlue)
	if v.plan.KeepBlue > 0 && v.now.Before(until) {
		step = Wait{Phase: ApproveDestroy, Until: until, For: fmt.Sprintf("%s, until when %s is kept for a rollback", until.Format(time.RFC3339), v.From)}
	}
	if _, waits := step.(Wait); waits || v.Watch.Rounds > 0 { // also where an approval comes while green is silent
		if unwell := v.watch(0); unwell != nil {
			return unwell
		}
	}
	return step
}

func (v view) approved(gate string) Step {
	if !v.plan.Asks(gate) {
		return skipped("the spec asks for no approval of " + gate)
	}
	given, ok := v.Approved[gate]
	if ok && given.Evidence == Evidence(v.State, gate) {
		return done("approved by " + given.By)
	}
	return Wait{Phase: gatePhases[gate], For: "a person's approval of " + gate, Next: "approve " + gate}
}

// Evidence is the digest of what an approval of a gate rests on: an approval is void once one of it changes. It is empty
// if no rotation is under way.
func Evidence(s journal.State, gate string) string {
	r := s.Rotation
	if r == nil {
		return ""
	}
	seen := []string{r.ID, gate, r.Revision, r.Bundle, r.Plan.Spec, s.Colors[r.To].BuiltAt.UTC().String(),
		r.Phases[Verify].FinishedAt.UTC().String(), r.Phases[Soak].FinishedAt.UTC().String()}
	seen = append(seen, slices.Sorted(slices.Values(r.Plan.Checks))...)
	sum := sha256.Sum256([]byte(strings.Join(seen, "\n")))
	return hex.EncodeToString(sum[:8])
}
