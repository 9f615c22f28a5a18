package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/platform"
	"drover/orchestrator/rotation"
)

// weigh moves traffic by one atomic request to the platform: intent, write, confirmation, outcome. Terraform follows
// later, as records does.
func (s *session) weigh(ctx context.Context, e rotation.Effect, emit rotation.Emit) error {
	if e.Weights.Nothing() {
		return refuse(fmt.Sprintf("the weights %s send traffic nowhere", e.Weights), "this is a defect of drover: report it")
	}
	zone, err := s.zone(ctx, emit)
	if err != nil {
		return err
	}
	possible := append([]color.Weights{e.Expected}, e.Maybe...)
	r := s.state().Rotation
	back := r != nil && r.Back != nil && e.Weights[r.From] == 100
	if back {
		if err := s.isThere(ctx, r.From); err != nil {
			return err
		}
		possible = append(possible, nil) // whatever somebody else made of them: a way back does not wait for a person
	}
	if err := emit(ctx, journal.Event{Kind: journal.WeightsIntended, Phase: e.Phase, Weights: e.Weights}); err != nil {
		return err
	}
	ttl, err := s.setWeights(ctx, zone, possible, e.Weights)
	var missing *platform.NoRecordError
	if back && errors.As(err, &missing) {
		if err := s.remakeRecords(ctx, zone, e, emit); err != nil {
			return err
		}
		ttl, err = s.setWeights(ctx, zone, possible, e.Weights)
	}
	if err != nil {
		return err
	}
	return emit(ctx, journal.Event{Kind: journal.Weights, Phase: e.Phase, Weights: e.Weights, TTL: ttl.Seconds()})
}

// isThere refuses to send all traffic to a cluster that somebody deleted meanwhile. Where the platform gives no answer in a
// moment, the way back does not wait for one.
func (s *session) isThere(ctx context.Context, c color.Color) error {
	ctx, cancel := context.WithTimeout(ctx, thereTime)
	defer cancel()
	health, err := s.ports.Cloud.ClusterActive(ctx, s.cluster(c))
	if err != nil || health.Exists {
		return nil // no answer is no reason to stay with a color that is not well
	}
	return refuse(fmt.Sprintf("traffic does not go back to %s, as there is no cluster %s any more", c, s.cluster(c)),
		"mend the color that has the traffic, then have "+s.command("recover")+" end the rotation")
}

// thereTime is how long a way back waits for the platform's word that there is something to go back to.
const thereTime = 2 * time.Second

// remakeRecords has Terraform make records that somebody deleted, at weight 0 beside those that are left.
func (s *session) remakeRecords(ctx context.Context, zone string, e rotation.Effect, emit rotation.Emit) error {
	found, err := s.ports.Cloud.Weights(ctx, platform.Zone{ID: zone, Cluster: s.name(), Domain: s.Spec.Spec.Ingress.Domain})
	if err != nil {
		return fmt.Errorf("asking which records are left: %w", err)
	}
	weights := color.Weights{}
	for c := range e.Weights {
		weights[c] = found[string(c)]
	}
	if weights.Nothing() { // none is left that takes traffic
		weights = e.Weights
	}
	s.Observer.Progress("making the records anew that somebody deleted, at " + weights.String())
	if err := s.records(ctx, rotation.Effect{Phase: e.Phase, Weights: weights}, emit); err != nil {
		return fmt.Errorf("making the records anew that somebody deleted: %w", err)
	}
	return emit(ctx, journal.Event{Kind: journal.WeightsIntended, Phase: e.Phase, Weights: e.Weights})
}

// settle sends all traffic to the active color where no rotation is under way and both have some: a person who recovered
// the journal chose that color.
func (s *session) settle(ctx context.Context) error {
	active := s.state().Active
	if active == "" || s.state().Rotation != nil {
		return nil
	}
	if s.state().Exposed()[active.Other()] == 0 {
		return s.dropGone(ctx, active)
	}
	s.Observer.Progress("sending all traffic to " + string(active))
	return s.weigh(ctx, rotation.Effect{Do: rotation.Weigh, Expected: s.state().Weights, Maybe: s.state().Unsure, Weights: color.Shared(active, 100)}, s.record)
}

// dropGone has Terraform remove the record of a color that somebody deleted by hand: there is nothing that it could lead to.
func (s *session) dropGone(ctx context.Context, active color.Color) error {
	gone := active.Other()
	if _, has := s.state().Weights[gone]; !has || s.state().Colors[gone].Endpoint.DNSName != "" {
		return nil
	}
	s.Observer.Progress("removing the record of " + string(gone) + ", which is gone")
	return s.records(ctx, rotation.Effect{Weights: color.Only(active)}, s.record)
}

