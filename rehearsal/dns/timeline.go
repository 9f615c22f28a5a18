package dns

import (
	"maps"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Sample is a stretch of time during which a name's weights were served unchanged by the first name server.
type Sample struct {
	From    time.Time
	Weights map[string]int // by set identifier: what Route 53 held
	Answers map[string]int // by set identifier: how often each was the answer, of any name server with these weights
}

// timeline keeps, for each name with weighted A records, the weights as they were served.
type timeline struct {
	mu      sync.Mutex
	samples map[string][]*Sample
}

// Timeline tells how a name's weights went, oldest first.
func (s *Server) Timeline(name string) []Sample {
	s.servers[0].current(time.Now()) // what is due is served, whether or not anybody has asked
	s.timeline.mu.Lock()
	defer s.timeline.mu.Unlock()
	var list []Sample
	for _, sample := range s.timeline.samples[dns.CanonicalName(name)] {
		if !sample.From.IsZero() {
			list = append(list, Sample{From: sample.From, Weights: maps.Clone(sample.Weights), Answers: maps.Clone(sample.Answers)})
		}
	}
	return list
}

// plan gives a snapshot the samples that its answers count in: new ones where weights differ from those before.
func (t *timeline) plan(s *snapshot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.samples == nil {
		t.samples = map[string][]*Sample{}
	}
	s.samples = map[string]*Sample{}
	for _, z := range s.zones {
		for name, sets := range z.sets {
			weights := weightsOf(sets["A"])
			if len(weights) == 0 {
				continue
			}
			list := t.samples[name]
			if n := len(list); n == 0 || !maps.Equal(list[n-1].Weights, weights) {
				list = append(list, &Sample{Weights: weights, Answers: map[string]int{}})
				t.samples[name] = list
			}
			s.samples[name] = list[len(list)-1]
		}
	}
}

// serve says that a snapshot's weights are served from now on.
func (t *timeline) serve(now time.Time, s *snapshot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, sample := range s.samples {
		if sample.From.IsZero() {
			sample.From = now
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
func (t *timeline) answered(s *snapshot, chosen Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if sample := s.samples[chosen.Name]; sample != nil {
		sample.Answers[chosen.SetID]++
	}
}
