package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/journal"
	"drover/rehearsal/kubernetes"
)

// Handover is what was seen of singletons while a cluster was rotated.
type Handover struct {
	Detail  string  `json:"detail"`  // drover's own words
	Seconds float64 `json:"seconds"` // for how long they ran in neither color, at most
	// Jobs is how many Jobs CronJobs began in each color, and Twice those that both began: a Job is named by its CronJob and by
	// the minute for which it is.
	Jobs  map[string]int `json:"jobs"`
	Twice []string       `json:"twice"`
}

// handoverEdits leave out what needs workloads that nobody brings to the simulated clusters.
func handoverEdits(s spec.Spec, by answering) []edit {
	if s.Rotation.Handover == nil || by.kubernetes && (by.gitops && s.GitOps != nil || s.Bootstrap != nil) {
		return nil
	}
	return []edit{{"rotation.handover", nil, "no singletons are handed over, as nothing brings them to the simulated clusters"}}
}

// recorder sees which Jobs are begun by the clock, and in which cluster.
type recorder struct {
	mu   sync.Mutex
	jobs map[string]map[string]bool // by color
}

// recordEvery is far below the minute after which a CronJob begins its next Job, and the time for which three are kept.
const recordEvery = 2 * time.Second

// watch looks until ctx is done.
func (r *recorder) watch(ctx context.Context, cluster *kubernetes.Cluster) {
	color := cluster.Name()[strings.LastIndex(cluster.Name(), "-")+1:]
	ticker := time.NewTicker(recordEvery)
	defer ticker.Stop()
	for {
		r.look(ctx, color, cluster.Client())
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look takes what it sees; a server that does not answer for now is asked again.
func (r *recorder) look(ctx context.Context, color string, client *kubernetes.Client) {
	var list struct {
		Items []struct {
			Metadata struct {
				Namespace, Name string
				OwnerReferences []struct{ Kind string }
			}
		}
	}
	if client.Get(ctx, "/apis/batch/v1/jobs", &list) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, item := range list.Items {
		m := item.Metadata
		if !slices.ContainsFunc(m.OwnerReferences, func(o struct{ Kind string }) bool { return o.Kind == "CronJob" }) {
			continue
		}
		if r.jobs[color] == nil {
			r.jobs[color] = map[string]bool{}
		}
		r.jobs[color][m.Namespace+"/"+m.Name] = true
	}
}

// handover is nil where nothing was handed over.
func (r *run) handover(started *journal.Event) *Handover {
	if started == nil {
		return nil
	}
	h := &Handover{Detail: started.Detail, Seconds: rounded(started.Seconds), Jobs: map[string]int{}, Twice: []string{}}
	if r.cloud.agents == nil {
		return h
	}
	seen := r.cloud.agents.recorder
	seen.mu.Lock()
	defer seen.mu.Unlock()
	for color, jobs := range seen.jobs {
		h.Jobs[color] = len(jobs)
		for name := range jobs {
			if color == "blue" && seen.jobs["green"][name] {
				h.Twice = append(h.Twice, name)
			}
		}
	}
	slices.Sort(h.Twice)
	return h
}

// write says what was seen.
func (h *Handover) write(b *strings.Builder) {
	if h == nil {
		return
	}
	fmt.Fprintf(b, "\nSingletons\n  %s\n", h.Detail)
	for _, color := range []string{"blue", "green"} {
		if n := h.Jobs[color]; n > 0 {
			fmt.Fprintf(b, "  Jobs that CronJobs began on %s: %d\n", color, n)
		}
	}
	fmt.Fprintf(b, "  Jobs that both began: %d\n", len(h.Twice))
}