// setWeights writes weights where one of those is that are possible, and waits until they are served. It returns the
// time after which no resolver holds what was before.
func (s *session) setWeights(ctx context.Context, zone string, possible []color.Weights, to color.Weights) (time.Duration, error) {
	change := s.change(zone, to)
	var token platform.Token
	for i, expected := range possible {
		if err := s.valid(); err != nil {
			return 0, err
		}
		change.Expected = plain(expected)
		var err error
		token, err = s.ports.Cloud.SetWeights(ctx, change)
		var changed *platform.ChangedError
		if errors.As(err, &changed) && i < len(possible)-1 {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("setting the weights to %s: %w", to, err)
		}
		break
	}
	confirmed, err := s.ports.Cloud.Confirmed(ctx, change, token)
	if err != nil {
		return 0, fmt.Errorf("confirming the weights %s: %w", to, err)
	}
	if confirmed.Private { // its servers answer inside private networks only
		return confirmed.TTL, nil
	}
	s.Observer.Progress("asking the authoritative servers for " + to.String())
	ttl, err := s.ports.DNS.Confirm(ctx, to)
	if err != nil {
		return 0, fmt.Errorf("confirming the weights %s at the authoritative servers: %w", to, err)
	}
	return ttl, nil // as the servers' own answers have it
}

func (s *session) change(zone string, to color.Weights) platform.Change {
	change := platform.Change{ZoneID: zone, Domain: s.Spec.Spec.Ingress.Domain, New: plain(to), Fence: s.lease.Fence()}
	for _, c := range s.state().Colors {
		domain := c.Endpoint.Management.Domain
		if domain != "" && !slices.Contains(change.Management, domain) {
			change.Management = append(change.Management, domain)
		}
	}
	slices.Sort(change.Management)
	if r := s.state().Rotation; r != nil {
		change.Rotation = r.ID
	}
	return change
}

// plain is how a platform has weights.
func plain(w color.Weights) map[string]int {
	if w == nil {
		return nil
	}
	weights := make(map[string]int, len(w))
	for c, weight := range w {
		weights[string(c)] = weight
	}
	return weights
}

// zone is the platform's id of the zone. The journal has it since the foundation was applied; a way back must not
// depend on a state.
func (s *session) zone(ctx context.Context, emit rotation.Emit) (string, error) {
	if zone := s.state().Zone; zone != "" {
		return zone, nil
	}
	if zone := s.Spec.Spec.Ingress.ZoneID; zone != "" {
		return zone, nil
	}
	files, err := s.bundle(ctx, generator.Foundation)
	if err != nil {
		return "", err
	}
	stack, err := s.prepare(ctx, generator.Foundation, files, emit)
	if err != nil {
		return "", err
	}
	return zoneOf(ctx, stack)
}

// zoneOf reads the zone from the foundation's outputs.
func zoneOf(ctx context.Context, stack Stack) (string, error) {
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return "", fmt.Errorf("reading the outputs of the foundation: %w", err)
	}
	var zone string
	if err := json.Unmarshal(outputs["zone_id"], &zone); err != nil || zone == "" {
		return "", fmt.Errorf("the foundation has no output zone_id that drover can read (%w); write outputs.tf again with `drover generate`", errors.Join(err))
	}
	return zone, nil
}

// dnsServes asks whether DNS still serves what the journal has. It changes nothing.
func (s *session) dnsServes(ctx context.Context, weights color.Weights) error {
	if err := s.recordsHave(ctx, weights); err != nil {
		return err
	}
	if _, err := s.ports.DNS.Confirm(ctx, weights); err != nil {
		return fmt.Errorf("the authoritative servers do not answer %s, as the journal has it: %w", weights, err)
	}
	return nil
}

// recordsHave asks the platform whether the records have these weights.
func (s *session) recordsHave(ctx context.Context, weights color.Weights) error {
	found, err := s.recordsNow(ctx)
	if err != nil {
		return err
	}
	if !maps.Equal(found, plain(weights)) {
		return &platform.ChangedError{Name: s.Spec.Spec.Ingress.Domain, Expected: plain(weights), Found: found}
	}
	return nil
}

// recordsNow asks the platform for the weights of the records.
func (s *session) recordsNow(ctx context.Context) (map[string]int, error) {
	zone, err := s.zone(ctx, func(context.Context, journal.Event) error { return nil })
	if err != nil {
		return nil, err
	}
	domain := s.Spec.Spec.Ingress.Domain
	found, err := s.ports.Cloud.Weights(ctx, platform.Zone{ID: zone, Cluster: s.name(), Domain: domain})
	if err != nil {
		return nil, fmt.Errorf("asking for the weights of %s: %w", domain, err)
	}
	return found, nil
}
