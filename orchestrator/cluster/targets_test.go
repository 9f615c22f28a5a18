package cluster

import (
	"errors"
	"strings"
	"testing"

	"drover/orchestrator/platform"
	"drover/orchestrator/verify"
)

func TestAPortBehindWhichNothingAnswersIsNamed(t *testing.T) {
	t.Parallel()
	good := platform.Targets{Balancer: "tiny-blue", Group: "tiny-blue-30080", Listener: 80, Port: 30080, Check: 30443, Healthy: 3}
	dead := platform.Targets{Balancer: "tiny-blue", Group: "tiny-blue-30443", Listener: 443, Port: 30443, Check: 30443,
		Others: map[string]int{"unhealthy, Target.FailedHealthChecks, Health checks failed": 2, "initial, Elb.RegistrationInProgress": 1}}
	empty := platform.Targets{Balancer: "tiny-blue", Group: "tiny-blue-30443", Listener: 443, Port: 30443, Check: 30443}
	management := platform.Targets{Balancer: "tiny-blue-mgmt", Group: "tiny-blue-30444", Listener: 443, Port: 30444, Check: 30444, Management: true}
	for name, c := range map[string]struct {
		targets []platform.Targets
		err     error
		verdict verify.Verdict
		says    []string
	}{
		"all answer":            {[]platform.Targets{good}, nil, verify.Pass, []string{"3 targets answer behind 1 ports"}},
		"one does not":          {[]platform.Targets{good, dead}, nil, verify.Fail, []string{"port 443 of load balancer tiny-blue", "tiny-blue-30443", "node port 30443", "of 3 targets none is healthy", "2 unhealthy, Target.FailedHealthChecks", "Service of type NodePort"}},
		"no node is registered": {[]platform.Targets{empty}, nil, verify.Fail, []string{"no node is registered"}},
		"management alone":      {[]platform.Targets{good, management}, nil, verify.Pass, []string{"tiny-blue-mgmt"}},
		"none is known":         {nil, nil, verify.Inconclusive, []string{"no load balancer"}},
		"only management's":     {[]platform.Targets{management}, nil, verify.Inconclusive, []string{"no load balancer"}},
		"not answered":          {nil, errors.New("throttled"), verify.Error, []string{"throttled"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(t *testing.T, w *world) {
				w.targets, w.fail["targets"] = c.targets, c.err
				verdict, detail := targetsCheck{&fakeCloud{w}, "tiny", "blue"}.Run(t.Context()).Said()
				if verdict != c.verdict {
					t.Errorf("got %s (%s), want %s", verdict, detail, c.verdict)
				}
				for _, want := range c.says {
					if !strings.Contains(detail, want) {
						t.Errorf("%q does not say %q", detail, want)
					}
				}
			})
		})
	}
}
