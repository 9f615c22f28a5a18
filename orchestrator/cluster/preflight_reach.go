package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"drover/generator/spec"
	"drover/orchestrator/kubernetes"
	"drover/orchestrator/rotation"
)

// apiIsInReach finds out before anything is built whether this machine will reach a private Kubernetes API.
//
// What is known: an active cluster's API that answers, and the resolver of the network, which answers nobody outside of
// it. Before the first cluster there is nothing else to ask, and it is inferred: packets into the network leave this
// machine with an address, and the API's security group lets that in or not. The inference is wrong where addresses are
// translated on the way, and then a person may accept it.
func (p *preflight) apiIsInReach(ctx context.Context) (string, error) {
	if p.Spec.Spec.Access.API != "private" {
		return p.restrictedLetsIn(ctx)
	}
	if p.from != "" {
		switch err := p.answers(ctx); {
		case err == nil:
			return string(p.from) + "'s private API is in reach", nil
		case !unreachable(err):
			return "", nil // what asks it next says what is wrong
		}
	}
	inside, how := p.inside(ctx)
	if proxy := p.proxy(); proxy != "" && p.from == "" { // nothing has been asked through it yet
		inside, how = false, fmt.Sprintf("requests to it go through the proxy %s (HTTPS_PROXY), of which drover does not know whether it is let in; with %s in NO_PROXY they go by themselves, and %s",
			proxy, p.Spec.APIDomain(), how)
	}
	switch {
	case inside && p.from != "": // an active cluster that is not well is a reason to rotate
		p.Observer.Progress(fmt.Sprintf("preflight: %s's API does not answer, and this machine is inside the network: %s", p.from, how))
		return string(p.from) + "'s API does not answer", nil
	case inside:
		return "the private API is in reach (" + how + ")", nil
	case p.Spec.Accepts(spec.UnreachableAPI):
		p.Observer.Progress("preflight: accepted: " + how)
		return "whether the private API is in reach is not known, accepted", nil
	case p.at == beforeFoundation && p.hasWayIn():
		p.Observer.Progress("preflight: " + how + "; the foundation makes a way in, by which the build has to go on")
		return "the private API will be in reach by the foundation's way in", nil
	case p.at == beforeColor && p.hasWayIn():
		return "", p.waitForWayIn(ctx, how)
	}
	return "", refuse("the Kubernetes API is private, and this machine does not reach it: "+how, waysIn+"; or, if it is reached all the same, accept it: "+acceptance(spec.UnreachableAPI))
}

// restrictedLetsIn refuses a machine whose own public address the API does not let in. Most machines have a private one, and
// the public one that they get on the way is not known here: nothing is said of these.
func (p *preflight) restrictedLetsIn(ctx context.Context) (string, error) {
	network, err := netip.ParsePrefix(p.Spec.Spec.Network.CIDR)
	if err != nil {
		return "", nil //nolint:nilerr // an adopted network, of which only AWS knows the range
	}
	if proxy := p.proxy(); proxy != "" {
		return fmt.Sprintf("the API is asked through the proxy %s, whose address access.allow has to contain", proxy), nil
	}
	source, err := p.ports.Machine.Source(ctx, network.Addr())
	if err != nil || spec.IsPrivate(netip.PrefixFrom(source, source.BitLen())) || !source.IsGlobalUnicast() {
		return "", nil //nolint:nilerr // without a route there, packets go to the public endpoint
	}
	for _, text := range p.Spec.Spec.Access.Allow {
		if r, err := netip.ParsePrefix(text); err == nil && r.Contains(source) {
			return fmt.Sprintf("the API lets this machine's %s in", source), nil
		}
	}
	if p.from != "" && p.answers(ctx) == nil {
		return string(p.from) + "'s API is in reach", nil
	}
	how := fmt.Sprintf("packets leave with the address %s, which is in none of the ranges of access.allow", source)
	if p.Spec.Accepts(spec.UnreachableAPI) {
		p.Observer.Progress("preflight: accepted: " + how)
		return "whether the API is in reach is not known, accepted", nil
	}
	return "", refuse("the Kubernetes API lets in named ranges only, and not this machine: "+how,
		"nothing was built. Add the address to access.allow, or, if the API is reached all the same, accept it: "+acceptance(spec.UnreachableAPI))
}

