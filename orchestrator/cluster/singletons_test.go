package cluster

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/internal/apitest"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
	"drover/orchestrator/verify"
)

const (
	podsPath     = "/api/v1/pods"
	jobsPath     = "/apis/batch/v1/jobs"
	consumerPath = "/apis/apps/v1/namespaces/shop/deployments/consumer"
	reportPath   = "/apis/batch/v1/namespaces/shop/cronjobs/report"
	bindingPath  = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/drover-handover"
	ranAt        = "2026-01-01T00:05:00Z"
)

const singletonsText = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: consumer, namespace: shop}
spec: {replicas: 1, selector: {matchLabels: {app: consumer}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec: {schedule: "* * * * *"}
`

// twoColors are the API servers of both, with controllers that make a pod of the consumer as far as they are let.
type twoColors struct {
	t    *testing.T
	on   map[string]*apitest.Server
	pods map[string]bool // in which colors the consumer has one
	cron map[string]bool // in which colors the report begins
	pod  apitest.Object  // on blue, beside those of the consumer; nil: none
	both bool
	die  func(before bool) // is told of each change; it may panic
}

// singletons is a world with two of them, which drover brings.
func singletons(t *testing.T, test func(*testing.T, *world, *twoColors)) {
	t.Helper()
	c := &twoColors{t: t, on: map[string]*apitest.Server{}, pods: map[string]bool{}, cron: map[string]bool{}, die: func(bool) {}}
	for _, name := range []string{"blue", "green"} {
		c.on[name] = c.server(t, name)
	}
	inWorld(t, func(t *testing.T, w *world) {
		w.apis = c.on
		w.manifest(singletonsText)
		w.spec.Spec.Rotation.Handover = &spec.Handover{Timeout: spec.Duration(time.Minute), Singletons: []spec.Singleton{{Kind: "Deployment", Name: "shop/consumer"}, {Kind: "CronJob", Name: "shop/*"}}}
		test(t, w, c)
		if c.both {
			t.Error("a singleton ran in both colors")
		}
	})
}

func (c *twoColors) server(t *testing.T, name string) *apitest.Server {
	t.Helper()
	server := hosting(t)
	server.Kinds(t, "batch/v1", kubernetes.Resource{Name: "cronjobs", Kind: "CronJob", Namespaced: true}, kubernetes.Resource{Name: "jobs", Kind: "Job", Namespaced: true})
	server.Kinds(t, "admissionregistration.k8s.io/v1", kubernetes.Resource{Name: "validatingadmissionpolicies", Kind: "ValidatingAdmissionPolicy"},
		kubernetes.Resource{Name: "validatingadmissionpolicybindings", Kind: "ValidatingAdmissionPolicyBinding"})
	change := func(o apitest.Object) { c.changed(name, server, o); c.die(false) }
	server.OnApply(change)
	server.OnMerge(change)
	server.OnRequest(func(method, _ string) {
		if method != http.MethodGet {
			c.die(true)
		}
	})
	return server
}

// changed is what controllers make of an object.
func (c *twoColors) changed(name string, server *apitest.Server, o apitest.Object) {
	body, _ := o["spec"].(apitest.Object)
	switch o["kind"] {
	case "Namespace":
		o["status"] = apitest.Object{"phase": "Active"}
	case "Deployment":
		wanted := fmt.Sprint(body["replicas"]) != "0"
		runs := wanted && (!server.Bound() || c.pods[name]) // what runs is not denied
		c.pods[name] = runs
		pods := []apitest.Object{}
		if name == "blue" && c.pod != nil {
			pods = append(pods, c.pod)
		}
		status := apitest.Object{"conditions": []apitest.Object{{"type": "Available", "status": "True"}}}
		if runs {
			pods = append(pods, apitest.Object{"metadata": apitest.Object{"name": "consumer-abc-1", "namespace": "shop", "labels": apitest.Object{"pod-template-hash": "abc"},
				"ownerReferences": []apitest.Object{{"kind": "ReplicaSet", "name": "consumer-abc"}}}, "status": apitest.Object{"phase": "Running"}})
			for _, count := range []string{"replicas", "readyReplicas", "availableReplicas", "updatedReplicas"} {
				status[count] = 1
			}
		}
		server.Set(podsPath, pods...)
		o["status"] = status
	case "CronJob":
		c.cron[name] = body["suspend"] != true && !server.Bound()
		if name == "blue" && o["status"] == nil {
			o["status"] = apitest.Object{"lastScheduleTime": ranAt}
		}
	}
	c.both = c.both || c.pods["blue"] && c.pods["green"] || c.cron["blue"] && c.cron["green"]
}

// run holds which color, and no other, runs both.
func (c *twoColors) run(t *testing.T, only string) {
	t.Helper()
	for name := range c.on {
		if c.pods[name] != (name == only) || c.cron[name] != (name == only) {
			t.Errorf("of %s, the consumer has a pod: %t, the report begins: %t", name, c.pods[name], c.cron[name])
		}
	}
}

func TestSingletonsChangeHandsAndNeverRunTwice(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		c.run(t, "blue")
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Handover, func() { c.run(t, "blue") })
		must(t, Rotate(t.Context(), o))
		checkRotated(t, w)
		c.run(t, "green")
		p := w.state().Past[0].Phases[rotation.Handover]
		if p.Outcome != journal.Done || !strings.HasPrefix(p.Detail, "Deployment shop/consumer, CronJob shop/report: on green; in neither color for at most ") {
			t.Errorf("handover was %s: %s", p.Outcome, p.Detail)
		}
		status, _ := c.on["green"].Object(reportPath)["status"].(apitest.Object)
		if status["lastScheduleTime"] != ranAt {
			t.Errorf("green's CronJob does not know when it ran on blue: %v", status)
		}
		for _, path := range []string{consumerPath, reportPath} {
			meta, _ := c.on["green"].Object(path)["metadata"].(apitest.Object)
			if annotations, _ := meta["annotations"].(apitest.Object); len(annotations) > 0 {
				t.Errorf("%s keeps %v", path, annotations)
			}
		}
	})
}

// falls has green fall ill once it runs the singletons.
func falls(w *world) Observer {
	return onPhase(rotation.Soak, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.verdicts["green"] = verify.Fail
	})
}

func TestARollbackGivesSingletonsBack(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = falls(w)
		_ = rotated[*rotation.RolledBack](t, w, o)
		checkBack(t, w)
		c.run(t, "blue")
	})
}

func TestBlueStartsNothingWhileGreenCannotBeAskedUntilAPersonSaysSo(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() {
			w.mu.Lock()
			w.verdicts["green"] = verify.Fail
			w.mu.Unlock()
			c.on["green"].OnRequest(func(string, string) { panic(http.ErrAbortHandler) })
		})
		waiting := rotated[*rotation.Waiting](t, w, o)
		if waiting.Next != "approve handback" || !strings.Contains(waiting.For, "no singleton runs on green") {
			t.Errorf("it waits for %q, which %q ends", waiting.For, waiting.Next)
		}
		if c.pods["blue"] || c.cron["blue"] || w.dns["blue"] != 100 {
			t.Errorf("singletons on blue: %v %v; DNS: %v", c.pods, c.cron, w.dns)
		}
		c.pods["green"], c.cron["green"] = false, false // a person ends them
		if _, err := Ask(t.Context(), w.options(), rotation.Request{Asks: rotation.Approve, Gate: rotation.HandBack}); err != nil {
			t.Fatal(err)
		}
		_ = rotated[*rotation.RolledBack](t, w, w.options())
		checkBack(t, w)
		c.run(t, "blue")
		if failed := w.state().Failed; failed == nil || failed.Until.After(failed.Since) {
			t.Errorf("green, which nobody could stop, is kept: %+v", failed)
		}
	})
}

// What a person said is not believed against what green itself says once it answers again.
func TestAnApprovedHandbackAsksGreenOnceMore(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		o, again := w.options(), func() {}
		o.Observer = onPhase(rotation.Soak, func() {
			w.mu.Lock()
			w.verdicts["green"] = verify.Fail
			w.mu.Unlock()
			again = mute(c.on["green"])
		})
		_ = rotated[*rotation.Waiting](t, w, o)
		again()
		c.on["green"].Have(t, jobsPath, `{"metadata":{"name":"report-9","namespace":"shop","ownerReferences":[{"kind":"CronJob","name":"report"}]}}`)
		approve := func() {
			if _, err := Ask(t.Context(), w.options(), rotation.Request{Asks: rotation.Approve, Gate: rotation.HandBack}); err != nil {
				t.Fatal(err)
			}
		}
		approve()
		waiting := rotated[*rotation.Waiting](t, w, w.options())
		if waiting.Next != "approve handback" || !strings.Contains(waiting.For, "Job shop/report-9 runs") || c.pods["blue"] || c.cron["blue"] {
			t.Errorf("it waits for %q; on blue: %v %v", waiting.For, c.pods, c.cron)
		}
		c.on["green"].Set(jobsPath)
		approve()
		_ = rotated[*rotation.RolledBack](t, w, w.options())
		c.run(t, "blue")
	})
}

// A new singleton is in green alone: a way back does not wait for it on blue.
func TestARollbackDoesNotWaitForASingletonThatIsNew(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		h := w.spec.Spec.Rotation.Handover
		h.Singletons = append(h.Singletons, spec.Singleton{Kind: "CronJob", Name: "shop/fresh"})
		w.manifest(singletonsText + "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: fresh, namespace: shop}\nspec: {schedule: \"* * * * *\"}\n")
		o := w.options()
		o.Observer = falls(w)
		_ = rotated[*rotation.RolledBack](t, w, o)
		checkBack(t, w)
		c.run(t, "blue")
		if blue := w.state().Past[0].Singletons[color.Blue]; blue.Stage != journal.Running || blue.Gap > h.Timeout.Std()/2 || !strings.Contains(blue.Detail, "CronJob shop/fresh is not there") {
			t.Errorf("blue is %+v", blue)
		}
	})
}

func TestAJobThatDoesNotEndKeepsSingletonsWhereTheyAre(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		c.on["blue"].Have(t, jobsPath, `{"metadata":{"name":"report-1","namespace":"shop","ownerReferences":[{"kind":"CronJob","name":"report"}]}}`)
		back := rotated[*rotation.RolledBack](t, w, w.options())
		if !strings.Contains(back.Reason, "the singletons of blue did not end: Job shop/report-1 runs") {
			t.Errorf("it was rolled back as %q", back.Reason)
		}
		c.run(t, "blue")
	})
}

// A controller that ends between a Job and the record of it in its CronJob does not make the other color run it again.
func TestAJobThatItsCronJobDoesNotKnowOfIsNotRunAgain(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		job := func(name, at string) string {
			return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"shop","ownerReferences":[{"kind":"CronJob","name":"report"}],"annotations":{"batch.kubernetes.io/cronjob-scheduled-timestamp":%q}},`+
				`"status":{"conditions":[{"type":"Complete","status":"True"}]}}`, name, at)
		}
		const last = "2026-01-01T00:06:00Z"
		c.on["blue"].Have(t, jobsPath, job("report-1", "2026-01-01T01:06:00+01:00"), job("report-2", "2026-01-01T00:04:00Z"), job("report-3", "soon"))
		must(t, Rotate(t.Context(), w.options()))
		status, _ := c.on["green"].Object(reportPath)["status"].(apitest.Object)
		if status["lastScheduleTime"] != last {
			t.Errorf("green's CronJob was told of %v, want %s", status, last)
		}
	})
}

