package platform

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// maxWeight is the highest weight: weights are shares in percent.
const maxWeight = 100

// maxComment is how much of a comment the platforms keep: Route 53 takes 256 characters, the others more.
const maxComment = 256

// Change sets the weights of all weighted records of one domain.
type Change struct {
	// ZoneID is the platform's id of the zone that holds the records. A write is never for a zone that was only found.
	ZoneID string
	// Domain is the domain that the cluster serves. Its wildcard goes the same way.
	Domain string
	// Management are the domains of the management interfaces of either color, without duplicates; their wildcards go
	// the same way. A color does not need to have records there.
	Management []string
	// Expected are the weights that the records have now, by color. nil accepts whatever they have: only a return to
	// the color of before may ask for that, where waiting for a person would cost more than overwriting.
	Expected map[string]int
	// New are the weights that the records get: whole numbers from 0 to 100, one at least above 0. It names every
	// color that has a record.
	New map[string]int
	// Fence is the fencing number of the lease under which the change is made. It is written into the platform's own
	// log of the change.
	Fence int64
	// Rotation is the id of the rotation that asks, for the same log; empty outside of one.
	Rotation string
}

// Check returns an error if the change must not be asked of any platform.
func (c Change) Check() error {
	if c.ZoneID == "" || c.Domain == "" {
		return errors.New("setting weights: no zone or no domain is given")
	}
	total := 0
	for _, color := range slices.Sorted(maps.Keys(c.New)) {
		weight := c.New[color]
		if weight < 0 || weight > maxWeight {
			return fmt.Errorf("setting the weights of %s: %s would get %d; weights are from 0 to %d", c.Domain, color, weight, maxWeight)
		}
		total += weight
	}
	if total == 0 {
		return fmt.Errorf("setting the weights of %s to %s: no color would take traffic", c.Domain, weightsText(c.New))
	}
	for _, color := range slices.Sorted(maps.Keys(c.Expected)) {
		if _, named := c.New[color]; !named {
			return fmt.Errorf("setting the weights of %s to %s: %s has a record and no new weight", c.Domain, weightsText(c.New), color)
		}
	}
	return nil
}

// Comment is what the platform's own log says of the change.
func (c Change) Comment() string {
	comment := fmt.Sprintf("drover, fence %d: %s", c.Fence, weightsText(c.New))
	if c.Rotation != "" {
		comment += ", rotation " + c.Rotation
	}
	return comment[:min(len(comment), maxComment)]
}

// Token identifies a change that was written and may not be served everywhere yet. It can be kept in the journal; only
// the platform that returned it can read it.
type Token string

// Confirmation is what a platform says of a change that all its servers serve.
type Confirmation struct {
	// Private is true if the zone answers only inside private networks. The authoritative servers cannot be asked then,
	// and this confirmation is all there is.
	Private bool
	// TTL is how long clients may go on with an answer from before the change.
	TTL time.Duration
}

// ChangedError reports that the records do not have the weights that they should have.
type ChangedError struct {
	// Name is the record's name: the domain, a management domain, or the wildcard of one.
	Name            string
	Expected, Found map[string]int
	// Err is the platform's own refusal, if the records changed between reading and writing.
	Err error
}

func (e *ChangedError) Error() string {
	text := fmt.Sprintf("the records of %s hold %s, expected %s: another process or a person changed them; look at `drover status` before you go on",
		e.Name, weightsText(e.Found), weightsText(e.Expected))
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the platform's own refusal.
func (e *ChangedError) Unwrap() error { return e.Err }

// NoRecordError reports a color that should get a weight and has no record. Terraform makes the records of a color, at
// weight 0, once the color is verified.
type NoRecordError struct {
	Color, Name string
}

func (e *NoRecordError) Error() string {
	return fmt.Sprintf("%s has no record at %s: apply the traffic root first, with %s at weight 0", e.Color, e.Name, e.Color)
}

// weightsText is "blue 95, green 5", in the order of the colors' names.
func weightsText(weights map[string]int) string {
	if len(weights) == 0 {
		return "no weights"
	}
	var parts []string
	for _, color := range slices.Sorted(maps.Keys(weights)) {
		parts = append(parts, fmt.Sprintf("%s %d", color, weights[color]))
	}
	return strings.Join(parts, ", ")
}
