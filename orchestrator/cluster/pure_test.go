package cluster

import (
	"maps"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"drover/orchestrator/color"
	"drover/orchestrator/journal"
)

func change(actions tfjson.Actions, cluster, color string) *tfjson.ResourceChange {
	values := map[string]any{"tags_all": map[string]any{clusterTag: cluster, colorTag: color}}
	return &tfjson.ResourceChange{Address: "a", Change: &tfjson.Change{Actions: actions, Before: values, After: values}}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	create, update, remove := tfjson.Actions{tfjson.ActionCreate}, tfjson.Actions{tfjson.ActionUpdate}, tfjson.Actions{tfjson.ActionDelete}
	replace := tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
	untagged := &tfjson.ResourceChange{Address: "attachment", Change: &tfjson.Change{Actions: remove, Before: map[string]any{}}}
	lifts := func(p *tfjson.Plan, _, _ string) error { return liftsOnly(p) }
	inPlaceOnly := func(p *tfjson.Plan, cluster, color string) error { return inPlace(p, cluster, color) }
	for name, c := range map[string]struct {
		guard  planGuard
		change *tfjson.ResourceChange
		refuse string // a part of the reason; empty where it is allowed
	}{
		"destroy deletes its own":             {deletesOnly, change(remove, "shop", "blue"), ""},
		"destroy deletes what has no tags":    {deletesOnly, untagged, ""},
		"destroy does not delete green":       {deletesOnly, change(remove, "shop", "green"), `"green"`},
		"destroy does not delete the others'": {deletesOnly, change(remove, "other", "blue"), `"other"`},
		"destroy does not update":             {deletesOnly, change(update, "shop", "blue"), "only deletes"},
		"destroy does not replace":            {deletesOnly, change(replace, "shop", "blue"), "only deletes"},
		"build creates":                       {buildsOnly, change(create, "shop", "blue"), ""},
		"build repairs":                       {buildsOnly, change(replace, "shop", "blue"), ""},
		"build does not delete":               {buildsOnly, change(remove, "shop", "blue"), "delete a"},
		"build makes only its own":            {buildsOnly, change(create, "shop", "green"), `"green"`},
		"lifting updates":                     {lifts, change(update, "shop", "blue"), ""},
		"lifting does not delete":             {lifts, change(remove, "shop", "blue"), "delete a"},
		"lifting does not replace":            {lifts, change(replace, "shop", "blue"), "replace a"},
		"lifting does not create":             {lifts, change(create, "shop", "blue"), "create a"},
		"apply updates":                       {inPlaceOnly, change(update, "shop", "blue"), ""},
		"apply does not replace":              {inPlaceOnly, change(replace, "shop", "blue"), "replace a"},
		"apply does not delete":               {inPlaceOnly, change(remove, "shop", "blue"), "delete a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.guard(&tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{c.change}}, "shop", "blue")
			if c.refuse == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.refuse != "" && (err == nil || !strings.Contains(err.Error(), c.refuse)) {
				t.Errorf("got %v, want a refusal that names %s", err, c.refuse)
			}
		})
	}
}

func TestNoPlanOfTheRecordsTakesAColorWithTrafficOut(t *testing.T) {
	t.Parallel()
	remove, update := tfjson.Actions{tfjson.ActionDelete}, tfjson.Actions{tfjson.ActionUpdate}
	replace := tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
	record := func(actions tfjson.Actions, key string) *tfjson.Plan {
		return &tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{{Address: `module.traffic.aws_route53_record.this["` + key + `"]`, Change: &tfjson.Change{Actions: actions}}}}
	}
	for name, c := range map[string]struct {
		plan             *tfjson.Plan
		exposed, weights color.Weights
		refused          bool
	}{
		"the record of weight 0 goes":        {record(remove, "blue/apex"), color.Weights{"blue": 0, "green": 100}, color.Only("green"), false},
		"a record with traffic goes":         {record(remove, "blue/apex"), color.Weights{"blue": 10, "green": 100}, color.Only("green"), true},
		"its wildcard":                       {record(remove, "blue/wildcard"), color.Weights{"blue": 10}, color.Only("green"), true},
		"a record with traffic is replaced":  {record(replace, "green/apex"), color.Weights{"green": 100}, color.Only("green"), true},
		"one that is to have it is replaced": {record(replace, "green/apex"), color.Weights{}, color.Only("green"), true},
		"its record of IPv6":                 {&tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{{Address: `module.traffic.aws_route53_record.ipv6["blue/apex"]`, Change: &tfjson.Change{Actions: remove}}}}, color.Weights{"blue": 100}, color.Only("blue"), true},
		"a record with traffic is updated":   {record(update, "green/apex"), color.Weights{"green": 100}, color.Only("green"), false},
	} {
		if err := keepsServing(c.plan, c.exposed, c.weights); (err != nil) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheColorsFileNeedsAnEndpointForEveryColor(t *testing.T) {
	t.Parallel()
	colors := map[color.Color]journal.Color{"blue": {Endpoint: journal.Endpoint{DNSName: "b.lb", ZoneID: "Z"}}}
	if _, err := colorsVariable(color.Weights{"blue": 90, "green": 10}, colors); err == nil {
		t.Error("a color without a load balancer got traffic")
	}
	data, err := colorsVariable(color.Weights{"blue": 100}, colors)
	if err != nil || !strings.Contains(string(data), `"weight": 100`) || strings.Contains(string(data), "ipv6") {
		t.Errorf("got %s, %v", data, err)
	}
	colors["blue"] = journal.Color{Endpoint: journal.Endpoint{DNSName: "b.lb", ZoneID: "Z", IPv6: true}}
	if data, err := colorsVariable(color.Weights{"blue": 100}, colors); err != nil || !strings.Contains(string(data), `"ipv6": true`) {
		t.Errorf("a color that is reached by IPv6 is written as %s, %v", data, err)
	}
}

// What a color was built by is told for its whole life, whatever is under way.
func TestTheOriginOfAColorStays(t *testing.T) {
	t.Parallel()
	events := []journal.Event{
		{Kind: journal.Applied, Root: "blue", Version: "1.32", Revision: "first", Time: time.Unix(1, 0)},
		{Kind: journal.Applied, Root: "blue", Version: "1.32", Revision: "second", Time: time.Unix(2, 0)},
		{Kind: journal.RotationStarted, Rotation: "r1", From: "blue", To: "green"},
	}
	state := journal.Fold(events)
	if got := originOf(state, "blue", "third"); !maps.Equal(got, map[string]string{revisionTag: "first"}) {
		t.Errorf("blue: %v", got)
	}
	want := map[string]string{revisionTag: "third", rotationTag: "r1"}
	if got := originOf(state, "green", "third"); !maps.Equal(got, want) {
		t.Errorf("green before it stands: %v", got)
	}
	state.Add(journal.Event{Kind: journal.Applied, Root: "green", Rotation: "r1", Version: "1.33", Revision: "third", Time: time.Unix(3, 0)})
	state.Add(journal.Event{Kind: journal.RotationFinished, Rotation: "r1"})
	if got := originOf(state, "green", "fourth"); !maps.Equal(got, want) {
		t.Errorf("green once it stands: %v", got)
	}
}
