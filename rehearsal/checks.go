package rehearsal

import (
	"fmt"
	"strings"

	"drover/generator/spec"
	"drover/rehearsal/ingress"
)

// answering says who answers the checks of a rehearsed spec.
type answering struct {
	kubernetes bool // the clusters have control planes
	gitops     bool // a repository is served, which Argo CD follows
	commands   bool // the person who rehearses lets the spec run programs on this machine
}

// fedMetrics tells whether the rehearsal has the metrics of a check: those of load balancers. The simulated CloudWatch
// evaluates no expression.
func fedMetrics(c spec.CloudWatchCheck) bool {
	return c.Expression == "" && len(c.Metrics) == 1 && c.Metrics[0].Namespace == ingress.Namespace
}

// mostDaysLeft is how long the certificates of a rehearsal are surely valid yet.
const mostDaysLeft = 6

// checksThatAnswer leaves out the checks whose other side is not simulated, and those that run a program: a spec may
// come from anybody, and rehearsing it must run nothing that it names unless a person has said so.
func checksThatAnswer(checks []spec.Check, by answering) []edit {
	kept, unanswered, commands, certificates := []spec.Check{}, []string{}, 0, false
	for _, c := range checks {
		if h := c.HTTP; h != nil && h.Certificate != nil && h.Certificate.DaysLeft > mostDaysLeft {
			shorter := *h
			shorter.Certificate, c.HTTP, certificates = &spec.CertificateCheck{DaysLeft: mostDaysLeft}, &shorter, true
		}
		switch {
		case c.Kubernetes != nil && !by.kubernetes:
			unanswered = append(unanswered, "kubernetes")
		case c.Parity != nil && !by.kubernetes:
			unanswered = append(unanswered, "parity")
		case c.Prometheus != nil:
			unanswered = append(unanswered, "prometheus")
		case c.CloudWatch != nil && !fedMetrics(*c.CloudWatch):
			unanswered = append(unanswered, "cloudwatch")
		case c.Webhook != nil: // it is no stranger's to have a judge asked, and with a secret of this machine
			unanswered = append(unanswered, "webhook")
		case c.DNS != nil && (c.DNS.Name != "{{host}}" || c.DNS.From != spec.Authoritative || len(c.DNS.Addresses) > 0):
			unanswered = append(unanswered, "dns")
		case c.Command != nil && !by.commands:
			commands++
		default:
			kept = append(kept, c)
		}
	}
	var said []string
	if len(unanswered) > 0 {
		said = append(said, "checks that need the real cluster are left out: "+strings.Join(unanswered, ", "))
	}
	if commands > 0 {
		said = append(said, fmt.Sprintf("checks that run a program are left out: %d command; --allow-commands runs them on this machine", commands))
	}
	if certificates {
		said = append(said, fmt.Sprintf("certificates must be valid for %d more days, as those of the rehearsal are for a week", mostDaysLeft))
	}
	if len(said) == 0 {
		return nil
	}
	if len(kept) > 0 {
		return []edit{{"rotation.verify", kept, strings.Join(said, "; ")}}
	}
	// A spec that verifies nothing is refused. One that says nothing of it has the check of / by default.
	return []edit{{"rotation.verify", nil, strings.Join(append(said, "the check of / takes their place"), "; ")}}
}