// A Job that is replaced or deleted goes before its pods do: they may run for all of their grace period.
func TestPodsWhoseJobIsGoneKeepSingletonsWhereTheyAre(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Handover, func() {
			c.pod = apitest.Object{"metadata": apitest.Object{"name": "report-29452325-x7k2p", "namespace": "shop",
				"ownerReferences": []apitest.Object{{"kind": "Job", "name": "report-29452325", "uid": "gone"}}}, "status": apitest.Object{"phase": "Running"}}
		})
		back := rotated[*rotation.RolledBack](t, w, o)
		if !strings.Contains(back.Reason, "the singletons of blue did not end: pod shop/report-29452325-x7k2p is there") {
			t.Errorf("it was rolled back as %q", back.Reason)
		}
		c.run(t, "blue")
	})
}

func TestASingletonThatNothingBringsEndsBeforeTraffic(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, _ *twoColors) {
		applied(t, w)
		newVersion(w)
		h := w.spec.Spec.Rotation.Handover
		h.Singletons = append(h.Singletons, spec.Singleton{Kind: "CronJob", Name: "shop/reprot"})
		back := rotated[*rotation.RolledBack](t, w, w.options())
		if !strings.Contains(back.Reason, "CronJob shop/reprot: spec.rotation.handover names it, and nothing brings it") || w.state().Past[0].Phases[rotation.Shift].Starts > 0 {
			t.Errorf("it was rolled back as %q", back.Reason)
		}
	})
}

