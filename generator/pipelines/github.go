package pipelines

import (
	"fmt"
	"time"
)

// The actions, by the commit of a release, which nobody can move. docs/pipelines.md says how to renew them.
var (
	checkoutAction    = action{"actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"}
	credentialsAction = action{"aws-actions/configure-aws-credentials", "e6de054238d6b7531b4efff3b6587d9aade6a06c", "v6.2.3"}
)

type action struct{ name, commit, release string }

func (a action) uses(name string) mapping {
	return mapping{{key: "name", value: name}, {key: "uses", value: a.name + "@" + a.commit, line: a.release}}
}

// The schedules, not at a full hour, when GitHub is slow; times are UTC.
const (
	rotateCron = "23 * * * *"
	driftCron  = "41 5 * * *"
)

// sameRepository is true of events that a person with write access caused: pull requests from forks get no credentials.
const sameRepository = "github.event.pull_request.head.repo.full_name == github.repository"

// github is the workflow of a cluster.
func github(p pipeline) (string, mapping) {
	file := fmt.Sprintf(".github/workflows/drover-%s.yml", p.cluster)
	paths := texts(p.File, p.Out+"/**", file)
	jobs := mapping{{key: "check", value: p.githubCheck()}, {key: "plan", value: p.githubPlan()}, {key: "comment", value: p.githubComment()}}
	if p.Rehearse {
		jobs = jobs.with(field{key: "rehearse", value: p.githubRehearse()})
	}
	jobs = jobs.with(field{key: "apply", value: p.githubDrive("apply", "github.event_name == 'push'", "apply")},
		field{key: "rotate", value: p.githubRotate()})
	for _, gate := range p.approvals {
		jobs = jobs.with(field{key: "approve-" + gate, value: p.githubApprove(gate)})
	}
	jobs = jobs.with(field{key: "drift", value: p.githubDrift()})
	return file, mapping{
		{key: "name", value: "drover " + p.cluster},
		{key: "on", value: mapping{
			{key: "pull_request", value: mapping{{key: "paths", value: paths}}},
			{key: "push", value: mapping{{key: "branches", value: texts(p.Branch)}, {key: "paths", value: paths}}},
			{key: "schedule", value: sequence{mapping{{key: "cron", value: rotateCron, line: "rotate, if it is due, and go on with a rotation"}}, mapping{{key: "cron", value: driftCron, line: "drift"}}}},
			{key: "workflow_dispatch", value: mapping{{key: "inputs", value: mapping{{key: "do", value: mapping{
				{key: "description", value: "What to do"}, {key: "type", value: "choice"}, {key: "required", value: true}, {key: "options", value: texts("apply", "rotate", "drift")}}}}}}},
		}},
		{key: "permissions", value: mapping{}, head: "Each job takes what it needs."},
		{key: "defaults", value: mapping{{key: "run", value: mapping{{key: "shell", value: "bash"}}}}},
		{key: "env", value: p.variables()},
		{key: "jobs", value: jobs},
	}
}

// job begins a job that has a checkout or not.
func (p pipeline) githubJob(name, condition string, minutes int, permissions mapping) mapping {
	runner := p.Runner
	if runner == "" {
		runner = "ubuntu-latest"
	}
	m := mapping{{key: "name", value: name}, {key: "if", value: condition}, {key: "runs-on", value: runner}}
	if p.Image != "" {
		m = m.with(field{key: "container", value: mapping{{key: "image", value: p.Image}}})
	}
	return m.with(field{key: "timeout-minutes", value: minutes}, field{key: "permissions", value: permissions})
}

// githubCheckout leaves no token behind in the directory.
func githubCheckout() mapping {
	return checkoutAction.uses("Check out").with(field{key: "with", value: mapping{{key: "persist-credentials", value: false}}})
}

// githubCredentials takes a role on; the job has to have the permission id-token.
func (p pipeline) githubCredentials(role string) mapping {
	session := time.Hour // more than looking and approving take
	if role == p.ApplyRole {
		session = p.Session
	}
	return credentialsAction.uses("Take the role on").with(field{key: "with", value: mapping{
		{key: "role-to-assume", value: role}, {key: "aws-region", value: p.region}, {key: "role-duration-seconds", value: int(session.Seconds())}}})
}

func step(name, shell string, more ...field) mapping {
	return mapping{{key: "name", value: name}}.with(more...).with(field{key: "run", value: shell})
}

var (
	reads    = mapping{{key: "contents", value: "read"}}
	readsOID = mapping{{key: "contents", value: "read"}, {key: "id-token", value: "write"}}
)

func (p pipeline) githubCheck() mapping {
	condition := "github.event_name == 'pull_request'"
	if p.Runner != "" {
		condition += " && " + sameRepository // a machine of one's own runs nothing of strangers
	}
	return p.githubJob("check", condition, 10, reads).with(field{key: "steps", value: sequence{githubCheckout(), step("Check the spec and what is generated", script("check"))}})
}

