package spec

import (
	"fmt"
	"strings"
)

var (
	// repository is an address without a user, a password or a query: it is in Terraform's state.
	repository = form{lazily(`^https://[a-z0-9.-]+(/[A-Za-z0-9._-]+){2,}$`), "the https:// address of a repository, without a user or a password", "https://github.com/acme/clusters"}
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
	eventSchedule = form{lazily(`^(rate\([1-9][0-9]* (minute|hour|day)s?\)|cron\([^ ]+( [^ ]+){5}\))$`), "a schedule as EventBridge has it, in UTC", `"cron(0 3 ? * MON *)"`}
	buildspec     = form{lazily(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,254}$`), "the path of a file in the repository", "drover.buildspec.yml"}
	roleARN       = form{lazily(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$`), "the ARN of an IAM role", "arn:aws:iam::123456789012:role/drover"}
)

// runner checks the place in the network that runs drover.
func (v *validator) runner(r *Runner) {
	const path = "spec.access.runner"
	if r == nil {
		return
	}
	if v.rules.connection.pattern == nil {
		v.wrong(path, fmt.Sprintf("%s is for AWS", path), "remove the lines, and run drover where the network is reached")
		return
	}
	oneIs(v, path+".source", r.Source)
	if r.Repository != "" && !repository.pattern.MatchString(r.Repository) {
		v.redact(v.where(path + ".repository"))
		v.wrong(path+".repository", path+".repository has to be "+repository.is, "write it like "+repository.example)
	}
	v.matches(path+".connection", r.Connection, v.rules.connection)
	if r.Role != "" {
		v.matches(path+".role", r.Role, roleARN)
	}
	switch {
	case r.Schedule == "" && r.Buildspec != "":
		v.wrong(path+".buildspec", "nothing starts the buildspec: jobs of the repository say themselves what they run", "add schedule: …, or remove the line")
	case r.Schedule != "" && r.Buildspec == "":
		v.wrong(path+".schedule", "the schedule does not say what it runs", "add buildspec: drover.buildspec.yml, a file in the repository")
	case r.Schedule != "":
		v.matches(path+".schedule", r.Schedule, eventSchedule)
		v.matches(path+".buildspec", r.Buildspec, buildspec)
		if strings.Contains(r.Buildspec, "..") {
			v.wrong(path+".buildspec", "the buildspec is outside of the repository", "write a path in it")
		}
	}
	if n := v.c.Spec.Network; n.NAT == "none" && !n.AdoptsSubnets() {
		v.wrong("spec.network.nat", "the runner needs a way to its repository, and there is no NAT", "write nat: single or per-zone, or remove access.runner", v.where(path))
	}
}
