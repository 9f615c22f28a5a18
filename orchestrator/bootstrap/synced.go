package bootstrap

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
)

const (
	argo            = "argoproj.io"
	applications    = "/apis/argoproj.io/v1alpha1/applications"
	applicationSets = "/apis/argoproj.io/v1alpha1/applicationsets"

	// hopeless is how long Argo CD may say of an Application that it failed. It is asked to look again meanwhile, as it
	// remembers a failure for longer than the failure lasts.
	hopeless     = 2 * time.Minute
	refreshAfter = 10 * time.Second
	refreshEvery = 30 * time.Second
	lookEvery    = 2 * time.Second
	mostSaid     = 160 // of what is said of one Application in a line of progress
)

// follower waits for Argo CD.
type follower struct {
	*Installation
	roots     []string             // what was applied, as NAMESPACE/NAME
	failing   map[string]time.Time // since when, by name
	refreshed map[string]time.Time
	well      []string // all names, when the last look found nothing wrong
}

// Synced waits until every Application in the cluster is Synced and Healthy, where objects, which Run has applied, hold
// one of Argo CD's Applications. It says in a few words what is there then. It ends by the time that Run had; and sooner,
// once Argo CD has failed for a while.
func (i *Installation) Synced(ctx context.Context, objects []spec.Object) (string, error) {
	f := &follower{Installation: i, failing: map[string]time.Time{}, refreshed: map[string]time.Time{}}
	for _, o := range objects {
		if o.Group() == argo && o.Kind == "Application" {
			f.roots = append(f.roots, cmp.Or(o.Namespace, "default")+"/"+o.Name)
		}
	}
	if len(f.roots) == 0 {
		return "", nil
	}
	for {
		all, stuck, err := f.look(ctx)
		if err != nil {
			if err = i.bear(err); err != nil {
				return "", fmt.Errorf("asking for Argo CD's Applications: %w", err)
			}
			stuck = []Stuck{{"Applications", "the API server does not answer for now"}}
		} else {
			i.silent = time.Time{}
		}
		if len(stuck) == 0 && f.stays(all) {
			return f.summary(all), nil
		}
		if f.over() {
			return "", f.why(ctx, all, stuck)
		}
		f.say(len(all), stuck)
		f.refresh(ctx, all)
		if err := i.pause(ctx, lookEvery, stuck); err != nil {
			return "", err
		}
	}
}

// look asks once for what is not as it should be.
func (f *follower) look(ctx context.Context) (all []application, stuck []Stuck, err error) {
	all, err = kubernetes.List[application](ctx, f.Client, applications)
	if err != nil {
		return nil, nil, err
	}
	sets, err := kubernetes.List[applicationSet](ctx, f.Client, applicationSets)
	if err != nil && !kubernetes.Missing(err) {
		return nil, nil, err
	}
	seen := map[string]judgment{}
	for _, a := range all {
		is := a.judge()
		if is.why == "" && slices.Contains(f.roots, name(a.Metadata)) {
			is = a.brings()
		}
		seen["Application "+name(a.Metadata)] = is
	}
	for _, a := range sets {
		seen["ApplicationSet "+name(a.Metadata)] = a.judge()
	}
	for _, root := range f.roots {
		if _, has := seen["Application "+root]; !has {
			seen["Application "+root] = judgment{why: "it is gone"}
		}
	}
	return all, f.remember(seen), nil
}

func name(m kubernetes.Meta) string { return m.Namespace + "/" + m.Name }

// remember keeps since when what fails does.
func (f *follower) remember(seen map[string]judgment) (stuck []Stuck) {
	now := f.Clock.Now()
	for of, is := range seen {
		if is.why != "" {
			stuck = append(stuck, Stuck{of, is.why})
		}
		switch _, failed := f.failing[of]; {
		case !is.failed:
			delete(f.failing, of)
		case !failed:
			f.failing[of] = now
		}
	}
	for of := range f.failing {
		if _, has := seen[of]; !has {
			delete(f.failing, of)
		}
	}
	// What failed comes first: what waits may wait for it.
	slices.SortFunc(stuck, func(a, b Stuck) int {
		_, one := f.failing[a.Object]
		_, other := f.failing[b.Object]
		if one != other {
			return map[bool]int{true: -1, false: 1}[one]
		}
		return strings.Compare(a.Object, b.Object)
	})
	return stuck
}

