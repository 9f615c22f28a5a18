package kubernetes

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"drover/generator/spec"
	"drover/orchestrator/bootstrap"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/singleton"
	rehearsal "drover/rehearsal/kubernetes"
)

// Two singletons, one workload whose name begins like that of one, and one that runs by the clock.
const handed = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: consumer, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: consumer}}
  template: {metadata: {labels: {app: consumer}}, spec: {containers: [{name: c, image: "c:v1"}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: consumer-api, namespace: shop}
spec:
  selector: {matchLabels: {app: api}}
  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c, image: "c:v1"}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: queue, namespace: shop}
spec:
  serviceName: queue
  selector: {matchLabels: {app: queue}}
  template: {metadata: {labels: {app: queue}}, spec: {containers: [{name: c, image: "c:v1"}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "0 0 1 1 *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:v1"}]}}}}
`

const (
	consumerAt = "/apis/apps/v1/namespaces/shop/deployments/consumer"
	reportAt   = "/apis/batch/v1/namespaces/shop/cronjobs/report"
)

func keeperOf(t *testing.T, client *kubernetes.Client) *singleton.Keeper {
	t.Helper()
	return &singleton.Keeper{Client: client, Clock: wall{}, Limit: time.Minute, Patience: time.Minute, Valid: func() error { return nil }, Progress: func(m string) { t.Log(m) },
		All: []spec.Singleton{{Kind: "Deployment", Name: "shop/consumer"}, {Kind: "StatefulSet", Name: "shop/queue"}, {Kind: "CronJob", Name: "shop/*"}}}
}

func TestSingletonsAreHeldStartedAndStoppedByARealAPIServer(t *testing.T) {
	t.Parallel()
	cluster, access := start(t)
	if err := cluster.SetNodes(t.Context(), []rehearsal.Node{node("a")}); err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.New(access)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	keeper := keeperOf(t, client)
	if err := keeper.Hold(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // and once more, as after a kill, takes nothing from who stopped them
		run := bootstrap.Installation{Client: client, Clock: wall{}, Limit: time.Minute, Patience: time.Minute, Progress: func(m string) { t.Log(m) }, Between: keeper.Between}
		if err := run.Run(t.Context(), objects(t, handed)); err != nil {
			t.Fatal(err)
		}
		if missing, err := keeper.Settled(t.Context()); err != nil || len(missing) > 0 {
			t.Fatalf("missing %v: %v", missing, err)
		}
	}
	onlyThePodsOf(t, client, "consumer-api-")
	whoHealsThemRunsNothing(t, client, keeper)

	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	detail, since, err := keeper.Start(t.Context(), []journal.Run{{Name: "shop/report", Last: began}}, false)
	if err != nil || since.IsZero() || detail != "Deployment shop/consumer, StatefulSet shop/queue, CronJob shop/report" {
		t.Fatalf("got %q, %v and %v", detail, since, err)
	}
	onlyThePodsOf(t, client, "consumer-", "consumer-", "consumer-api-", "queue-0")
	var report struct {
		Spec   struct{ Suspend bool }
		Status struct{ LastScheduleTime time.Time }
	}
	if err := client.Get(t.Context(), reportAt, &report); err != nil || report.Spec.Suspend || !report.Status.LastScheduleTime.Equal(began) {
		t.Errorf("the CronJob is %+v (%v)", report, err)
	}

	if _, runs, err := keeper.Halt(t.Context()); err != nil || len(runs) != 1 || !runs[0].Last.Equal(began) {
		t.Fatalf("got %v and %v", runs, err)
	}
	onlyThePodsOf(t, client, "consumer-api-")
}

// onlyThePodsOf holds which pods there are, by how their names begin.
func onlyThePodsOf(t *testing.T, client *kubernetes.Client, want ...string) {
	t.Helper()
	pods, err := kubernetes.List[kubernetes.Pod](t.Context(), client, "/api/v1/namespaces/shop/pods")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range pods {
		names = append(names, p.Metadata.Name)
	}
	slices.Sort(names)
	for i, name := range names {
		if len(names) != len(want) || !strings.HasPrefix(name, want[i]) {
			t.Errorf("there are %v, want those of %v", names, want)
			return
		}
	}
}

// whoHealsThemRunsNothing has somebody else start what is stopped: the API server denies the pods and the Jobs.
func whoHealsThemRunsNothing(t *testing.T, client *kubernetes.Client, keeper *singleton.Keeper) {
	t.Helper()
	if err := client.Merge(t.Context(), consumerAt, "somebody", []byte(`{"spec":{"replicas":2}}`)); err != nil {
		t.Fatal(err)
	}
	denied := func() bool {
		var consumer kubernetes.Workload
		if err := client.Get(t.Context(), consumerAt, &consumer); err != nil {
			t.Fatal(err)
		}
		c, has := kubernetes.Named(consumer.Status.Conditions, "ReplicaFailure")
		return has && strings.Contains(c.Message, "drover-handover")
	}
	for end := time.Now().Add(30 * time.Second); !denied(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the Deployment does not say that its pods are denied")
		}
	}
	job := `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"x","namespace":"shop","ownerReferences":[{"apiVersion":"batch/v1","kind":"CronJob","name":"report","uid":"u"}]},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c:v1"}]}}}}`
	if err := client.WouldCreate(t.Context(), "/apis/batch/v1/namespaces/shop/jobs", []byte(job)); !kubernetes.Rejected(err, "drover-handover") {
		t.Errorf("a Job of the CronJob: %v", err)
	}
	if err := client.WouldCreate(t.Context(), "/apis/batch/v1/namespaces/shop/jobs", []byte(strings.Replace(job, "CronJob", "Workflow", 1))); err != nil {
		t.Errorf("a Job of something else: %v", errors.Unwrap(err))
	}
	onlyThePodsOf(t, client, "consumer-api-")
	if _, err := keeper.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
}
