// Package cost estimates what a cluster costs an hour at list prices, and what a rotation adds, from the spec alone. It is
// pure: it must never ask a cloud or a clock, and never guess a price. What it has no price for, it lists instead.
package cost

import (
	"strings"
	"time"

	"drover/generator/spec"
)

// hoursOfMonth is what AWS divides a monthly price by, as its own calculator does.
const hoursOfMonth = 730

// Estimate is what a cluster costs: the shape of `cost` in `plan --output json`. Amounts are in USD.
type Estimate struct {
	PricesOf   string   `json:"pricesOf"`   // the date of the price list
	Region     string   `json:"region"`     // whose prices these are
	Regional   bool     `json:"regional"`   // whether drover has the region's prices; if not, only what costs the same everywhere is in the sums
	Standing   Bill     `json:"standing"`   // foundation, one color and traffic
	Color      Bill     `json:"color"`      // the part of it that a color is, and a second one costs again
	Rotation   Rotation `json:"rotation"`   // what a rotation adds
	Unknown    []string `json:"unknown"`    // resources of this spec that this drover has no price for
	NotCounted []string `json:"notCounted"` // what depends on use, which no spec says
}

// Bill is a sum and what it is made of.
type Bill struct {
	Hourly float64 `json:"hourly"`
	Lines  []Line  `json:"lines"`
}

// Line is some resources of one kind.
type Line struct {
	Root   string  `json:"root"` // foundation, color or traffic
	What   string  `json:"what"`
	Count  float64 `json:"count"`
	Each   float64 `json:"each"` // USD an hour
	Hourly float64 `json:"hourly"`
}

// Rotation is the time that a second color stands, and its price. Waiting for people is not in it.
type Rotation struct {
	Hours float64 `json:"hours"`
	Total float64 `json:"total"`
}

// working is what building, verifying, draining and destroying a color take together: on AWS a control plane takes some
// ten minutes to come and to go, nodes five, and draining the old color a few.
const working = time.Hour

// Of estimates the cost of a cluster at a time, which decides what of Kubernetes is in extended support. known is false
// for a platform that has no prices here, and for AWS in China.
func Of(c spec.Cluster, at time.Time) (e Estimate, known bool) {
	if c.Spec.Platform != spec.AWS || strings.HasPrefix(c.Spec.Region, "cn-") { // AWS in China has a price list of its own, in yuan
		return Estimate{}, false
	}
	b := &bill{prices: awsPrices(c.Spec.Region)}
	b.awsFoundation(c.Spec)
	b.awsColor(c, at)
	b.awsTraffic(c.Spec)
	_, regional := byRegion[c.Spec.Region]
	e = Estimate{PricesOf: pricesOf, Region: c.Spec.Region, Regional: regional, Unknown: b.unknown, NotCounted: awsNotCounted(c.Spec)}
	e.Standing = sum(b.lines, "")
	e.Color = sum(b.lines, inColor)
	e.Rotation.Hours = standsTwice(c.Spec.Rotation).Hours()
	e.Rotation.Total = e.Rotation.Hours * e.Color.Hourly
	return e, true
}

// standsTwice is how long both colors stand in a rotation that waits for nobody: the old one is kept from the end of the
// shift on, and soak is a part of that time or longer than it.
func standsTwice(r spec.Rotation) time.Duration {
	stands := working + max(r.Soak.Std(), r.KeepBlue.Std())
	for range r.Traffic.Steps {
		stands += r.Traffic.Interval.Std()
	}
	return stands
}

// The roots that lines are of.
const (
	inFoundation = "foundation"
	inColor      = "color"
	inTraffic    = "traffic"
)

// bill is an estimate in the making.
type bill struct {
	prices  prices
	lines   []Line
	unknown []string
}

// add adds resources of one kind, and lists them instead if they have no price. What there is none of costs nothing.
func (b *bill) add(root, what string, count, each float64) {
	switch {
	case count == 0:
	case each == 0:
		b.unknown = append(b.unknown, root+": "+what)
	default:
		b.lines = append(b.lines, Line{Root: root, What: what, Count: count, Each: each, Hourly: count * each})
	}
}

// sum adds up the lines of a root, or all of them.
func sum(lines []Line, root string) Bill {
	b := Bill{Lines: []Line{}}
	for _, l := range lines {
		if root == "" || l.Root == root {
			b.Lines = append(b.Lines, l)
			b.Hourly += l.Hourly
		}
	}
	return b
}
