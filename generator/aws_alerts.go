package generator

import "drover/generator/spec"

// awsReceivers are those that alarms of the account can reach. What only
// drover's environment knows is not among them: it would be in the state.
func awsReceivers(a spec.Alerts) []attribute {
	var out []attribute
	if s := a.Slack; s != nil && s.Workspace != "" {
		out = append(out, attribute{"slack", object(
			attribute{"workspace", text(s.Workspace)},
			attribute{"channel", text(s.Channel)},
		)})
	}
	if p := a.PagerDuty; p != nil && p.RoutingKey.Vault != "" {
		out = append(out, attribute{"pagerduty", object(
			attribute{"secret", text(p.RoutingKey.Vault)},
			attribute{"region", text(p.Region)},
			attribute{"key_version", integer(p.KeyVersion)},
		)})
	}
	if w := a.Webhook; w != nil && w.Address != "" {
		out = append(out, attribute{"webhook", object(
			attribute{"url", text(w.Address)},
			attribute{"secret", text(w.Key.Vault)},
			attribute{"header", text(w.Header)},
			attribute{"key_version", integer(w.KeyVersion)},
		)})
	}
	if out == nil {
		return nil
	}
	return []attribute{{"alert_receivers", object(out...)}}
}