// A recovery ends the rotation, and no other one knows that green runs what blue holds.
func TestARecoveryTellsWhereSingletonsAre(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		remote(w)
		applied(t, w)
		newVersion(w)
		w.spec.Spec.Rotation.KeepBlue = spec.Duration(24 * time.Hour)
		_ = rotated[*rotation.Waiting](t, w, w.options())
		w.dns = map[string]int{"blue": 100, "green": 0}
		var told string
		must(t, Recover(t.Context(), w.options(), "blue", func(found string) error { told = found; return nil }))
		for _, text := range []string{"blue halted", "green running", "drover moves none of them", "kubectl delete validatingadmissionpolicybinding drover-handover"} {
			if !strings.Contains(told, text) {
				t.Errorf("%q lacks %q", told, text)
			}
		}
		c.run(t, "green")
	})
}

// An agent that starts again what drover stopped makes nothing run.
func TestAnAgentThatHealsWhatIsStoppedMakesNothingRun(t *testing.T) {
	t.Parallel()
	singletons(t, func(t *testing.T, w *world, c *twoColors) {
		applied(t, w)
		newVersion(w)
		o := w.options()
		o.Observer = onPhase(rotation.Soak, func() {
			for _, path := range []string{consumerPath, reportPath} {
				body, _ := c.on["blue"].Object(path)["spec"].(apitest.Object)
				body["replicas"], body["suspend"] = 1, false
				c.changed("blue", c.on["blue"], c.on["blue"].Object(path))
			}
			c.run(t, "green")
		})
		must(t, Rotate(t.Context(), o))
	})
}

