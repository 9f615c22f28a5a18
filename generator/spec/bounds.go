package spec

import "math"

// bound is the least and the greatest value of a number.
type bound struct{ least, most int }

func (b bound) hold(n int) bool { return b.least <= n && n <= b.most }

// unbounded is the greatest value of a number that has none.
const unbounded = math.MaxInt

// bounds are those of numbers that are the same on every platform; [] stands
// for any index. Validation and the JSON Schema both read them.
var bounds = map[string]bound{
	"spec.network.egress.udp[].port":             {1, 65535},
	"spec.nodePools[].min":                       {0, mostNodes},
	"spec.nodePools[].max":                       {1, mostNodes},
	"spec.nodePools[].kubelet.maxPods":           {1, 250},
	"spec.nodePools[].kubelet.imageGC.high":      {1, 100},
	"spec.nodePools[].kubelet.imageGC.low":       {0, 99},
	"spec.services.alerts.pagerduty.keyVersion":  {1, unbounded},
	"spec.services.alerts.webhook.keyVersion":    {1, unbounded},
	"spec.rotation.traffic.health.port":          {80, 443},
	"spec.rotation.traffic.steps[]":              {1, 100},
	"spec.rotation.verify[].http.status":         {100, 599},
	"spec.rotation.verify[].http.samples":        {1, 10_000},
	"spec.rotation.verify[].kubernetes.minNodes": {0, unbounded},
	daysLeftAt: {1, 825},
}

// daysLeftAt is bounded by the longest that clients accept a certificate for: https://support.apple.com/en-us/103769.
const daysLeftAt = "spec.rotation.verify[].http.certificate.daysLeft"

const samplesAt = "spec.rotation.verify[].limits.samples"

// mostSamples is how many measurements a check remembers at most.
const mostSamples = 100

// mostNodes is how many nodes a managed node group has at most:
// https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html.
const mostNodes = 450

// widestBound is the widest of what the platforms allow.
func widestBound(of func(rules) [2]int) bound {
	b := bound{least: unbounded}
	for _, r := range rulesOf {
		b.least, b.most = min(b.least, of(r)[0]), max(b.most, of(r)[1])
	}
	return b
}

// boundAt is the bound of the number at a path, where it has one.
func boundAt(path string) (bound, bool) {
	switch path {
	case "spec.network.zones":
		return widestBound(func(r rules) [2]int { return r.zones }), true
	case "spec.nodePools[].zones[]":
		return bound{1, widestBound(func(r rules) [2]int { return r.zones }).most}, true
	case samplesAt:
		return bound{1, mostSamples}, true
	case "spec.rotation.verify[].limits.failureLimit", "spec.rotation.verify[].limits.errorLimit", "spec.rotation.verify[].limits.inconclusiveLimit":
		return bound{0, mostSamples - 1}, true
	}
	b, ok := bounds[path]
	return b, ok
}
