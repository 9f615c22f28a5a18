package pipelines

import "fmt"

// The conditions of Azure's stages.
const (
	ofPull      = "eq(variables['Build.Reason'], 'PullRequest')"
	ofOwnPull   = "and(" + ofPull + ", ne(variables['System.PullRequest.IsFork'], 'True'))"
	rotateName  = "drover: rotate if it is due, and go on with a rotation"
	driftName   = "drover: drift"
	azureRotate = "eq(variables['Build.CronSchedule.DisplayName'], '" + rotateName + "')"
	azureDrift  = "eq(variables['Build.CronSchedule.DisplayName'], '" + driftName + "')"
	azurePush   = "in(variables['Build.Reason'], 'IndividualCI', 'BatchedCI')"
)

// azure is the pipeline of a cluster. Its service connections are named drover-<cluster>-plan and drover-<cluster>-apply.
func azure(p pipeline) (string, mapping) {
	file := fmt.Sprintf("azure-pipelines/drover-%s.yml", p.cluster)
	when := mapping{{key: "branches", value: mapping{{key: "include", value: texts(p.Branch)}}}, {key: "paths", value: mapping{{key: "include", value: texts(p.File, p.Out, file)}}}}
	cron := func(at, name string) mapping {
		return mapping{{key: "cron", value: at}, {key: "displayName", value: name}, {key: "branches", value: mapping{{key: "include", value: texts(p.Branch)}}}, {key: "always", value: true}}
	}
	do := texts("as usual", "apply", "rotate", "drift")
	stages := sequence{
		p.azureStage("check", ofPull, p.azureJob(10, bash("Check the spec and what is generated", script("check")))),
		p.azureStage("plan", ofOwnPull, p.azureJob(30, p.azureAs("plan", "Plan", script("plan")), bash("Comment on the pull request", script("comment-azure"),
			field{key: "env", value: mapping{{key: "SYSTEM_ACCESSTOKEN", value: "$(System.AccessToken)"}}}))),
	}
	if p.Rehearse {
		stages = append(stages, p.azureStage("rehearse", ofOwnPull, p.azureJob(120, bash("Build and rotate in a simulated cloud", script("rehearse")))))
	}
	stages = append(stages, p.azureDrive("apply", azurePush, "apply"), p.azureDrive("rotate", azureRotate, "rotate", "rotated"))
	for _, gate := range p.approvals {
		do = append(do, "approve "+gate)
		approve := p.azureAs("apply", "Approve "+gate, script("approve-azure"), field{key: "env", value: mapping{{key: "DROVER_GATE", value: gate}}})
		stages = append(stages, p.azureStage("approve_"+gate, p.azureAsked("false", "approve "+gate), p.azureDeployment(fmt.Sprintf("drover-%s-approve-%s", p.cluster, gate), 10, approve)))
	}
	stages = append(stages, p.azureStage("drift", p.azureAsked(azureDrift, "drift"), p.azureJob(30, p.azureAs("plan", "Compare the cluster with the spec", driving("azure", "drift")))))
	variables := p.variables().with(field{key: "aws.rolecredential.maxduration", value: int(p.Session.Seconds()), head: "For the AWS Toolkit: how long a role's credentials last, in seconds."})
	m := mapping{
		{key: "name", value: "drover-" + p.cluster + "-$(Date:yyyyMMdd)$(Rev:.r)"},
		{key: "trigger", value: when}, {key: "pr", value: when},
		{key: "schedules", value: sequence{cron(rotateCron, rotateName), cron(driftCron, driftName)}},
		{key: "lockBehavior", value: "sequential", head: "With the check exclusive lock on the environment, runs drive the cluster one after the other."},
		{key: "parameters", value: sequence{mapping{{key: "name", value: "do"}, {key: "displayName", value: "What to do"}, {key: "type", value: "string"}, {key: "default", value: "as usual"}, {key: "values", value: do}}}},
		{key: "variables", value: variables},
	}
	switch {
	case p.Runner != "":
		m = m.with(field{key: "pool", value: mapping{{key: "name", value: p.Runner}}})
	default:
		m = m.with(field{key: "pool", value: mapping{{key: "vmImage", value: "ubuntu-latest"}}})
	}
	return file, m.with(field{key: "stages", value: stages})
}

// azureAsked is true of an event, or of a person who asks for it, on the branch that is applied. What a person may ask for
// is one of the parameter's values.
func (p pipeline) azureAsked(event, do string) string {
	return fmt.Sprintf("and(eq(variables['Build.SourceBranch'], 'refs/heads/%s'), or(%s, and(eq(variables['Build.Reason'], 'Manual'), eq('${{ parameters.do }}', '%s'))))", p.Branch, event, do)
}

func (p pipeline) azureStage(name, condition string, job mapping) mapping {
	return mapping{{key: "stage", value: name}, {key: "dependsOn", value: sequence{}}, {key: "condition", value: condition}, {key: "jobs", value: sequence{job}}}
}

func (p pipeline) azureJob(minutes int, steps ...any) mapping {
	return p.contained(mapping{{key: "job", value: "drover"}, {key: "timeoutInMinutes", value: minutes}}).with(
		field{key: "steps", value: append(sequence{azureCheckout()}, steps...)})
}

// azureDeployment is a job in an environment, which says who may and lets one run in at a time.
func (p pipeline) azureDeployment(environment string, minutes int, steps ...any) mapping {
	return p.contained(mapping{{key: "deployment", value: "drover"}, {key: "timeoutInMinutes", value: minutes}, {key: "environment", value: environment}}).with(
		field{key: "strategy", value: mapping{{key: "runOnce", value: mapping{{key: "deploy", value: mapping{{key: "steps", value: append(sequence{azureCheckout()}, steps...)}}}}}}})
}

func (p pipeline) contained(job mapping) mapping {
	if p.Image != "" {
		job = job.with(field{key: "container", value: p.Image})
	}
	return job
}

func (p pipeline) azureDrive(do, event string, scripts ...string) mapping {
	return p.azureStage(do, p.azureAsked(event, do), p.azureDeployment("drover-"+p.cluster, minutes(p.Session), p.withSecrets(p.azureAs("apply", "drover "+do, driving("azure", scripts...)), "$(%s)")))
}

func azureCheckout() mapping {
	return mapping{{key: "checkout", value: "self"}, {key: "persistCredentials", value: false}}
}

func bash(name, shell string, more ...field) mapping {
	return mapping{{key: "bash", value: shell}, {key: "displayName", value: name}}.with(more...)
}

// azureAs is a step with the credentials of a service connection; no other step of the job has them.
func (p pipeline) azureAs(role, name, shell string, more ...field) mapping {
	return mapping{
		{key: "task", value: "AWSShellScript@1"}, {key: "displayName", value: name},
		{key: "inputs", value: mapping{{key: "awsCredentials", value: fmt.Sprintf("drover-%s-%s", p.cluster, role)}, {key: "regionName", value: p.region},
			{key: "scriptType", value: "inline"}, {key: "inlineScript", value: shell}, {key: "disableAutoCwd", value: true}, {key: "workingDirectory", value: "$(Build.SourcesDirectory)"}}},
	}.with(more...)
}