func (p pipeline) githubPlan() mapping {
	return p.githubJob("plan", "github.event_name == 'pull_request' && "+sameRepository, 30, readsOID).with(
		field{key: "outputs", value: mapping{{key: "plan", value: "${{ steps.plan.outputs.plan }}"}}},
		field{key: "steps", value: sequence{githubCheckout(), p.githubCredentials(p.PlanRole), step("Plan", script("plan-github"), field{key: "id", value: "plan"})}},
	)
}

// githubComment has a token that may write comments, and neither the checkout nor credentials of the cloud.
func (p pipeline) githubComment() mapping {
	return p.githubJob("comment", "!cancelled() && needs.plan.result != 'skipped'", 5, mapping{{key: "pull-requests", value: "write"}}).with( //nolint:misspell // GitHub's own function
		field{key: "needs", value: texts("plan")},
		field{key: "steps", value: sequence{step("Comment on the pull request", script("comment-github"), field{key: "env", value: mapping{
			{key: "GH_TOKEN", value: "${{ github.token }}"}, {key: "PULL", value: "${{ github.event.pull_request.number }}"}, {key: "PLAN", value: "${{ needs.plan.outputs.plan }}"}}})}},
	)
}

func (p pipeline) githubRehearse() mapping {
	condition := "github.event_name == 'pull_request'"
	if p.Runner != "" {
		condition += " && " + sameRepository
	}
	return p.githubJob("rehearse", condition, 120, reads).with(field{key: "steps", value: sequence{githubCheckout(), step("Build and rotate in a simulated cloud", script("rehearse"))}})
}

// onBranch is true of an event, or of a person who asks for it, on the branch that is applied.
func (p pipeline) onBranch(event, do string) string {
	return fmt.Sprintf("github.ref == 'refs/heads/%s' && (%s || github.event_name == 'workflow_dispatch' && inputs.do == '%s')", p.Branch, event, do)
}

// githubDrive is a job that changes the cluster: one at a time, never canceled, in an environment that says who may.
func (p pipeline) githubDrive(do, event string, scripts ...string) mapping {
	return p.githubJob(do, p.onBranch(event, do), minutes(p.Session), readsOID).with(
		field{key: "environment", value: "drover-" + p.cluster},
		field{key: "concurrency", value: mapping{{key: "group", value: "drover-" + p.cluster}, {key: "cancel-in-progress", value: false}}},
		field{key: "steps", value: sequence{githubCheckout(), p.githubCredentials(p.ApplyRole), p.withSecrets(step("drover "+do, driving("github", scripts...), field{key: "id", value: "drover"}), "${{ secrets.%s }}")}},
	)
}

func (p pipeline) githubRotate() mapping {
	return p.githubDrive("rotate", "github.event_name == 'schedule' && github.event.schedule == '"+rotateCron+"'", "rotate", "rotated-github").with(
		field{key: "outputs", value: mapping{{key: "gate", value: "${{ steps.drover.outputs.gate }}"}, {key: "rotation", value: "${{ steps.drover.outputs.rotation }}"}}})
}

// githubApprove waits for a reviewer of its environment, and opens a gate in the reviewer's name.
func (p pipeline) githubApprove(gate string) mapping {
	environment := fmt.Sprintf("drover-%s-approve-%s", p.cluster, gate)
	return p.githubJob("approve "+gate, fmt.Sprintf("needs.rotate.outputs.gate == '%s'", gate), 10,
		mapping{{key: "actions", value: "read"}, {key: "contents", value: "read"}, {key: "id-token", value: "write"}}).with(
		field{key: "needs", value: texts("rotate")},
		field{key: "environment", value: environment},
		field{key: "concurrency", value: mapping{{key: "group", value: environment}, {key: "cancel-in-progress", value: false}}},
		field{key: "steps", value: sequence{githubCheckout(), p.githubCredentials(p.ApplyRole), step("Approve "+gate, script("approve-github"), field{key: "env", value: mapping{
			{key: "GH_TOKEN", value: "${{ github.token }}"}, {key: "DROVER_GATE", value: gate}, {key: "DROVER_ENVIRONMENT", value: environment},
			{key: "DROVER_ROTATION", value: "${{ needs.rotate.outputs.rotation }}"}}})}},
	)
}

func (p pipeline) githubDrift() mapping {
	return p.githubJob("drift", p.onBranch("github.event_name == 'schedule' && github.event.schedule == '"+driftCron+"'", "drift"), 30, readsOID).with(
		field{key: "steps", value: sequence{githubCheckout(), p.githubCredentials(p.PlanRole), step("Compare the cluster with the spec", driving("github", "drift"))}})
}
