package orchestrator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
)

// standing is what stands of a color, as recover found it.
type standing struct {
	reconcile.Cluster
	resources int // in its state
	endpoint  *journal.Endpoint
	created   time.Time
}

// remains is what stands of a cluster, as recover found it.
type remains struct {
	foundation, traffic int // resources in the states
	colors              map[string]standing
	weights             map[string]int
}

// recovery gives the events that, written after those of the journal, describe what is there. It is pure. A rotation
// under way ends, as nobody knows how far it came: the next one begins anew. active is the color that a person wants to
// have all traffic, where both have some.
func recovery(s journal.State, r remains, active string) ([]journal.Event, error) {
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
	events = append(events, ofRoot(generator.Foundation, s.Foundation, r.foundation > 0)...)
	for _, color := range reconcile.Colors {
		events = append(events, ofColor(s, color, r.colors[color])...)
	}
	return append(events, ofTraffic(s, r, serving)...), nil
}

// ofTraffic describes the weights, and who is active by them. Where both colors have traffic, the one that a person
// chose is to have all of it, which the next command that acts sees to.
func ofTraffic(s journal.State, r remains, serving string) []journal.Event {
	root := string(generator.Traffic)
	var events []journal.Event
	if len(r.weights) == 0 || s.Open[root] != "" {
		if len(s.Weights) > 0 || s.Intended != nil || s.Open[root] != "" {
			events = append(events, journal.Event{Kind: journal.Destroyed, Root: root, Detail: "recovered"})
		}
		if len(r.weights) == 0 && r.traffic > 0 {
			events = append(events, journal.Event{Kind: journal.ApplyIntended, Root: root, Detail: "recovered"})
		}
	}
	if len(r.weights) == 0 {
		return events
	}
	events = append(events, journal.Event{Kind: journal.Weights, Weights: r.weights})
	if serving != "" { // also where it was: what describes its color anew ends that
		events = append(events, journal.Event{Kind: journal.Activated, From: s.Active, To: serving})
	}
	if serving != "" && r.weights[other(serving)] > 0 {
		events = append(events, journal.Event{Kind: journal.WeightsIntended, Weights: map[string]int{serving: 100, other(serving): 0}})
	}
	return events
}

// servingColor is the color that has the traffic; where both have some, a person says which shall have it.
func servingColor(weights map[string]int, chosen string) (string, error) {
	var serving []string
	for _, color := range reconcile.Colors {
		if weights[color] > 0 {
			serving = append(serving, color)
		}
	}
	switch {
	case chosen != "" && !slices.Contains(serving, chosen):
		return "", &Refused{fmt.Sprintf("%s has no traffic (DNS has %s)", chosen, weightsText(weights)), "name a color that has some with --active"}
	case chosen != "":
		return chosen, nil
	case len(serving) > 1:
		return "", &Refused{"both colors have traffic (" + weightsText(weights) + ")", "name the one that is to have all of it with --active blue or --active green"}
	case len(serving) == 1:
		return serving[0], nil
	}
	return "", nil
}

// managed refuses what no journal can be written for: what Terraform does not know, drover cannot change or destroy.
func (r remains) managed() error {
	var lost []string
	for _, color := range reconcile.Colors {
		if c := r.colors[color]; c.Exists && c.resources == 0 {
			lost = append(lost, fmt.Sprintf("%s (the cluster %s exists)", color, c.Name))
		}
		if r.colors[color].resources > 0 && r.foundation == 0 && !slices.Contains(lost, "foundation") {
			lost = append(lost, "foundation")
		}
	}
	if len(r.weights) > 0 && r.traffic == 0 {
		lost = append(lost, "traffic (DNS has "+weightsText(r.weights)+")")
	}
	if len(lost) == 0 {
		return nil
	}
	return &Refused{"the Terraform state is empty, or its directory is not there, of " + strings.Join(lost, " and "), "restore those first; recover writes a journal, not a state"}
}

// ofRoot has the journal say of a root without a color whether it stands.
func ofRoot(root generator.Root, known, stands bool) []journal.Event {
	switch {
	case stands && !known:
		return []journal.Event{{Kind: journal.Applied, Root: string(root), Detail: "recovered"}}
	case !stands && known:
		return []journal.Event{{Kind: journal.Destroyed, Root: string(root), Detail: "recovered"}}
	}
	return nil
}

func ofColor(s journal.State, color string, c standing) []journal.Event {
	have, known := s.Colors[color]
	same := known && (c.Revision == "" || (have.BuiltFrom == c.Revision && have.BuiltBy == c.Rotation))
	if c.Exists && same && s.Open[color] == "" {
		return nil
	}
	var events []journal.Event
	if known || s.Open[color] != "" { // it is forgotten, and then described anew
		events = append(events, journal.Event{Kind: journal.Destroyed, Root: color, Detail: "recovered"})
	}
	switch {
	case c.Exists && c.endpoint != nil:
		events = append(events, journal.Event{Time: c.created, Kind: journal.Applied, Root: color, Version: c.Version, Revision: c.Revision,
			Rotation: c.Rotation, Endpoint: c.endpoint, Detail: "recovered"})
	case c.resources > 0: // half built, or half destroyed: the next build removes it first
		events = append(events, journal.Event{Kind: journal.ApplyIntended, Root: color, Version: c.Version, Detail: "recovered"})
	}
	return events
}
