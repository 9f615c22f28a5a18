package cluster

import (
	"context"
	"fmt"
	"strings"
)

// judgesHaveKeys refuses before anything is built what no webhook check could ask.
func (p *preflight) judgesHaveKeys(context.Context) (string, error) {
	keys := 0
	for i, c := range p.Spec.Spec.Rotation.Verify {
		if c.Webhook == nil || c.Webhook.Key.Env == "" {
			continue
		}
		value := strings.TrimSpace(p.ports.Secret(c.Webhook.Key.Env))
		if value == "" {
			return "", refuse(fmt.Sprintf("spec.rotation.verify[%d].webhook is asked with what the environment variable %s holds, and it is not set here", i, c.Webhook.Key.Env),
				"set it, from your secret store, and run the same command again")
		}
		p.Secrets.Learn(value)
		keys++
	}
	if keys == 0 { // nothing to say
		return "", nil
	}
	return fmt.Sprintf("%d keys of webhook checks are set", keys), nil
}
