package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"drover/orchestrator/platform"
	"drover/orchestrator/verify"
)

// targetsCheck passes when something answers behind every port of a color's load balancer. Management interfaces may
// come later, by GitOps: where nothing answers behind theirs, it is told, and fails nothing.
type targetsCheck struct {
	platform       platform.Platform
	cluster, color string
}

var _ verify.Check = targetsCheck{}

func (targetsCheck) Name() string { return "targets" }

func (c targetsCheck) Run(ctx context.Context) verify.Answer {
	verdict, detail := c.run(ctx)
	return verify.Answer{Verdict: verdict, Detail: detail}
}

func (c targetsCheck) run(ctx context.Context) (verify.Verdict, string) {
	all, err := c.platform.Targets(ctx, c.cluster, c.color)
	if err != nil {
		return verify.Error, err.Error()
	}
	var dead, told []string
	healthy, ports := 0, 0
	for _, t := range all {
		switch {
		case t.Healthy == 0 && t.Management:
			told = append(told, unanswered(t))
		case t.Healthy == 0:
			dead = append(dead, unanswered(t))
		case !t.Management:
			healthy = t.Healthy
		}
		if !t.Management {
			ports++
		}
	}
	switch {
	case ports == 0:
		return verify.Inconclusive, fmt.Sprintf("the platform knows no load balancer by the tags of %s %s", c.cluster, c.color)
	case len(dead) > 0:
		return verify.Fail, strings.Join(append(dead, told...), "; ") +
			"; what serves the domain has to listen on these node ports of every node, such as a gateway behind a Service of type NodePort"
	}
	return verify.Pass, strings.Join(append([]string{fmt.Sprintf("%d targets answer behind %d ports", healthy, ports)}, told...), "; ")
}

// unanswered says of a port behind which nothing answers what it leads to, and why the platform thinks so.
func unanswered(t platform.Targets) string {
	where := fmt.Sprintf("nothing answers behind port %d of load balancer %s: target group %s leads to node port %d", t.Listener, t.Balancer, t.Group, t.Port)
	if t.Check != t.Port {
		where += fmt.Sprintf(" (health is asked at %d)", t.Check)
	}
	if len(t.Others) == 0 {
		return where + " and has no target: no node is registered"
	}
	total := 0
	var reasons []string
	for _, why := range slices.Sorted(maps.Keys(t.Others)) {
		total += t.Others[why]
		reasons = append(reasons, fmt.Sprintf("%d %s", t.Others[why], why))
	}
	return fmt.Sprintf("%s; of %d targets none is healthy: %s", where, total, strings.Join(reasons, ", "))
}
