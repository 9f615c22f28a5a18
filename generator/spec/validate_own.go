package spec

import (
	"slices"
	"strings"
)

// Variables that hold what clouds and pipelines know this machine by. A spec that has one sent to an address of its own would
// give the account away, and reads much like one that is right.
var (
	ownPrefixes = []string{"ACTIONS_", "ARM_", "AWS_", "GOOGLE_", "TF_"}
	ownNames    = []string{
		"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD", "CI_JOB_TOKEN", "DROVER_BACKEND_CONFIG", "DROVER_GITLAB_TOKEN",
		"GH_TOKEN", "GITHUB_TOKEN", "SYSTEM_ACCESSTOKEN",
	}
)

// notOwn refuses a variable that nobody but this machine's clouds and pipelines may be shown.
func (v *validator) notOwn(path string, ref EnvRef, example string) {
	if slices.Contains(ownNames, ref.Env) || slices.ContainsFunc(ownPrefixes, func(p string) bool { return strings.HasPrefix(ref.Env, p) }) {
		v.wrong(path+".env", path+".env is "+ref.Env+", which belongs to the machine or pipeline that runs drover, and would be sent to others",
			"make a secret for this receiver alone, and name its variable: env: "+example)
	}
}
