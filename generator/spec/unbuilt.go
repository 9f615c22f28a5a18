package spec

import "fmt"

// lacking is something that a spec may say and this drover does not do yet.
type lacking struct {
	path     string
	given    bool
	is, help string
}

// later is the advice where nothing else is lost by waiting.
const later = "leave it, as it is read and checked, or remove it until drover does it"

// unbuilt warns about what is lacking, in words that leave no doubt about what
// is not there. A row goes when its subject is built.
func (v *validator) unbuilt() {
	s := v.c.Spec
	proves := s.Platform == AWS && s.Ingress.answersChallenges()
	rows := []lacking{
		{"spec.platform", s.Platform != AWS, fmt.Sprintf("a spec for %s is validated, and cannot be generated yet", v.rules.name), "write platform: aws for a cluster now"},
		{"spec.network.egress.mode", s.Platform != AWS && s.Network.Egress.Mode == "restricted", "there is no egress firewall yet: egress stays open", later},
		{"spec.access.vpn", s.Platform != AWS && s.Access.VPN != nil, "no VPN is made yet; its range is kept free, and may reach the Kubernetes API", later},
		{"spec.ingress.management", s.Platform != AWS && s.Ingress.Management != nil, "no way in to management interfaces is made yet", later},
		{"spec.ingress.tls", v.has("spec.ingress.tls") && s.Ingress.TLS.Certificate == "" && !proves, "no certificates are issued yet: what listens in the cluster brings its own", later},
		{"spec.ingress.tls", proves, "no certificates are issued yet: cert-manager gets the rights to prove whose the domain is, and drover does not install it", "bring cert-manager by GitOps; its solver names the zone (hostedZoneID: the output zone_id of the foundation)"},
		{"spec.services.alerts", s.Services.Alerts != nil && s.Platform != AWS, "no alerts are sent yet", later},
	}
	if a := s.Services.Alerts; a != nil && s.Platform == AWS {
		rows = append(rows, untold(*a)...)
	}
	for _, r := range rows {
		if r.given {
			v.warn(r.path, "", r.is, r.help)
		}
	}
}

// untold are the receivers that no alarm reaches: an environment variable is
// drover's own, and the account cannot see it. Messages of drover itself are spec.notify.
func untold(a Alerts) []lacking {
	const path = "spec.services.alerts"
	return []lacking{
		{path + ".slack", a.Slack != nil && a.Slack.Workspace == "", "alarms do not reach Slack by a webhook", "add workspace and channel; for messages of drover itself write spec.notify"},
		{path + ".pagerduty", a.PagerDuty != nil && a.PagerDuty.RoutingKey.Vault == "", "alarms do not reach PagerDuty with a key from drover's environment", "add vault: with the name of a secret in Secrets Manager that holds the routing key; for messages of drover itself write spec.notify"},
		{path + ".webhook", a.Webhook != nil && a.Webhook.Address == "", "alarms do not reach an address from drover's environment", "add address: and key: {vault: …}; for messages of drover itself write spec.notify"},
	}
}
