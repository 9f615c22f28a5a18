package weights

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/platform"
)

// One rotation and its way back. The steps follow one another on one zone, because Terraform takes half a minute for a
// record.
func TestTerraformHasNothingToChangeAfterTheWeightsWereSet(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.add("blue", 100, true)
	if actions := c.plan(); len(actions) == 0 {
		t.Fatal("the first plan makes nothing")
	}
	c.apply()
	c.set(map[string]int{"blue": 100})
	c.unchanged("after the first creation, and its weights written again")

	c.add("green", 0, true)
	c.onlyOf("create", "green")
	c.apply()
	for _, green := range []int{5, 100} {
		if said := c.set(map[string]int{"blue": 100 - green, "green": green}); said.Private || said.TTL != time.Minute {
			t.Errorf("confirmed as %+v", said)
		}
		c.unchanged(fmt.Sprintf("with green at %d", green))
	}
	c.followed()
	c.drained()
	c.managementOfOneColor()
}

// drained stops the probes of blue, takes it out, and watches that green keeps all of the traffic.
func (c *cluster) drained() {
	c.t.Helper()
	blue := c.colors["blue"]
	blue.Probe = false
	c.colors["blue"] = blue
	if got := c.plan(); !maps.Equal(got, map[string]string{`module.traffic.aws_route53_health_check.this["blue"]`: "update"}) {
		c.t.Errorf("to stop the probes of blue, Terraform plans %v", got)
	}
	delete(c.colors, "blue")
	c.onlyOf("delete", "blue")
	watched := c.watch()
	c.apply()
	samples := watched()
	for _, weights := range samples {
		if weights["green"] != 100 {
			c.t.Errorf("while blue was taken out, the zone had %v", weights)
		}
	}
	if len(samples) < 3 {
		c.t.Errorf("%d samples are too few to have seen the apply", len(samples))
	}
	if last := samples[len(samples)-1]; !maps.Equal(last, map[string]int{"green": 100}) {
		c.t.Errorf("in the end the zone has %v", last)
	}
}

// onlyOf plans, and fails unless all that changes is one action on things of one color.
func (c *cluster) onlyOf(action, color string) {
	c.t.Helper()
	actions := c.plan()
	if len(actions) < 4 {
		c.t.Errorf("Terraform plans %v, and less than the four records of %s", actions, color)
	}
	for address, got := range actions {
		if got != action || !strings.Contains(address, `["`+color) {
			c.t.Errorf("Terraform plans to %s %s, where all it should do is to %s what is %s's", got, address, action, color)
		}
	}
}

// watch asks for the weights until it is told to stop, and then once more.
func (c *cluster) watch() (stop func() []map[string]int) {
	ctx, cancel := context.WithCancel(c.t.Context())
	samples := make(chan []map[string]int)
	go func() {
		var seen []map[string]int
		for {
			ended := ctx.Err() != nil
			weights, err := c.platform.Weights(c.t.Context(), platform.Zone{ID: c.zone, Domain: domain})
			if err != nil {
				c.t.Errorf("asking for the weights: %v", err)
			}
			seen = append(seen, weights)
			if ended {
				samples <- seen
				return
			}
		}
	}()
	return func() []map[string]int {
		cancel()
		return <-samples
	}
}

// managementOfOneColor holds that a color which alone has management interfaces loses their names with its traffic, as in
// Terraform's configuration, and that Terraform makes them again. The next blue has none.
func (c *cluster) managementOfOneColor() {
	c.t.Helper()
	c.add("blue", 0, false)
	c.plan()
	c.apply()
	c.set(map[string]int{"blue": 100, "green": 0})
	c.unchanged("after the color with management lost its traffic")

	c.set(map[string]int{"blue": 95, "green": 5})
	want := []string{`module.traffic.aws_route53_record.management["green/apex"]`, `module.traffic.aws_route53_record.management["green/wildcard"]`}
	if got := c.plan(); !slices.Equal(slices.Sorted(maps.Keys(got)), want) || got[want[0]] != "create" {
		c.t.Errorf("after it got traffic again, Terraform plans %v; it should make the management records alone", got)
	}
}
