// Package reconcile compares what a cluster's journal adds up to with what is there: Terraform states, clusters in the
// account and weights in DNS. It is pure, and asks nothing itself; it must never take a source that was not asked for
// one that holds nothing.
package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The roots that are not a color.
const (
	foundation = "foundation"
	traffic    = "traffic"
)

// Colors are the two slots of a cluster.
var Colors = []string{"blue", "green"}

// Known is what a cluster's journal adds up to.
type Known struct {
	Cluster    string
	Empty      bool // the journal holds no event at all
	Active     string
	Colors     map[string]Color // those that stand
	Foundation bool             // it was applied, in whole or in part
	Weights    map[string]int   // as last confirmed
	Unsure     []map[string]int // intended since then, oldest first: DNS may have any of them
	Open       map[string]Intent
	Rotation   *Rotation // the one under way; nil if there is none
}

// Color is what the journal holds of a color that stands.
type Color struct {
	Version  string
	Revision string // that it was built from
	Rotation string // that it was built by; empty for a first build
}

// Intent is a change of a root that was recorded before it was made, and whose outcome was not. Whether it was made is
// not known.
type Intent string

// The intents.
const (
	Apply   Intent = "apply"
	Destroy Intent = "destroy"
)

// Rotation is a rotation under way. What it builds or destroys is among the open intents.
type Rotation struct{ ID, From, To string }

// Seen is what is there. A source that was not asked has no entry.
type Seen struct {
	Roots    map[string]Root    // by root
	Clusters map[string]Cluster // by color
	Weights  map[string]int     // of the domain's records, by color; nil: not asked
	Tagged   []string           // what carries the cluster's tag; asked only if the journal is empty
}

// ToRollBack leaves what sending all traffic back to a color relies on. What is wrong with the new color must not be in the
// way, and neither must weights that somebody changed by hand in an emergency: as long as the old color has a record, in
// whatever weight, its destruction has not begun, as that takes the record first.
func (s Seen) ToRollBack(color string) Seen {
	left := Seen{Roots: map[string]Root{}, Clusters: map[string]Cluster{}, Weights: s.Weights}
	if root, asked := s.Roots[traffic]; asked {
		left.Roots[traffic] = root
	}
	if cluster, asked := s.Clusters[color]; asked {
		left.Clusters[color] = cluster
	}
	if _, has := s.Weights[color]; has {
		left.Weights = nil
	}
	return left
}

// Root is a root's state.
type Root struct {
	NoFiles   bool // its directory is not there, so that its state was not read
	Resources int  // that Terraform manages
}

// Cluster is a color's cluster on the platform.
type Cluster struct {
	Name     string
	Exists   bool
	Version  string
	Revision string // by its tags; empty if it has none
	Rotation string
}

// Disagreement is one thing in which the journal and what is there differ.
type Disagreement struct {
	Journal string `json:"journal"` // what the journal says
	Seen    string `json:"seen"`    // what is there
	Do      string `json:"do"`      // what a person does about it
}

// String is what differs, without what to do.
func (d Disagreement) String() string {
	return fmt.Sprintf("%s, but %s", d.Journal, d.Seen)
}

// Compare lists every disagreement, roots first, then clusters, then DNS. What a process that was killed in the middle
// of an effect leaves is none: between an intent and its outcome, both before and after are expected.
func Compare(k Known, s Seen) []Disagreement {
	var found []Disagreement
	for _, root := range []string{foundation, "blue", "green", traffic} {
		if seen, asked := s.Roots[root]; asked {
			found = append(found, k.compareRoot(root, seen)...)
		}
	}
	for _, color := range Colors {
		if seen, asked := s.Clusters[color]; asked {
			found = append(found, k.compareCluster(color, seen)...)
		}
	}
	if s.Weights != nil {
		found = append(found, k.compareWeights(s.Weights)...)
	}
	if len(found) == 0 && k.Empty && len(s.Tagged) > 0 {
		found = append(found, k.strangers(s.Tagged))
	}
	return found
}

func (k Known) compareRoot(root string, seen Root) []Disagreement {
	switch {
	case seen.NoFiles && k.mustStand(root):
		return []Disagreement{{k.says(root), fmt.Sprintf("the directory of %s is not there, so that its state cannot be read", root), "restore that directory, from version control or a backup"}}
	case seen.Resources > 0 && !k.MayStand(root):
		return []Disagreement{{k.says(root), fmt.Sprintf("the Terraform state of %s holds %s", root, count(seen.Resources, "resource")), restoreJournal}}
	case !seen.NoFiles && seen.Resources == 0 && k.mustStand(root):
		return []Disagreement{{k.says(root), "the Terraform state of " + root + " is empty",
			"restore that state from a backup, or, if the journal is older than the state, restore a newer journal"}}
	}
	return nil
}

