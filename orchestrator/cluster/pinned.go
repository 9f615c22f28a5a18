package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

// specFile is the file of a bundle that holds a whole spec.
const specFile = "spec.json"

const (
	// verifyLeast is how long a new color has to pass every check: its DNS name and load balancer need some time to be
	// seen.
	verifyLeast = 5 * time.Minute
	// patience is how long a color that carries traffic may give no answer. A node that joins, or a load balancer that
	// moves to another machine, is silent for less.
	patience = 2 * time.Minute
	// keepFailed is how long a color that was rolled back from stands for a person to look at: a working day, and the
	// night before it.
	keepFailed = 24 * time.Hour
)

// pin is what a rotation begins with and keeps to.
func (s *session) pin(ctx context.Context, to color.Color) (journal.Plan, error) {
	data, err := json.Marshal(s.Spec)
	if err != nil {
		return journal.Plan{}, fmt.Errorf("encoding the spec: %w", err)
	}
	digest, err := s.Store.SaveBundle(ctx, map[string][]byte{specFile: data})
	if err != nil {
		return journal.Plan{}, fmt.Errorf("keeping the spec of the rotation: %w", err)
	}
	return planOf(s.Spec, digest, s.ports.Checks(s.Spec, to)), nil
}

func planOf(c spec.Cluster, digest string, checks []Check) journal.Plan {
	r := c.Spec.Rotation
	plan := journal.Plan{Spec: digest, Steps: r.Traffic.Steps, Interval: r.Traffic.Interval.Std(), Soak: r.Soak.Std(), Quiet: r.Quiet.Std(),
		KeepBlue: r.KeepBlue.Std(), Verify: verifyWindow(r), Slowest: slowestCheck(r), Patience: patience, Approvals: r.Approvals,
		OnFailure: r.OnFailure, Window: r.Window, KeepFailed: keepFailed, Bootstrap: c.Spec.Bootstrap != nil || c.Spec.GitOps != nil || r.Handover != nil}
	plan.Roles = c.Spec.Bootstrap != nil || c.Spec.GitOps != nil
	plan.Parity = c.Spec.Parity() != nil
	if h := r.Handover; h != nil {
		plan.Singletons, plan.Handover = len(h.Singletons), h.Timeout.Std()
	}
	for _, check := range checks {
		plan.Checks = append(plan.Checks, check.ID)
		if len(check.When) == 0 {
			continue
		}
		if plan.When == nil {
			plan.When = map[string][]string{}
		}
		plan.When[check.ID] = check.When
	}
	return plan
}

// takePinned goes on with the spec that the rotation under way began with, if there is one.
func (s *session) takePinned(ctx context.Context) error {
	if s.state().Rotation == nil {
		return nil
	}
	digest := s.state().Rotation.Plan.Spec
	files, err := s.Store.Bundle(ctx, digest)
	if err != nil {
		return fmt.Errorf("reading the spec of the rotation under way: %w", err)
	}
	var pinned spec.Cluster
	decoder := json.NewDecoder(bytes.NewReader(files[specFile]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&pinned); err != nil {
		return fmt.Errorf("reading the spec of the rotation under way: %w; finish it with the release that began it", err)
	}
	if err := sameCluster(s.Spec, pinned); err != nil {
		return err
	}
	today, err := json.Marshal(s.Spec)
	if err != nil {
		return fmt.Errorf("encoding the spec: %w", err)
	}
	if !bytes.Equal(today, files[specFile]) {
		s.Observer.Progress(fmt.Sprintf("%s has changed since the rotation began; it goes on with the spec that it began with, and the new one is for the next rotation", s.SpecFile))
	}
	s.Spec = pinned
	return nil
}

// sameCluster refuses a spec from the store that leads to another cluster than the one that a person named: whose tags may be
// deleted, and with which account's credentials, hangs on it.
func sameCluster(asked, pinned spec.Cluster) error {
	a, p := asked.Spec, pinned.Spec
	for _, field := range []struct{ name, asked, pinned string }{
		{"metadata.name", asked.Metadata.Name, pinned.Metadata.Name}, {"spec.platform", string(a.Platform), string(p.Platform)},
		{"spec.region", a.Region, p.Region}, {"spec.account", a.Account, p.Account},
	} {
		if field.asked != field.pinned {
			return refuse(fmt.Sprintf("the rotation under way has %s %q, and the spec has %q", field.name, field.pinned, field.asked),
				"put that back in the spec until the rotation has ended; if nobody changed it, find out who wrote to the store")
		}
	}
	return nil
}

// verifyWindow is how long a new color has to pass every check. Where the spec asks the Kubernetes API, its timeout says
// how long nodes and workloads take; checks with samples need the time for them.
func verifyWindow(r spec.Rotation) time.Duration {
	window := verifyLeast
	for _, c := range r.Verify {
		if c.Kubernetes != nil {
			window = max(window, c.Kubernetes.Timeout.Std())
		}
	}
	return window + seriesTime(r).Std()
}

// slowestCheck is the longest time that one check may take; two are always asked.
func slowestCheck(r spec.Rotation) time.Duration {
	slowest := checkTime
	for _, c := range r.Verify {
		slowest = max(slowest, checkLimit(c))
	}
	return slowest
}
