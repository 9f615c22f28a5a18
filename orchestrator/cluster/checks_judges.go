package cluster

import (
	"drover/generator/spec"
	"drover/orchestrator/verify"
)

// fromResolver is the from of a dns check that asks this machine's resolver.
const fromResolver = "resolver"

func dnsCheck(c spec.Check, a asked) verify.Check {
	check := verify.DNS{Resolver: a.net, Host: a.side.Fill(c.DNS.Name), Expect: c.DNS.Addresses}
	if c.DNS.From != fromResolver {
		check.Authority = a.net
	}
	return check
}

func webhookCheck(c spec.Check, a asked) verify.Check {
	client, address := a.client(a.side.Fill(c.Webhook.URL))
	check := verify.Webhook{Client: client, URL: address,
		Asked: verify.Asked{Cluster: a.name, Color: a.color, Other: a.other.Color, Host: a.host, Name: a.cluster}}
	if key := c.Webhook.Key.Env; key != "" {
		check.Header, check.Secret = c.Webhook.Header, func() string { return a.secret(key) }
	}
	return check
}
