package spec

import (
	"fmt"
	"slices"
)

// latency checks the percentiles of responses.
func (v *validator) latency(path string, l Latency) {
	if l == (Latency{}) && !v.failedWithin(path) {
		v.wrong(path, path+" bounds nothing", "write latency: {p95: 300ms}")
	}
	below, name := Duration(0), ""
	for _, p := range []struct {
		name  string
		bound Duration
	}{{"p50", l.P50}, {"p95", l.P95}, {"p99", l.P99}} {
		at := path + "." + p.name
		v.positive(at, p.bound, "300ms")
		if p.bound > 0 && p.bound < below {
			v.wrong(at, fmt.Sprintf("%s is %s, and %s is %s: the higher percentile is never the smaller one", at, p.bound, name, below), "exchange the two", v.where(path+"."+name))
		}
		if p.bound > 0 {
			below, name = p.bound, p.name
		}
	}
}

// compares checks what a query is compared with: the other color, while both have traffic.
func (v *validator) compares(path string, c Check) {
	p := c.Prometheus
	if p.Compare == nil {
		return
	}
	at := path + ".prometheus.compare"
	switch ratio, difference := p.Compare.Ratio, p.Compare.Difference; {
	case ratio == nil && difference == nil, ratio != nil && difference != nil:
		v.wrong(at, at+" has either a ratio or a difference", "write compare: {ratio: {max: 1.2}}")
	case ratio != nil && ratio.Max == nil, difference != nil && difference.Max == nil:
		v.wrong(at, at+" has no bound, so that every value would pass", "write compare: {ratio: {max: 1.2}}")
	case ratio != nil && *ratio.Max <= 0:
		v.wrong(at+".ratio.max", fmt.Sprintf("%s.ratio.max is %v: no color would pass", at, *ratio.Max), "write max: 1.2 for a fifth more than the other color")
	}
	if !marked(p.Query) && !marked(host(p.URL)) {
		v.wrong(at, "neither the address nor the query has the color: it would be compared with itself", "write {{color}} in one of them")
	}
	if !slices.Equal(c.When, []string{DuringShift}) && !v.failedWithin(path+".when") {
		v.wrong(at, "colors are compared while both have traffic, and outside of the shift one of them has none", "write when: [shift] beside prometheus")
	}
}
