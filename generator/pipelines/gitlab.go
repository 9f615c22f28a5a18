package pipelines

import "fmt"

// The conditions of GitLab's jobs. Schedules and runs by hand say what they are for by the variable DROVER_DO.
const (
	ownMerge = `$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID`
	anyMerge = `$CI_PIPELINE_SOURCE == "merge_request_event"`
)

// gitlab is a file of jobs that .gitlab-ci.yml includes.
func gitlab(p pipeline) (string, mapping) {
	file := fmt.Sprintf(".gitlab/drover-%s.yml", p.cluster)
	changes := texts(p.File, p.Out+"/**/*", file)
	own := sequence{rule(ownMerge).with(field{key: "changes", value: changes})}
	name := func(job string) string { return fmt.Sprintf("drover %s: %s", p.cluster, job) }
	jobs := mapping{
		{key: name("check"), value: p.gitlabJob("test", "10 minutes", sequence{rule(anyMerge).with(field{key: "changes", value: changes})}, nil, script("check"))},
		{key: name("plan"), value: p.gitlabJob("test", "30 minutes", own, p.gitlabRole(p.PlanRole), script("plan")).with(
			field{key: "artifacts", value: mapping{{key: "paths", value: texts("drover-plan.md")}, {key: "access", value: "developer"}, {key: "expire_in", value: "1 day"}},
				head: "Names of resources and prices; Terraform's own plan, which has values, is never kept."})},
		{key: name("comment"), value: p.gitlabJob("test", "5 minutes", own, mapping{{key: "GIT_STRATEGY", value: "none"}}, script("comment-gitlab")).with(
			field{key: "needs", value: texts(name("plan"))}, neutral()),
			head: "It needs a project access token with the scope api, as the masked variable DROVER_GITLAB_TOKEN."},
	}
	if p.Rehearse {
		jobs = jobs.with(field{key: name("rehearse"), value: p.gitlabJob("test", "2 hours", own, nil, script("rehearse"))})
	}
	push := rule(fmt.Sprintf(`$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "%s"`, p.Branch)).with(field{key: "changes", value: changes})
	jobs = jobs.with(
		field{key: name("apply"), value: p.gitlabDrive(sequence{push, p.gitlabAsked("apply")}, "apply")},
		field{key: name("rotate"), value: p.gitlabDrive(sequence{p.gitlabAsked("rotate")}, "rotate", "rotated")},
	)
	for _, gate := range p.approvals {
		approve := p.gitlabJob("deploy", "10 minutes", sequence{p.gitlabAsked("rotate").with(field{key: "when", value: "manual"}, field{key: "allow_failure", value: true})},
			p.gitlabRole(p.ApplyRole).with(field{key: "DROVER_GATE", value: gate}), script("approve-gitlab")).with(
			field{key: "needs", value: sequence{}}, field{key: "environment", value: mapping{{key: "name", value: fmt.Sprintf("drover-%s-approve-%s", p.cluster, gate)}}})
		jobs = jobs.with(field{key: name("approve " + gate), value: approve, head: "Started by hand, by whom the protected environment allows, once the rotation waits for it."})
	}
	return file, jobs.with(field{key: name("drift"), value: p.gitlabJob("test", "30 minutes", sequence{p.gitlabAsked("drift")}, p.gitlabRole(p.PlanRole), driving("gitlab", "drift"))})
}

// gitlabAsked is true of a schedule, or of a person, that asks for something on the branch that is applied.
func (p pipeline) gitlabAsked(do string) mapping {
	return rule(fmt.Sprintf(`($CI_PIPELINE_SOURCE == "schedule" || $CI_PIPELINE_SOURCE == "web") && $CI_COMMIT_BRANCH == "%s" && $DROVER_DO == "%s"`, p.Branch, do))
}

func rule(condition string) mapping { return mapping{{key: "if", value: condition}} }

// neutral lets a job end with the exit codes of a wait, which GitLab shows as a warning.
func neutral() field {
	return field{key: "allow_failure", value: mapping{{key: "exit_codes", value: sequence{5, 6}}}, head: "5 waits for a person or a time, 6 for another process: neither done nor failed."}
}

// gitlabRole are the variables by which credentials are had of a role.
func (p pipeline) gitlabRole(role string) mapping {
	return mapping{{key: "AWS_ROLE_ARN", value: role}, {key: "AWS_REGION", value: p.region}}
}

// gitlabJob is a job that has credentials if its variables name a role.
func (p pipeline) gitlabJob(stage, timeout string, rules sequence, own mapping, shell string) mapping {
	m := mapping{{key: "stage", value: stage}, {key: "timeout", value: timeout}}
	if p.Image != "" {
		m = m.with(field{key: "image", value: p.Image})
	}
	if p.Runner != "" {
		m = m.with(field{key: "tags", value: texts(p.Runner)})
	}
	m = m.with(field{key: "rules", value: rules}, field{key: "variables", value: p.variables().with(own...)})
	for _, v := range own {
		if v.key == "AWS_ROLE_ARN" {
			m = m.with(field{key: "id_tokens", value: mapping{{key: "DROVER_OIDC", value: mapping{{key: "aud", value: "sts.amazonaws.com"}}}}})
			shell = script("credentials-gitlab") + shell
		}
	}
	return m.with(field{key: "script", value: texts(shell)})
}

// gitlabDrive is a job that changes the cluster: one at a time, never canceled, in an environment that says who may.
func (p pipeline) gitlabDrive(rules sequence, scripts ...string) mapping {
	return p.gitlabJob("deploy", fmt.Sprintf("%d minutes", minutes(p.Session)), rules, p.gitlabRole(p.ApplyRole), driving("gitlab", scripts...)).with(
		field{key: "resource_group", value: "drover-" + p.cluster}, field{key: "interruptible", value: false},
		field{key: "environment", value: mapping{{key: "name", value: "drover-" + p.cluster}}}, neutral())
}
