package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

// present is one object of a stage that is still there.
type present struct {
	holder
	object
}

func (p present) name() string {
	return p.kind + " " + strings.TrimPrefix(p.Metadata.Namespace+"/"+p.Metadata.Name, "/")
}

func (c *clearance) look(ctx context.Context, client *kubernetes.Client, stage []holder) ([]present, error) {
	var found []present
	for _, h := range stage {
		objects, err := kubernetes.List[object](ctx, client, h.collection)
		if h.optional && kubernetes.Missing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("asking %s for every %s: %w", c.color, h.kind, err)
		}
		for _, o := range objects {
			if p := (present{h, o}); (h.holds == nil || h.holds(o)) && !c.refused[p.name()] {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

// remove asks for the deletion of what is there and not being deleted yet. The
// intent comes first, and with it the proof that the lease is still held. One record
// has many objects: a cluster with thousands must not fill the journal.
func (c *clearance) remove(ctx context.Context, client *kubernetes.Client, objects []present) error {
	var going []present
	for _, p := range objects {
		if p.Metadata.DeletionTimestamp != nil || p.stops && p.stopped() {
			continue
		}
		if name := p.name(); c.deleted[name] >= mostRemade {
			return fmt.Errorf("%s was deleted %d times and is made anew each time; stop what makes it in %s, such as a GitOps agent", name, mostRemade, c.color)
		}
		going = append(going, p)
	}
	for some := range slices.Chunk(going, mostNamed) {
		if err := c.mayEnd(ctx, c.color); err != nil {
			return err
		}
		names := make([]string, len(some))
		for i, p := range some {
			names[i] = p.name()
		}
		if err := c.emit(ctx, c.about(journal.ClearIntended, names)); err != nil {
			return err
		}
		for _, name := range names {
			c.pending[name] = true
		}
		if err := c.takeAll(ctx, client, some); err != nil {
			return err
		}
	}
	return nil
}

// about is an event about objects of the cluster.
func (c *clearance) about(kind journal.Kind, names []string) journal.Event {
	return journal.Event{Kind: kind, Phase: rotation.Drain, Root: string(c.color)}.About(names)
}

func (c *clearance) takeAll(ctx context.Context, client *kubernetes.Client, objects []present) error {
	for _, p := range objects {
		if err := c.valid(); err != nil {
			return err
		}
		if err := c.take(ctx, client, p); err != nil {
			return err
		}
		c.deleted[p.name()]++
	}
	return nil
}

// take deletes an object, or stops an agent. One that may not be stopped is passed over: what it makes anew is said.
func (c *clearance) take(ctx context.Context, client *kubernetes.Client, p present) error {
	name, path := p.name(), p.Metadata.Path(p.collection)
	if !p.stops {
		if err := client.Delete(ctx, path, p.Metadata.UID); err != nil {
			return fmt.Errorf("deleting %s in %s: %w", name, c.color, err)
		}
		return nil
	}
	err := client.Scale(ctx, path, 0)
	if kubernetes.Denied(err) {
		c.refused[name] = true
		delete(c.pending, name)
		c.Observer.Progress(fmt.Sprintf("%s goes on in %s, and may make anew what is deleted: %v; docs/drover-rbac.yaml lets operators stop it", name, c.color, err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("stopping %s in %s: %w", name, c.color, err)
	}
	return nil
}

// settle records what was deleted and is there no longer.
func (c *clearance) settle(ctx context.Context, stage []holder, objects []present) error {
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(c.pending)) {
		kind, _, _ := strings.Cut(name, " ")
		ofStage := slices.ContainsFunc(stage, func(h holder) bool { return h.kind == kind })
		there := slices.ContainsFunc(objects, func(p present) bool { return p.name() == name })
		if !there && ofStage {
			gone = append(gone, name)
		}
	}
	for some := range slices.Chunk(gone, mostNamed) {
		if err := c.emit(ctx, c.about(journal.Cleared, some)); err != nil {
			return err
		}
		for _, name := range some {
			kind, _, _ := strings.Cut(name, " ")
			delete(c.pending, name)
			c.gone[kind]++
		}
	}
	return nil
}

func (c *clearance) text() string {
	var stopped, parts []string
	for _, kind := range slices.Sorted(maps.Keys(c.gone)) {
		text := fmt.Sprintf("%d %s", c.gone[kind], kind)
		if slices.ContainsFunc(holders[0], func(h holder) bool { return h.kind == kind }) {
			stopped = append(stopped, text)
		} else {
			parts = append(parts, text)
		}
	}
	said := "nothing in its cluster holds on to the cloud"
	if len(parts) > 0 {
		said = "deleted in its cluster: " + strings.Join(parts, ", ")
	}
	if len(stopped) > 0 {
		said = "its GitOps agent stopped: " + strings.Join(stopped, ", ") + "; " + said
	}
	return said
}

// waiting says what is still there, and for how long it has been going.
func (c *clearance) waiting(objects []present) string {
	const most = 3
	var parts []string
	for _, p := range objects {
		since := ""
		if at := p.Metadata.DeletionTimestamp; at != nil {
			since = fmt.Sprintf(" (being deleted for %s)", max(c.Clock.Now().Sub(*at), 0).Round(time.Second))
		}
		parts = append(parts, p.name()+since)
	}
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most], fmt.Sprintf("%d more", more))
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%s's API server does not answer: %v", c.color, c.lastErr)
	}
	return fmt.Sprintf("waiting until %s has let go of %s", c.color, strings.Join(parts, ", "))
}
