package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"drover/orchestrator/color"
	"drover/orchestrator/kubernetes"
)

// askTime is how long one question to an API server may take in preflight.
const askTime = 2 * time.Minute

// checksAreLetIn asks the active cluster whether these credentials may ask what
// the spec's kubernetes checks ask of the new one, which lets the same ones in.
func (p *preflight) checksAreLetIn(ctx context.Context) (string, error) {
	asks := 0
	for _, c := range p.Spec.Spec.Rotation.Verify {
		if c.Kubernetes != nil {
			asks++
		}
	}
	if asks == 0 {
		return "", nil
	}
	err := p.withAPI(ctx, p.from, func(ctx context.Context, client *kubernetes.Client) error {
		for _, path := range []string{"/api/v1/nodes", "/api/v1/pods", "/apis/apps/v1/deployments"} {
			if err := client.Get(ctx, path+"?limit=1", &struct{}{}); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case kubernetes.Denied(err):
		return "", refuse(fmt.Sprintf("a kubernetes check is in spec.rotation.verify, and %s does not let it in: %v", p.from, err),
			"a rotation would end unverified after green was built")
	case err != nil: // an active cluster that is not well is a reason to rotate
		p.Observer.Progress(fmt.Sprintf("preflight: whether the kubernetes check will be let in is not known: %v", err))
		return string(p.from) + "'s API not reached", nil
	}
	return string(p.from) + "'s API answers", nil
}

// removedAPIs refuses an upgrade to a minor version that no longer has an API
// which is still in use on the active cluster.
func (p *preflight) removedAPIs(ctx context.Context) (string, error) {
	now, target := p.state().Colors[p.from].Version, p.version
	if compareMinors(target, now) <= 0 {
		return "", nil
	}
	var lines []string
	err := p.withAPI(ctx, p.from, func(ctx context.Context, client *kubernetes.Client) error {
		used, err := kubernetes.Deprecated(ctx, client)
		if err != nil {
			return err
		}
		for _, api := range used {
			if compareMinors(api.Removed, target) <= 0 && !slices.Contains(p.Spec.Spec.Rotation.AcceptRemoved, api.String()) {
				lines = append(lines, whatToChange(ctx, client, api))
			}
		}
		return nil
	})
	if err != nil { // neither a pass nor a reason to keep a cluster that may not be well
		p.Observer.Progress(fmt.Sprintf("preflight: whether %s uses APIs that %s no longer has is not known: %v", p.from, target, err))
		return "removed APIs unknown", nil
	}
	if len(lines) > 0 {
		return "", refuse(fmt.Sprintf("%s was asked for Kubernetes APIs that %s no longer has:\n%s", p.from, target, strings.Join(lines, "\n")),
			"change the manifests and the programs that use them; the API servers remember a request until they restart, "+
				"so name what was changed already, as it is written above, in spec.rotation.acceptRemoved")
	}
	return "no API in use that " + target + " lacks", nil
}

// whatToChange is one removed API for people: what to write instead, and which objects were written with it.
func whatToChange(ctx context.Context, client *kubernetes.Client, api kubernetes.API) string {
	line := fmt.Sprintf("  %s (gone in %s)", api, api.Removed)
	successor, err := kubernetes.Successor(ctx, client, api)
	switch {
	case err == nil && successor != "":
		line += ": write " + successor
	case err == nil:
		line += ": this cluster has nothing newer to write instead"
	}
	const most = 3
	writers, err := kubernetes.Writers(ctx, client, api, successor)
	if err != nil || len(writers) == 0 {
		return line // somebody asked for it, and no object says who
	}
	if more := len(writers) - most; more > 0 {
		writers = append(writers[:most], fmt.Sprintf("%d more", more))
	}
	return line + "; written with it: " + strings.Join(writers, ", ")
}

// withAPI asks the API server of one color, within a time.
func (s *session) withAPI(ctx context.Context, c color.Color, ask func(context.Context, *kubernetes.Client) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, askTime, fmt.Errorf("%w: no answer within %s", context.DeadlineExceeded, askTime))
	defer cancel()
	client, err := s.ports.Kubernetes(ctx, s.cluster(c))
	if err != nil {
		return err
	}
	defer client.Close()
	if err := ask(ctx, client); err != nil {
		if ctx.Err() != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		return err
	}
	return nil
}

// compareMinors orders versions of Kubernetes such as "1.9" and "1.33". What is
// no version is older than all that are.
func compareMinors(a, b string) int {
	number := func(version string) int {
		var major, minor int
		if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
			return -1
		}
		return major*1000 + minor
	}
	return number(a) - number(b)
}
