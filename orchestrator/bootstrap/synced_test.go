package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/kubernetes"
)

// hands is a clock that stands still but for sleeps, at each of which the world may change.
type hands struct {
	now     time.Time
	asleep  func(since time.Duration)
	started time.Time
}

func (h *hands) Now() time.Time { return h.now }

func (h *hands) Sleep(ctx context.Context, d time.Duration) error {
	h.now = h.now.Add(d)
	if h.asleep != nil {
		h.asleep(h.now.Sub(h.started))
	}
	return ctx.Err()
}

// cluster is an API server with Argo CD's kinds, and what drover says of it.
type cluster struct {
	*apitest.Server
	t     *testing.T
	clock *hands
	run   *Installation
	said  []string
}

const (
	rootText = `{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"root","namespace":"argocd"},"spec":{"source":{"repoURL":"https://g/x","path":"p","targetRevision":"main"},"syncPolicy":{"automated":{}}}}`
	webPath  = "/api/v1/namespaces/shop/pods"
)

func argoCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{Server: apitest.Start(t), t: t, clock: &hands{}}
	c.clock.now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c.clock.started = c.clock.now
	c.Kinds(t, "argoproj.io/v1alpha1", kubernetes.Resource{Name: "applications", Kind: "Application", Namespaced: true},
		kubernetes.Resource{Name: "applicationsets", Kind: "ApplicationSet", Namespaced: true})
	c.Kinds(t, "apps/v1", kubernetes.Resource{Name: "deployments", Kind: "Deployment", Namespaced: true})
	c.Kinds(t, "v1", kubernetes.Resource{Name: "pods", Kind: "Pod", Namespaced: true})
	client, err := kubernetes.New(c.Access())
	if err != nil {
		t.Fatal(err)
	}
	c.run = &Installation{Client: client, Clock: c.clock, Limit: 4 * time.Minute, Patience: time.Minute, Progress: func(m string) { c.said = append(c.said, m) }}
	return c
}

// argoSays puts Applications in place of those that are there. Each is NAME followed by the JSON of its status.
func (c *cluster) argoSays(statuses ...string) {
	c.Remove(applications)
	for _, one := range statuses {
		name, status, _ := strings.Cut(one, " ")
		c.Have(c.t, applications, fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"argocd"},"spec":{"source":{"repoURL":"https://g/x","path":"p","targetRevision":"main"},"syncPolicy":{"automated":{}}},"status":%s}`, name, status))
	}
}

// well is the status of an Application that is as it should be.
func well() string {
	return statusOf(`"sync":{"status":"Synced","revision":"abc123",`+compared+`}`, `"health":{"status":"Healthy"}`)
}

const compared = `"comparedTo":{"source":{"repoURL":"https://g/x","path":"p","targetRevision":"main"}}`

func statusOf(parts ...string) string {
	return `{"reconciledAt":"2026-01-01T00:00:00Z","resources":[{"group":"apps","version":"v1","kind":"Deployment","namespace":"shop","name":"web"}],` + strings.Join(parts, ",") + "}"
}

func (c *cluster) synced() (string, error) {
	c.t.Helper()
	objects, err := spec.Manifest{File: "root.yaml", Text: rootText}.Objects()
	if err != nil {
		c.t.Fatal(err)
	}
	c.run.until = c.clock.now.Add(c.run.Limit)
	c.run.kinds = map[string]map[string]kubernetes.Resource{}
	return c.run.Synced(c.t.Context(), objects)
}

func (c *cluster) stuck(says ...string) {
	c.t.Helper()
	detail, err := c.synced()
	var stuck *StuckError
	if !errors.As(err, &stuck) {
		c.t.Fatalf("got %q and %v, want what is stuck", detail, err)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			c.t.Errorf("%q lacks %q", err, text)
		}
	}
}

func TestEveryApplicationIsWaitedForAlsoThoseThatOthersBring(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	c.argoSays("root {}")
	c.clock.asleep = func(since time.Duration) {
		switch {
		case since < 10*time.Second:
		case since < 60*time.Second: // the root is Synced once it has brought others
			c.argoSays("root "+well(), "web "+statusOf(`"sync":{"status":"Synced",`+compared+`}`, `"health":{"status":"Progressing","message":"rolling out"}`))
		default:
			c.argoSays("root "+well(), "web "+well())
		}
	}
	detail, err := c.synced()
	if err != nil || detail != "2 Applications Synced and Healthy, root at abc123" {
		t.Fatalf("got %q and %v", detail, err)
	}
	if took := c.clock.now.Sub(c.clock.started); took < 60*time.Second {
		t.Errorf("it was done after %s", took)
	}
	if !slices.ContainsFunc(c.said, func(s string) bool {
		return strings.Contains(s, "Application argocd/web: its health is Progressing: rolling out")
	}) {
		t.Errorf("said %q", c.said)
	}
}

// An ApplicationSet makes its Applications a moment after the root that brought it is well.
func TestOneLookIsNotEnough(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	c.argoSays("root " + well())
	looks := 0
	c.clock.asleep = func(time.Duration) {
		if looks++; looks <= 2 {
			c.argoSays("root "+well(), "web "+[]string{"{}", well()}[looks-1])
		}
	}
	if detail, err := c.synced(); err != nil || !strings.HasPrefix(detail, "2 Applications") || looks != 3 {
		t.Errorf("after %d looks: %q and %v", looks+1, detail, err)
	}
}

func TestWhatKeepsAnApplicationIsNamed(t *testing.T) {
	t.Parallel()
	synced := `"sync":{"status":"Synced",` + compared + `}`
	for name, test := range map[string]struct {
		status string
		says   string
		within time.Duration // at most so long; 0 is the whole limit
	}{
		"comparison":  {statusOf(`"sync":{"status":"Unknown"}`, `"health":{"status":"Healthy"}`, `"conditions":[{"type":"ComparisonError","message":"apps: app path does not exist"}]`), "ComparisonError: apps: app path does not exist", 3 * time.Minute},
		"sync":        {statusOf(`"sync":{"status":"OutOfSync",`+compared+`}`, `"operationState":{"phase":"Failed","message":"one or more objects failed to apply"}`), "its sync failed: one or more objects failed to apply", 3 * time.Minute},
		"health":      {statusOf(synced, `"health":{"status":"Degraded","message":"Deployment exceeded its progress deadline"}`), "its health is Degraded: Deployment exceeded its progress deadline", 0},
		"no health":   {statusOf(synced), "its health is Unknown", 0},
		"not looked":  {"{}", "Argo CD has not looked at it yet", 0},
		"out of sync": {statusOf(`"sync":{"status":"OutOfSync",`+compared+`}`, `"health":{"status":"Healthy"}`), "it is OutOfSync", 0},
		"running":     {statusOf(synced, `"health":{"status":"Healthy"}`, `"operationState":{"phase":"Running","message":"waiting for hook"}`), "it is being synced: waiting for hook", 0},
		"stale":       {statusOf(`"sync":{"status":"Synced","comparedTo":{"source":{"repoURL":"https://g/x","path":"old","targetRevision":"main"}}}`, `"health":{"status":"Healthy"}`), "Argo CD has not compared it", 0},
		"nothing":     {strings.Replace(well(), `"resources":[{"group":"apps","version":"v1","kind":"Deployment","namespace":"shop","name":"web"}]`, `"resources":[]`, 1), "it brings nothing: no manifest is in p of https://g/x at main", 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := argoCluster(t)
			c.argoSays("root " + test.status)
			c.stuck("Application argocd/root: " + test.says)
			took := c.clock.now.Sub(c.clock.started)
			if test.within > 0 && took > test.within || test.within == 0 && took < c.run.Limit {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestAnApplicationThatWaitsForAPersonSaysSo(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]string{"none": `{}`, "off": `{"automated":{"enabled":false}}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := argoCluster(t)
			c.argoSays("root " + well())
			c.Have(t, applications, `{"metadata":{"name":"web","namespace":"argocd"},"spec":{"syncPolicy":`+policy+`},"status":{"reconciledAt":"2026-01-01T00:00:00Z","sync":{"status":"OutOfSync"}}}`)
			c.stuck("Application argocd/web: it is OutOfSync, and waits for a person: give it syncPolicy.automated")
		})
	}
}

