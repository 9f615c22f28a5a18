package rehearsal

import (
	"errors"
	"fmt"
	"math"
	"time"

	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/rehearsal/aws/awsproxy"
	"drover/rehearsal/aws/inventory"
	"drover/rehearsal/dns"
	"drover/rehearsal/load"
)

// Summary is what a rehearsal showed; as JSON it is what `drover rehearse --output json` prints.
type Summary struct {
	Outcome journal.Outcome `json:"outcome"`
	Reason  string          `json:"reason,omitempty"` // why it is not done
	Cluster string          `json:"cluster"`
	From    string          `json:"from"` // version of Kubernetes
	To      string          `json:"to"`
	Phases  []Phase         `json:"phases"`
	Weights []Weights       `json:"weights"`
	// Checks are the last answers to the checks of each phase, with what they measured.
	Checks []CheckSeen `json:"checks,omitempty"`
	// Arrivals are which part of the traffic arrived at the new color, as drover measured it.
	Arrivals []history.Arrival `json:"arrivals,omitempty"`
	// Management are the weights of the management interfaces' domain; nil if the spec has none.
	Management []Weights     `json:"management,omitempty"`
	Requests   load.Requests `json:"requests"`
	Inventory  Inventory     `json:"inventory"`
	// Scans are connections of scanners to internet-facing load balancers: they are in the load balancers' metrics, and
	// no requests.
	Scans  int      `json:"scans,omitempty"`
	Faults []Struck `json:"faults,omitempty"` // what was broken on purpose
	Seed   uint64   `json:"seed,omitempty"`   // that decided what was random of it

	Started       time.Time `json:"started"`
	Seconds       float64   `json:"seconds"`       // of the whole rehearsal
	ApplySeconds  float64   `json:"applySeconds"`  // of building the first color
	RotateSeconds float64   `json:"rotateSeconds"` // of the rotation
	// OwnSeconds is the processor time of the rehearsal's own process during the rotation: the proxy, DNS, the ingresses
	// and the clients.
	OwnSeconds float64          `json:"ownSeconds"`
	Notes      []string         `json:"notes"`            // what is different from the spec as it was written
	Calls      []awsproxy.Calls `json:"calls"`            // who answered the API calls of each service
	Kubernetes *ControlPlanes   `json:"kubernetes"`       // null: the clusters had no API
	GitOps     *Followed        `json:"gitops,omitempty"` // what Argo CD followed; nil: nothing did

	Handover *Handover `json:"handover,omitempty"`

	// Validation says how many API calls were compared with AWS's own API models, and how long that took.
	Validation awsproxy.Validation `json:"validation"`

	dir        string
	unreported error // why there is no report page that was asked for
}

// Phase is one phase of the rotation.
type Phase struct {
	Name    string          `json:"name"`
	Seconds float64         `json:"seconds"`
	Outcome journal.Outcome `json:"outcome"`
}

// Weights are the weights that DNS served from a moment on, and what it answered until the next.
type Weights struct {
	Seconds float64 `json:"seconds"` // since the rotation began
	Blue    int     `json:"blue"`
	Green   int     `json:"green"`
	Answers struct {
		Blue  int `json:"blue"`
		Green int `json:"green"`
	} `json:"answers"`
}

// Inventory is what the simulated account held.
type Inventory struct {
	Before    []inventory.Resource `json:"before"`    // the rotation, after apply
	After     []inventory.Resource `json:"after"`     // the rotation
	Leftovers []inventory.Resource `json:"leftovers"` // of the old color, after the rotation
}

// Err says what keeps a rehearsal from being a success; nil when nothing does.
func (s Summary) Err() error {
	var errs []error
	if s.Outcome != journal.Done {
		errs = append(errs, fmt.Errorf("the rotation is %s: %s", s.Outcome, s.Reason))
	}
	if s.Requests.Total == 0 {
		errs = append(errs, errors.New("no request was made, so nothing is known about failures"))
	}
	if s.Requests.Failed > 0 {
		errs = append(errs, fmt.Errorf("%d of %d requests failed", s.Requests.Failed, s.Requests.Total))
	}
	if s.Management != nil && !sameEnd(s.Management, s.Weights) {
		errs = append(errs, errors.New("the management domain did not end up on the same color as the cluster's domain"))
	}
	if h := s.Handover; h != nil && len(h.Twice) > 0 {
		errs = append(errs, fmt.Errorf("%d Jobs ran in both colors: %v", len(h.Twice), h.Twice))
	}
	if n := len(s.Inventory.Leftovers); n > 0 {
		errs = append(errs, fmt.Errorf("%d resources of the old color are left in the account", n))
	}
	if s.unreported != nil {
		errs = append(errs, s.unreported)
	}
	for _, f := range s.Faults {
		switch {
		case f.Problem != "":
			errs = append(errs, fmt.Errorf("the fault %s could not be injected: %s", f.Fault, f.Problem))
		case f.Seconds < 0:
			errs = append(errs, fmt.Errorf("the fault %s was not injected before the end", f.When))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("the rehearsal failed: %w", err)
	}
	return nil
}

// weightsSince are the samples from a moment on, the one that was served then included.
func weightsSince(start time.Time, samples []dns.Sample) []Weights {
	list := []Weights{}
	for i, sample := range samples {
		if i+1 < len(samples) && !samples[i+1].From.After(start) {
			continue // over before it began
		}
		w := Weights{Seconds: seconds(max(0, sample.From.Sub(start)))}
		w.Blue, w.Green = sample.Weights["blue"], sample.Weights["green"]
		w.Answers.Blue, w.Answers.Green = sample.Answers["blue"], sample.Answers["green"]
		// A record that is taken away at weight 0 changes nothing for a client.
		if last := len(list) - 1; last >= 0 && list[last].Blue == w.Blue && list[last].Green == w.Green {
			list[last].Answers.Blue += w.Answers.Blue
			list[last].Answers.Green += w.Answers.Green
			continue
		}
		list = append(list, w)
	}
	return list
}

// sameEnd tells whether two domains ended at the same weights, of which there are some.
func sameEnd(a, b []Weights) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	last, other := a[len(a)-1], b[len(b)-1]
	return last.Blue == other.Blue && last.Green == other.Green
}

// compare finds what is left of the old color: what says so, and what said so before and is still there.
func compare(before, after []inventory.Resource, old string) Inventory {
	type key struct{ kind, id string }
	were := map[key]bool{}
	for _, r := range before {
		if r.Color == old && old != "" {
			were[key{r.Kind, r.ID}] = true
		}
	}
	left := []inventory.Resource{}
	for _, r := range after {
		if old != "" && r.Color == old || were[key{r.Kind, r.ID}] {
			left = append(left, r)
		}
	}
	return Inventory{Before: before, After: after, Leftovers: left}
}

// seconds keeps tenths: more would only look exact.
func seconds(d time.Duration) float64 { return rounded(d.Seconds()) }

func rounded(seconds float64) float64 { return math.Round(seconds*10) / 10 }
