// Package color names the two slots that clusters of one name live in, and how traffic is divided between them.
// It must never know what a color is made of.
package color

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Color is one of the two slots.
type Color string

// The two colors.
const (
	Blue  Color = "blue"
	Green Color = "green"
)

// Other is the color that c is not.
func (c Color) Other() Color {
	if c == Blue {
		return Green
	}
	return Blue
}

// Weights is the share of traffic of each color that has a weighted record, in percent. A color without a record is
// not in it, which is not the same as a weight of zero: a platform may answer a record of weight zero when no other
// color is healthy.
type Weights map[Color]int

// Only gives c all traffic, with no record of any other color.
func Only(c Color) Weights { return Weights{c: 100} }

// Shared gives c the share in percent, and the rest to the other color.
func Shared(c Color, share int) Weights { return Weights{c: share, c.Other(): 100 - share} }

// String is "blue 95, green 5", in the order of the colors' names.
func (w Weights) String() string {
	var parts []string
	for _, c := range slices.Sorted(maps.Keys(w)) {
		parts = append(parts, fmt.Sprintf("%s %d", c, w[c]))
	}
	return strings.Join(parts, ", ")
}

// Equal is true if both have the same records with the same weights.
func (w Weights) Equal(other Weights) bool { return maps.Equal(w, other) }

// SameRecords is true if both have records of the same colors, at whatever weights.
func (w Weights) SameRecords(other Weights) bool {
	for c := range w {
		if _, has := other[c]; !has {
			return false
		}
	}
	return len(w) == len(other)
}

// Nothing is true if no color has any traffic.
func (w Weights) Nothing() bool {
	for _, weight := range w {
		if weight > 0 {
			return false
		}
	}
	return true
}