func (k Known) compareCluster(color string, seen Cluster) []Disagreement {
	switch {
	case seen.Exists && !k.MayStand(color):
		return []Disagreement{{k.says(color), fmt.Sprintf("the cluster %s exists%s", seen.Name, at(seen.Version)), restoreJournal}}
	case !seen.Exists && k.mustStand(color):
		return []Disagreement{{k.says(color), fmt.Sprintf("there is no cluster %s", seen.Name),
			"restore a newer journal; if the cluster was deleted by hand, restore it with `terraform apply` in the root of " + color}}
	case !seen.Exists:
		return nil
	}
	have, stands := k.Colors[color]
	if !stands || seen.Revision == "" || (seen.Revision == have.Revision && seen.Rotation == have.Rotation) {
		return nil
	}
	return []Disagreement{{fmt.Sprintf("the journal says that %s was built from %s", color, origin(have.Revision, have.Rotation)),
		fmt.Sprintf("the tags of %s say %s", seen.Name, origin(seen.Revision, seen.Rotation)), restoreJournal}}
}

// compareWeights allows each color its weight of before and those that were intended since.
func (k Known) compareWeights(seen map[string]int) []Disagreement {
	for _, color := range colorsIn(append([]map[string]int{k.Weights, seen}, k.Unsure...)...) {
		got := weightOf(seen, color)
		intended := slices.ContainsFunc(k.Unsure, func(weights map[string]int) bool { return got == weightOf(weights, color) })
		removed := k.Open[traffic] == Destroy && got == none
		if got != weightOf(k.Weights, color) && !intended && !removed {
			do := "if somebody changed the records, set them back; if not, " + restoreJournal
			if k.Empty {
				do = restoreJournal
			}
			return []Disagreement{{k.saysWeights(), "the records in DNS have " + text(seen), do}}
		}
	}
	return nil
}

func (k Known) saysWeights() string {
	switch {
	case k.Empty:
		return empty
	case len(k.Unsure) > 0:
		return fmt.Sprintf("the journal says that DNS has %s, or is on the way to %s", text(k.Weights), text(k.Unsure[len(k.Unsure)-1]))
	}
	return "the journal says that DNS has " + text(k.Weights)
}

// strangers is what carries the cluster's tag while the journal, the states, the clusters and DNS know of nothing.
func (k Known) strangers(tagged []string) Disagreement {
	const most = 5
	named := tagged
	if len(named) > most {
		named = append(slices.Clone(named[:most]), fmt.Sprintf("and %d more", len(tagged)-most))
	}
	return Disagreement{empty, fmt.Sprintf("%s in the account with the tag drover:cluster=%s (%s)", count(len(tagged), "resource"), k.Cluster, strings.Join(named, ", ")),
		restoreJournal + "; what was deleted less than an hour ago may still be listed"}
}

const empty = "the journal is empty"

const restoreJournal = "restore the newest journal, from a backup or from the machine that built it"

// mustStand is true for what the journal relies upon: it has traffic, a rotation may go back to it, or others stand on it.
func (k Known) mustStand(root string) bool {
	if k.Open[root] == Destroy {
		return false
	}
	switch root {
	case foundation: // alone too, unless the apply that makes it was cut off
		return len(k.Colors) > 0 || k.Foundation && k.Open[foundation] == ""
	case traffic:
		return len(k.Weights) > 0
	}
	if _, stands := k.Colors[root]; !stands {
		return false
	}
	goBackTo := k.Rotation != nil && k.Rotation.From == root
	sentTo := slices.ContainsFunc(k.Unsure, func(weights map[string]int) bool { return weights[root] > 0 })
	return goBackTo || k.Active == root || k.Weights[root] > 0 || sentTo
}

// MayStand is true for what the journal knows of, in whole or in part.
func (k Known) MayStand(root string) bool {
	_, stands := k.Colors[root]
	if stands || k.Open[root] != "" {
		return true
	}
	switch root {
	case foundation:
		return k.Foundation || len(k.Colors) > 0
	case traffic:
		return len(k.Weights) > 0 || len(k.Unsure) > 0
	}
	return false
}

// says is what the journal holds of a root.
func (k Known) says(root string) string {
	switch {
	case k.Empty:
		return empty
	case root == k.Active:
		return "the journal says that " + root + " is active" + at(k.Colors[root].Version)
	case root == traffic && k.mustStand(traffic):
		return "the journal says that DNS has " + text(k.Weights)
	case k.Rotation != nil && k.Rotation.From == root && k.mustStand(root):
		return fmt.Sprintf("the journal says that %s stands until rotation %s destroys it", root, k.Rotation.ID)
	case k.mustStand(root):
		return "the journal says that " + root + " stands"
	}
	return "the journal says that " + root + " was never built, or was destroyed"
}

// none is the weight of a color without a record.
const none = -1

func weightOf(weights map[string]int, color string) int {
	if weight, has := weights[color]; has {
		return weight
	}
	return none
}

func colorsIn(all ...map[string]int) []string {
	names := map[string]bool{}
	for _, weights := range all {
		for color := range weights {
			names[color] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func text(weights map[string]int) string {
	if len(weights) == 0 {
		return "no weights"
	}
	var parts []string
	for _, color := range slices.Sorted(maps.Keys(weights)) {
		parts = append(parts, fmt.Sprintf("%s %d", color, weights[color]))
	}
	return strings.Join(parts, ", ")
}

func origin(revision, rotation string) string {
	if rotation == "" {
		return "revision " + revision + " by a first build"
	}
	return "revision " + revision + " by rotation " + rotation
}

func at(version string) string {
	if version == "" {
		return ""
	}
	return " at Kubernetes " + version
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