// stays is true once two looks in a row found the same Applications: the first may have been before one brought others.
func (f *follower) stays(all []application) bool {
	var names []string
	for _, a := range all {
		names = append(names, name(a.Metadata))
	}
	slices.Sort(names)
	same := f.well != nil && slices.Equal(f.well, names)
	f.well = names
	return same
}

func (f *follower) over() bool {
	now := f.Clock.Now()
	for _, since := range f.failing {
		if now.Sub(since) >= hopeless {
			return true
		}
	}
	return !now.Before(f.until)
}

func (f *follower) summary(all []application) string {
	said := fmt.Sprintf("%d Applications Synced and Healthy", len(all))
	if len(all) == 1 {
		said = "1 Application Synced and Healthy"
	}
	for _, a := range all {
		if slices.Contains(f.roots, name(a.Metadata)) && a.revision() != "" {
			said += ", " + a.Metadata.Name + " at " + a.revision()
		}
	}
	return said
}

// say tells what is waited for, and why, when that has changed.
func (f *follower) say(count int, stuck []Stuck) {
	if len(stuck) == 0 {
		return
	}
	f.well = nil
	const most = 3
	said := fmt.Sprintf("waiting for Argo CD, which has %d Applications by now and %d objects that are not well", count, len(stuck))
	for _, s := range stuck[:min(len(stuck), most)] {
		said += "; " + s.Object + ": " + shortened(s.Why)
	}
	if said != f.said {
		f.said = said
		f.Progress(said)
	}
}

func shortened(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > mostSaid {
		text = strings.ToValidUTF8(text[:mostSaid], "") + "…"
	}
	return text
}

// refresh has Argo CD look again at what failed: https://argo-cd.readthedocs.io/en/release-3.2/user-guide/annotations-and-labels/
// That it cannot be asked is no failure of what it looks at.
func (f *follower) refresh(ctx context.Context, all []application) {
	now := f.Clock.Now()
	for _, a := range all {
		since, failing := f.failing["Application "+name(a.Metadata)]
		if !failing || now.Sub(since) < refreshAfter || now.Sub(f.refreshed[name(a.Metadata)]) < refreshEvery {
			continue
		}
		f.refreshed[name(a.Metadata)] = now
		body, err := json.Marshal(map[string]any{"apiVersion": argo + "/v1alpha1", "kind": "Application", "metadata": map[string]any{
			"name": a.Metadata.Name, "namespace": a.Metadata.Namespace, "annotations": map[string]string{"argocd.argoproj.io/refresh": "hard"}}})
		if err != nil {
			continue
		}
		if _, err := f.Client.Apply(ctx, a.Metadata.Path(applications), Manager+"-refresh", body); err != nil {
			f.Progress(fmt.Sprintf("Application %s could not be refreshed: %s", name(a.Metadata), shortened(err.Error())))
		}
	}
}

// why adds to what Argo CD says of an Application what its objects say of themselves.
func (f *follower) why(ctx context.Context, all []application, stuck []Stuck) error {
	for n, s := range stuck {
		i := slices.IndexFunc(all, func(a application) bool { return "Application "+name(a.Metadata) == s.Object })
		if _, failed := f.failing[s.Object]; failed || i < 0 {
			continue
		}
		if broken := f.broken(ctx, all[i].Status.Resources); broken != "" {
			stuck[n].Why += " (" + broken + ")"
		}
	}
	return &StuckError{stuck}
}

// broken names a few of the objects that are not ready, as far as they can be asked for.
func (f *follower) broken(ctx context.Context, resources []resource) string {
	const most = 3
	var parts []string
	for _, r := range resources {
		if r.Group == argo || len(parts) == most {
			continue
		}
		o := spec.Object{APIVersion: strings.TrimPrefix(r.Group+"/"+r.Version, "/"), Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
		wait, err := f.ready(ctx, o)
		if failed := (&StuckError{}); errors.As(err, &failed) {
			wait, err = failed.Objects[0].Why, nil
		}
		if err != nil || wait == "" {
			continue
		}
		if why := f.pods(ctx, o); why != "" {
			wait += "; " + why
		}
		parts = append(parts, o.String()+": "+wait)
	}
	return strings.Join(parts, ", ")
}
