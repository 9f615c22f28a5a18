package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// writes are the weights to set one after the other so that, in whatever
// order DNS takes the records of one write, no moment has all weights zero.
// Where no color is above zero both before and after, a first write keeps the
// falling one at 1: 99 % of the move in one write, the rest in the second.
func writes(from, to map[string]int) []map[string]int {
	for color, weight := range to {
		if weight > 0 && from[color] > 0 {
			return []map[string]int{to}
		}
	}
	first := maps.Clone(to)
	bridged := false
	for color, weight := range from {
		if weight > 0 {
			first[color], bridged = 1, true
		}
	}
	if !bridged { // nothing has traffic yet
		return []map[string]int{to}
	}
	return []map[string]int{first, to}
}

// weightsText is "blue 95, green 5", in the order of the colors' names.
func weightsText(weights map[string]int) string {
	var parts []string
	for _, color := range slices.Sorted(maps.Keys(weights)) {
		parts = append(parts, fmt.Sprintf("%s %d", color, weights[color]))
	}
	return strings.Join(parts, ", ")
}
