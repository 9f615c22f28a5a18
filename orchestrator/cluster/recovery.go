package cluster

import (
	"fmt"
	"slices"
	"strings"

	"drover/generator"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

var bothColors = []color.Color{color.Blue, color.Green}

// recovery gives the events that, written after those of the journal, describe what is there. It is pure. A rotation
// under way ends, as nobody knows how far it came: the next one begins anew. active is the color that a person wants to
// have all traffic, where both have some.
func recovery(s journal.State, r remains, active color.Color) ([]journal.Event, error) {
	serving, err := servingColor(r.weights, active)
	if err != nil {
		return nil, err
	}
	if err := r.managed(); err != nil {
		return nil, err
	}
	var events []journal.Event
	if rotation := s.Rotation; rotation != nil {
		events = append(events, journal.Event{Kind: journal.RotationFinished, Rotation: rotation.ID, Outcome: journal.Failed,
			From: rotation.From, To: rotation.To, Detail: "the journal was recovered from what was there"})
	}
	events = append(events, ofFoundation(s, r)...)
	for _, c := range bothColors {
		events = append(events, ofColor(s, c, r.colors[c], r.bundles[root(c)])...)
	}
	return append(events, ofTraffic(s, r, serving)...), nil
}

// ofTraffic describes the weights, and who is active by them. Where both colors have traffic, the one that a person
// chose is to have all of it, which the next command that acts sees to.
func ofTraffic(s journal.State, r remains, serving color.Color) []journal.Event {
	root, bundle := string(generator.Traffic), r.bundles[generator.Traffic]
	var events []journal.Event
	if len(r.weights) == 0 || s.Open[root] != "" {
		if len(s.Weights) > 0 || len(s.Unsure) > 0 || s.Open[root] != "" {
			events = append(events, journal.Event{Kind: journal.Destroyed, Root: root, Detail: "recovered"})
		}
		if len(r.weights) == 0 && r.traffic > 0 {
			events = append(events, journal.Event{Kind: journal.ApplyIntended, Root: root, Bundle: bundle, Detail: "recovered"})
		}
	}
	if len(r.weights) == 0 {
		return events
	}
	if bundle != "" && (s.Bundles[root] == "" || len(events) > 0) {
		events = append(events, journal.Event{Kind: journal.Rendered, Root: root, Bundle: bundle})
	}
	events = append(events, journal.Event{Kind: journal.Weights, Weights: r.weights})
	if serving != "" { // also where it was: what describes its color anew ends that
		events = append(events, journal.Event{Kind: journal.Activated, From: s.Active, To: serving})
	}
	if serving != "" && r.weights[serving.Other()] > 0 {
		events = append(events, journal.Event{Kind: journal.WeightsIntended, Weights: color.Weights{serving: 100, serving.Other(): 0}})
	}
	return events
}

// servingColor is the color that has the traffic; where both have some, a person says which shall have it.
func servingColor(weights color.Weights, chosen color.Color) (color.Color, error) {
	var serving []color.Color
	for _, c := range bothColors {
		if weights[c] > 0 {
			serving = append(serving, c)
		}
	}
	switch {
	case chosen != "" && !slices.Contains(serving, chosen):
		return "", refuse(fmt.Sprintf("%s has no traffic (DNS has %s)", chosen, weights), "name a color that has some with --active")
	case chosen != "":
		return chosen, nil
	case len(serving) > 1:
		return "", refuse("both colors have traffic ("+weights.String()+")", "name the one that is to have all of it with --active blue or --active green")
	case len(serving) == 1:
		return serving[0], nil
	}
	return "", nil
}

// managed refuses what no journal can be written for: what Terraform does not know, drover cannot change or destroy.
func (r remains) managed() error {
	var lost []string
	for _, c := range bothColors {
		if has := r.colors[c]; has.Exists && has.resources == 0 {
			lost = append(lost, fmt.Sprintf("%s (the cluster %s exists)", c, has.Name))
		}
		if r.colors[c].resources > 0 && r.foundation == 0 && !slices.Contains(lost, "foundation") {
			lost = append(lost, "foundation")
		}
	}
	if len(r.weights) > 0 && r.traffic == 0 {
		lost = append(lost, "traffic (DNS has "+r.weights.String()+")")
	}
	if len(lost) == 0 {
		return nil
	}
	return refuse("the Terraform state is empty, or its directory is not there, of "+strings.Join(lost, " and "), "restore those first; recover writes a journal, not a state")
}

// ofFoundation has the journal say whether the foundation stands, with its zone and files.
func ofFoundation(s journal.State, r remains) []journal.Event {
	root := string(generator.Foundation)
	stands, bundle := r.foundation > 0, r.bundles[generator.Foundation]
	switch {
	case stands && (!s.Foundation() || s.Bundles[root] == "" || s.Zone != r.zone):
		return []journal.Event{{Kind: journal.Applied, Root: root, Zone: r.zone, Bundle: bundle, Detail: "recovered"}}
	case !stands && s.Foundation():
		return []journal.Event{{Kind: journal.Destroyed, Root: root, Detail: "recovered"}}
	}
	return nil
}

func ofColor(s journal.State, c color.Color, has standing, bundle string) []journal.Event {
	root := string(c)
	have, known := s.Colors[c]
	same := known && (has.Revision == "" || (have.BuiltFrom == has.Revision && have.BuiltBy == has.Rotation))
	if has.Exists && same && s.Open[root] == "" && s.Bundles[root] != "" {
		return nil
	}
	var events []journal.Event
	if known || s.Open[root] != "" { // it is forgotten, and then described anew
		events = append(events, journal.Event{Kind: journal.Destroyed, Root: root, Detail: "recovered"})
	}
	switch {
	case has.Exists && has.endpoint != nil:
		events = append(events, journal.Event{Time: has.created, Kind: journal.Applied, Root: root, Version: has.Version, Revision: has.Revision,
			Rotation: has.Rotation, Bundle: bundle, Endpoint: has.endpoint, Detail: "recovered"})
	case has.resources > 0: // half built, or half destroyed: the next build removes it first
		events = append(events, journal.Event{Kind: journal.ApplyIntended, Root: root, Version: has.Version, Bundle: bundle, Detail: "recovered"})
	}
	return events
}
