package pipelines

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"drover/generator/spec"
	"drover/templates"
)

// Options say what the files are to be like.
type Options struct {
	File      string        // the spec, from the top of the repository
	Out       string        // the Terraform directory, from there too
	PlanRole  string        // ARN of the role that plans; empty: the one of examples/aws/iam
	ApplyRole string        // ARN of the role that applies, rotates and approves
	Branch    string        // that is applied
	Runner    string        // the label of the machines; empty: the platform's own
	Image     string        // the container that has drover; empty: the machines have it
	Rehearse  bool          // also rehearse changes
	Session   time.Duration // how long the roles' credentials last
	OlderThan string        // the age at which a cluster is replaced; empty: the spec's maxAge, or else 30d
}

// ahead is how long before its credentials end a rotation begins nothing new: a build or a destroy takes less.
const ahead = time.Hour

// shortest and longest are what AWS allows for a session, and what leaves time for one step.
const (
	shortest = 90 * time.Minute
	longest  = 12 * time.Hour
)

// makers are the platforms that have pipelines.
var makers = map[string]func(pipeline) (file string, content mapping){
	"github": github, "gitlab": gitlab, "azure-devops": azure,
}

// Platforms are the names that Render knows.
func Platforms() []string { return slices.Sorted(maps.Keys(makers)) }

// pipeline is what a maker goes by: every text in it is safe in YAML, in shell and in the expressions of all platforms.
type pipeline struct {
	Options
	cluster, region string
	approvals       []string
	secrets         []string      // the variables that an apply or a rotation needs
	rest            time.Duration // of the session, in which a rotation begins new steps
}

// Render makes the file of a cluster, named from the top of the repository.
func Render(platform string, c spec.Cluster, o Options) (name string, content []byte, err error) {
	made, known := makers[platform]
	if !known {
		return "", nil, fmt.Errorf("there are no pipelines for %q; name one of %s", platform, strings.Join(Platforms(), ", "))
	}
	p, err := pipelineOf(c, o)
	if err != nil {
		return "", nil, err
	}
	name, tree := made(p)
	content, err = tree.write()
	return name, signed(platform, content), err
}

func pipelineOf(c spec.Cluster, o Options) (pipeline, error) {
	s := c.Spec
	switch {
	case s.Platform != spec.AWS:
		return pipeline{}, fmt.Errorf("drover cannot drive clusters on %s yet; use platform aws", s.Platform)
	case s.State.Backend == "local":
		return pipeline{}, errors.New("each run of a pipeline starts in an empty directory, and spec.state.backend is local; keep the state in a bucket: state: {backend: s3, bucket: ...}")
	case s.Account == "" && (o.PlanRole == "" || o.ApplyRole == ""):
		return pipeline{}, errors.New("the roles are named by the account; add account: \"123456789012\" below spec, or give --plan-role and --apply-role")
	case o.Session < shortest || o.Session > longest:
		return pipeline{}, fmt.Errorf("--session is %s; write between %s and %s", o.Session, shortest, longest)
	}
	p := pipeline{Options: o, cluster: c.Metadata.Name, region: s.Region, approvals: slices.Sorted(slices.Values(s.Rotation.Approvals)), rest: o.Session - ahead,
		secrets: s.Secrets()}
	role := func(name string) string {
		return fmt.Sprintf("arn:aws:iam::%s:role/%s-drover-%s", s.Account, p.cluster, name)
	}
	p.PlanRole, p.ApplyRole, p.Branch = cmp.Or(o.PlanRole, role("plan")), cmp.Or(o.ApplyRole, role("apply")), cmp.Or(o.Branch, "main")
	p.File, p.Out = path.Clean(o.File), path.Clean(o.Out)
	if p.OlderThan == "" {
		p.OlderThan = "30d"
		if s.Rotation.MaxAge > 0 {
			p.OlderThan = "maxAge"
		}
	}
	return p, cmp.Or(p.safe(), p.due(s.Rotation.MaxAge))
}

// safe refuses texts that would be more than a text somewhere: in an expression such as ${{ }}, $VAR or $(VAR). A + is a
// wildcard in GitHub's filters, which would not match the file or the branch of that name.
func (p pipeline) safe() error {
	word := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/@:=,-]*$`)
	for what, text := range map[string]string{"the spec's file name": p.File, "--out": p.Out, "the cluster's name": p.cluster, "the region": p.region, "--branch": p.Branch,
		"--runner": p.Runner, "--image": p.Image, "--if-older-than": p.OlderThan} {
		if text != "" && !word.MatchString(text) || strings.HasPrefix(text, "../") {
			return fmt.Errorf("%s is %q, which has no safe form in a pipeline; use letters, digits and . _ / @ : = , - in a path from the top of the repository", what, text)
		}
	}
	arn := regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$`)
	for what, text := range map[string]string{"--plan-role": p.PlanRole, "--apply-role": p.ApplyRole} {
		if !arn.MatchString(text) {
			return fmt.Errorf("%s is %q; write the ARN of an IAM role", what, text)
		}
	}
	if p.PlanRole == p.ApplyRole {
		return errors.New("--plan-role and --apply-role are the same; what a pull request runs must not be able to change anything")
	}
	return nil
}

// due refuses an age that the hourly job would refuse each time.
func (p pipeline) due(maxAge spec.Duration) error {
	var age spec.Duration
	switch err := age.UnmarshalText([]byte(p.OlderThan)); {
	case p.OlderThan == "maxAge" && maxAge > 0:
		return nil
	case p.OlderThan == "maxAge":
		return errors.New("--if-older-than is maxAge, and the spec has no rotation.maxAge; set it, or write a duration such as 30d")
	case err != nil || age <= 0:
		return fmt.Errorf("--if-older-than is %q; write a duration such as 30d or 36h, or maxAge for the spec's rotation.maxAge", p.OlderThan)
	}
	return nil
}

// minutes is a time as platforms take it.
func minutes(d time.Duration) int { return int(d / time.Minute) }

// variables are what drover and the scripts go by.
func (p pipeline) variables() mapping {
	return mapping{
		{key: "DROVER_FILE", value: p.File}, {key: "DROVER_OUT", value: p.Out}, {key: "DROVER_CLUSTER", value: p.cluster},
		{key: "DROVER_FOR", value: fmt.Sprintf("%dm", minutes(p.rest)), head: "No step of a rotation begins after this time; the roles' credentials last an hour longer."},
		{key: "DROVER_IF_OLDER_THAN", value: p.OlderThan},
	}
}

// withSecrets gives a step the variables with secrets that the spec names, each in the platform's own form.
func (p pipeline) withSecrets(step mapping, form string) mapping {
	if len(p.secrets) == 0 {
		return step
	}
	var env mapping
	for _, name := range p.secrets {
		env = env.with(field{key: name, value: fmt.Sprintf(form, name)})
	}
	return step.with(field{key: "env", value: env})
}

// script is shell of templates/pipelines, one behind the other.
func script(names ...string) string {
	text := ""
	for _, name := range names {
		data, err := templates.FS.ReadFile("pipelines/" + name + ".sh")
		if err != nil {
			panic(err) // it is embedded, and tests ask for every one
		}
		text += string(data)
	}
	return text
}

// driving is a script that tells how drover ended.
func driving(platform string, names ...string) string {
	return "set -euo pipefail\n" + script(append([]string{"tell-" + platform, "outcome"}, names...)...)
}
