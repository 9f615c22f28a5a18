package awsproxy

import (
	"net/http"
	"strings"
)

// Who makes calls, as far as a request's User-Agent says it.
const (
	callerTerraform = "terraform" // with its providers and its backend
	callerSDK       = "sdk"       // AWS's SDK for Go in a program that is no Terraform: drover
	callerOther     = "other"     // tests, command lines, and what runs in a cluster
)

// callerOf reads the User-Agent. Terraform's own says HashiCorp beside the SDK that it is made with.
func callerOf(r *http.Request) string {
	agent := r.UserAgent()
	switch {
	case strings.Contains(agent, "HashiCorp/"):
		return callerTerraform
	case strings.Contains(agent, "aws-sdk-go-v2/"):
		return callerSDK
	default:
		return callerOther
	}
}

// tell names a call that was accepted to who wants to know. EKS finds some of its operations itself, and those that no
// model knows have no name: their method and path stand for one.
func (p *Proxy) tell(c *call) {
	if p.called == nil {
		return
	}
	operation := c.operation
	if operation == "" {
		operation = c.Method + " " + c.URL.Path
	}
	p.called(callerOf(c.Request), c.service, operation)
}