// fewestChanges is how many requests that change something, before and after, a handover makes in any case.
const fewestChanges = 30

// Killed before and after each change that a handover, and a way back, make, the next process finishes it.
func TestAHandoverSurvivesAKillAtEachChange(t *testing.T) {
	t.Parallel()
	for back, from := range map[bool]int{false: 1, true: fewestChanges} { // up to there a way back is no other
		for at := from; at < from+fewestChanges+5; at += 3 {
			t.Run(fmt.Sprintf("back=%t/%d", back, at), func(t *testing.T) {
				t.Parallel()
				singletons(t, func(t *testing.T, w *world, c *twoColors) { killedAt(t, w, c, at, back) })
			})
		}
	}
}

func killedAt(t *testing.T, w *world, c *twoColors, at int, back bool) {
	t.Helper()
	applied(t, w)
	newVersion(w)
	count := 0
	c.die = func(bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if count++; count == at {
			w.dead = true
		}
		if w.dead { // it hears no answer any more
			panic(http.ErrAbortHandler)
		}
	}
	o := w.options()
	if back {
		o.Observer = falls(w)
	}
	first := Rotate(t.Context(), o)
	c.die = func(bool) {}
	if w.dead {
		w.revive()
		for range 3 {
			if s := w.state(); s.Rotation == nil {
				break
			}
			o := w.options()
			if back {
				o.Observer = falls(w)
			}
			_ = Rotate(t.Context(), o)
		}
	}
	s := w.state()
	if s.Rotation != nil || count < at && at <= fewestChanges {
		t.Fatalf("it did not end, or made %d changes only: %+v, after %v", count, s.Rotation, first)
	}
	want := map[bool]color.Color{false: color.Green, true: color.Blue}[back]
	if s.Active != want || !slices.Contains([]journal.Outcome{journal.Done, journal.RolledBack}, s.Past[0].Outcome) {
		t.Errorf("%s is active, after %s", s.Active, s.Past[0].Outcome)
	}
	c.run(t, string(want))
}