// proxy is what requests to the color's API go through: kubectl and drover's own client heed the same variables.
func (p *preflight) proxy() string { return p.ports.Machine.Proxy("api" + p.Spec.APIDomain()) }

// waysIn are for whoever is outside.
const waysIn = "nothing was built. One of these is needed: access.vpn, a VPN into the network, and run drover connected to it; " +
	"access.api: restricted with the public addresses of this machine in access.allow; " +
	"network.peerings or network.transitGateway to the network that this machine is in, with its range in access.allow; " +
	"or access.runner, a place in the network that runs drover for GitHub, GitLab or by a schedule"

// answers asks the active cluster's API server for anything at all.
func (p *preflight) answers(ctx context.Context) error {
	return p.withAPI(ctx, p.from, func(ctx context.Context, client *kubernetes.Client) error {
		_, err := client.Text(ctx, "/version")
		if kubernetes.Denied(err) { // who refuses answers
			return nil
		}
		return err
	})
}

func unreachable(err error) bool {
	var silent *kubernetes.UnreachableError
	return errors.As(err, &silent)
}

// inside tells whether this machine is where the API lets in, and how that is known.
func (p *preflight) inside(ctx context.Context) (yes bool, how string) {
	network, err := netip.ParsePrefix(p.Spec.Spec.Network.CIDR)
	if err != nil {
		return false, "network.cidr is no range: " + err.Error()
	}
	// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
	resolver := network.Masked().Addr().Next().Next()
	source, err := p.ports.Machine.Source(ctx, resolver)
	if err != nil {
		how = fmt.Sprintf("there is no route into %s: %v", network, err)
	} else {
		how = fmt.Sprintf("packets into %s leave with the address %s, which is in none of the ranges that the API lets in (%s)",
			network, source, joined(p.letIn()))
		for _, r := range p.letIn() {
			if r.Contains(source) {
				return true, fmt.Sprintf("inferred: packets into %s leave with the address %s, which is in %s", network, source, r)
			}
		}
	}
	if p.at == beforeFoundation || p.Spec.Spec.Network.Adopt != nil { // it is not there yet, or of an address that nobody told
		return false, how
	}
	if err := p.ports.Machine.Resolves(ctx, resolver); err != nil {
		return false, how + ", and the network's resolver does not answer"
	}
	return true, fmt.Sprintf("the network's resolver %s answers", resolver)
}

// letIn are the ranges whose machines the private endpoint lets in: see apiSources of the generator.
func (p *preflight) letIn() []netip.Prefix {
	texts := []string{p.Spec.Spec.Network.CIDR}
	if vpn := p.Spec.Spec.Access.VPN; vpn != nil {
		texts = append(texts, vpn.Clients)
	}
	var ranges []netip.Prefix
	for _, text := range append(texts, p.Spec.Spec.Access.Allow...) {
		if r, err := netip.ParsePrefix(text); err == nil && spec.IsPrivate(r) {
			ranges = append(ranges, r)
		}
	}
	return ranges
}

func joined(ranges []netip.Prefix) string {
	texts := make([]string, len(ranges))
	for i, r := range ranges {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", ")
}

// hasWayIn is true where the foundation makes a way in.
func (p *preflight) hasWayIn() bool {
	return p.Spec.Spec.Access.VPN != nil || p.Spec.Spec.Access.Runner != nil
}

// waitForWayIn has a person go on from inside.
func (p *preflight) waitForWayIn(ctx context.Context, how string) error {
	outputs, err := p.foundationOutputs(ctx)
	if err != nil {
		return err
	}
	var ways []string
	for _, way := range []struct{ output, says string }{
		{"vpn_endpoint_id", "connect to the VPN (aws ec2 export-client-vpn-client-configuration --client-vpn-endpoint-id %s)"},
		{"runner_name", "run this in the network, by the CodeBuild project %s"},
	} {
		var name string
		if json.Unmarshal(outputs[way.output], &name) == nil && name != "" {
			ways = append(ways, fmt.Sprintf(way.says, name))
		}
	}
	return &rotation.Waiting{Phase: "apply", Next: p.command("apply"), For: fmt.Sprintf(
		"a person: the foundation stands, the Kubernetes API will be private, and this machine is outside: %s. No cluster was built. %s; then run %s; it resumes there",
		how, strings.Join(ways, ", or "), p.command("apply"))}
}
