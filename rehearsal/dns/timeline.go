package dns

import (
	"maps"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Sample is a stretch of time during which a name's weights were served unchanged.
type Sample struct {
	From    time.Time
	Weights map[string]int // by set identifier: what Route 53 held
	Answers map[string]int // by set identifier: how often each was the answer
}

// timeline keeps, for each name with weighted A records, the weights as they were served.
type timeline struct {
	mu      sync.Mutex
	samples map[string][]*Sample
}

// Timeline tells how a name's weights went, oldest first.
func (s *Server) Timeline(name string) []Sample {
	s.timeline.mu.Lock()
	defer s.timeline.mu.Unlock()
	var list []Sample
	for _, sample := range s.timeline.samples[dns.CanonicalName(name)] {
		list = append(list, Sample{From: sample.From, Weights: maps.Clone(sample.Weights), Answers: maps.Clone(sample.Answers)})
	}
	return list
}

// observe opens a new sample for each name whose weights differ from those served before.
func (t *timeline) observe(now time.Time, s *snapshot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.samples == nil {
		t.samples = map[string][]*Sample{}
	}
	for _, z := range s.zones {
		for name, sets := range z.sets {
			weights := weightsOf(sets["A"])
			if len(weights) == 0 {
				continue
			}
			list := t.samples[name]
			if n := len(list); n == 0 || !maps.Equal(list[n-1].Weights, weights) {
				t.samples[name] = append(list, &Sample{From: now, Weights: weights, Answers: map[string]int{}})
			}
		}
	}
}

func weightsOf(group []Record) map[string]int {
	weights := map[string]int{}
	for _, r := range group {
		if r.SetID != "" && r.Weight != nil {
			weights[r.SetID] = int(*r.Weight)
		}
	}
	return weights
}

// answered counts a weighted choice under the record's own name: a wildcard's answers are the wildcard's.
func (t *timeline) answered(chosen Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list := t.samples[chosen.Name]; len(list) > 0 {
		list[len(list)-1].Answers[chosen.SetID]++
	}
}
