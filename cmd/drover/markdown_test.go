package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"drover/generator/cost"
	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
	"drover/orchestrator/history"
	"drover/orchestrator/journal"
	"drover/orchestrator/reconcile"
)

// updateGolden writes testdata anew: go test ./cmd/drover -update.
var updateGolden = flag.Bool("update", false, "write golden files anew")

// hostilePlan has what a spec and a cloud could smuggle in.
func hostilePlan(t *testing.T) pricedPlan {
	t.Helper()
	c, said := spec.Load("../../examples/aws/minimal.yaml")
	if said.HasErrors() {
		t.Fatal(said)
	}
	e, _ := cost.Of(c, time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC))
	next := time.Date(2026, time.December, 1, 2, 0, 0, 0, time.UTC)
	built := time.Now().Add(-50 * time.Hour)
	return pricedPlan{Cost: &e, Planned: cluster.Planned{Cluster: "shop", Takes: "rotate", Active: color.Blue,
		Reason: "changing blue in place would replace module.cluster.aws_eks_node_group.this[\"a|b\"]; ask @acme/admins <script>alert(1)</script>",
		Timing: history.Timing{Built: &built, MaxAge: spec.Duration(30 * 24 * time.Hour), Next: &next},
		Roots: []cluster.PlannedRoot{
			{Root: "foundation", Changes: []cluster.PlannedChange{}},
			{Root: "blue", Changes: []cluster.PlannedChange{
				{Action: "replace", Address: `module.cluster.aws_eks_node_group.this["a|b"]`}, {Action: "create", Address: "module.cluster.aws_iam_role.nodes"},
				{Action: "create", Address: "module.cluster.aws_iam_role.`@acme`"}, {Action: "update", Address: "a\n```\n</details>"}}},
			{Root: "traffic", Later: "it is planned once the foundation stands", Changes: []cluster.PlannedChange{}},
		}}}
}

func statusToTell() history.Status {
	built := time.Now().Add(-50 * time.Hour)
	return history.Status{Cluster: "shop", Active: color.Blue, Version: "1.35", Revision: "r1", Weights: color.Weights{color.Blue: 75, color.Green: 25},
		Timing: history.Timing{Built: &built},
		Account: &history.Account{Asked: true, Disagreements: []reconcile.Disagreement{
			{Journal: "the journal says blue 75 %", Seen: "DNS answers blue 100 % | <b>", Do: "drover recover"}}},
		Rotation: &history.UnderWay{ID: "20261129t020000-aaaaaa", From: color.Blue, To: color.Green, Version: "1.36", Phase: "shift",
			Hold:   &history.Hold{Why: "paused", By: "@bob", Reason: "lunch | #1", Since: time.Date(2026, time.November, 29, 3, 0, 0, 0, time.UTC)},
			Phases: []history.PhaseLine{{Name: "build", Outcome: journal.Done, Detail: "84 resources"}, {Name: "shift", Detail: "`25 %`"}, {Name: "soak"}}}}
}

func TestAnswersAsMarkdownAreAsInTestdata(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, time.November, 8, 5, 0, 1, 0, time.UTC)
	past := []history.PastRotation{
		{ID: "r2", From: color.Green, To: color.Blue, Version: "1.36", Started: ended.Add(time.Hour), Phase: "build"},
		{ID: "r1", From: color.Blue, To: color.Green, Version: "1.35", Started: ended.Add(-time.Hour), Finished: &ended, Seconds: 3600, Outcome: journal.RolledBack,
			Reason: "http-1: fail (answered <h1>500</h1> @ops | see #5)", Left: []string{"ec2/volume vol-1"}}}
	notAsked := history.Status{Cluster: "shop", Account: &history.Account{Reason: "no credentials"}}
	for name, write := range map[string]func(io.Writer) error{
		"plan":               func(w io.Writer) error { return planMarkdown(w, hostilePlan(t)) },
		"status":             func(w io.Writer) error { return statusMarkdown(w, statusToTell()) },
		"status-not-built":   func(w io.Writer) error { return statusMarkdown(w, history.Status{Cluster: "shop"}) },
		"status-not-known":   func(w io.Writer) error { return statusMarkdown(w, notAsked) },
		"history":            func(w io.Writer) error { return historyMarkdown(w, "shop", past) },
		"history-of-nothing": func(w io.Writer) error { return historyMarkdown(w, "shop", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			must(t, write(&got))
			golden := filepath.Join("testdata", name+".md")
			if *updateGolden {
				must(t, os.WriteFile(golden, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(golden)
			must(t, err)
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("it is\n%s\nwant\n%s", got.Bytes(), want)
			}
		})
	}
}

func TestAPlanDiffersUnlessThereIsNothingToDo(t *testing.T) {
	t.Parallel()
	for takes, want := range map[string]bool{"nothing": false, "apply": true, "rotate": true, "neither": true} {
		if got := (cluster.Planned{Takes: takes}).Differs(); got != want {
			t.Errorf("a plan that takes %s differs: %v", takes, got)
		}
	}
}