func TestAnUnhealthyApplicationNamesItsObjectsAndTheirPods(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	c.argoSays("root " + statusOf(`"sync":{"status":"Synced",`+compared+`}`, `"health":{"status":"Progressing"}`))
	c.Have(t, "/apis/apps/v1/deployments", `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","generation":1},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}},"status":{"observedGeneration":1}}`)
	c.Have(t, webPath, `{"metadata":{"name":"web-1","namespace":"shop","labels":{"app":"web"}},"status":{"containerStatuses":[{"name":"web","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}}`)
	c.stuck("Deployment shop/web: Replicas: 0/2", "pod web-1: container web: ImagePullBackOff")
}

func TestAnApplicationSetThatMakesNothingIsNamed(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	c.argoSays("root " + well())
	c.Have(t, applicationSets, `{"metadata":{"name":"all","namespace":"argocd"},"status":{"conditions":[{"type":"ErrorOccurred","status":"True","reason":"ApplicationGenerationFromParamsError","message":"no such file"}]}}`)
	c.stuck("ApplicationSet argocd/all: ApplicationGenerationFromParamsError: no such file")
}

// A repository that was away for a moment does not fail a color: Argo CD, which remembers that, is asked to look again.
func TestAFailureThatPassesIsForgivenAndLookedAtAgain(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	c.argoSays("root " + statusOf(`"conditions":[{"type":"ComparisonError","message":"connection refused"}]`))
	asked := false
	c.OnApply(func(o apitest.Object) {
		meta, _ := o["metadata"].(apitest.Object)
		annotations, _ := meta["annotations"].(apitest.Object)
		asked = asked || annotations["argocd.argoproj.io/refresh"] == "hard"
	})
	c.clock.asleep = func(time.Duration) {
		if asked {
			c.argoSays("root " + well())
		}
	}
	if detail, err := c.synced(); err != nil || detail != "1 Application Synced and Healthy, root at abc123" {
		t.Fatalf("got %q and %v", detail, err)
	}
	if !asked {
		t.Error("nobody asked Argo CD to look again")
	}
}

func TestARootThatIsGoneAndAServerThatIsSilentAreNotTakenForWell(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	c.argoSays("other " + well())
	c.stuck("Application argocd/root: it is gone")
	c = argoCluster(t)
	c.argoSays("root " + well())
	c.Answer(applications, 503)
	if _, err := c.synced(); err == nil || !strings.Contains(err.Error(), "asking for Argo CD's Applications") {
		t.Errorf("got %v", err)
	}
	if took := c.clock.now.Sub(c.clock.started); took < c.run.Patience || took > 2*c.run.Patience {
		t.Errorf("it took %s", took)
	}
}

func TestWithoutAnApplicationNothingIsAsked(t *testing.T) {
	t.Parallel()
	c := argoCluster(t)
	if detail, err := c.run.Synced(t.Context(), nil); detail != "" || err != nil || len(c.Asked()) > 0 {
		t.Errorf("got %q and %v after %v", detail, err, c.Asked())
	}
}
