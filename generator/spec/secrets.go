package spec

import "slices"

// Secrets are the environment variables that a receiver's secrets are in.
func (r Receiver) Secrets() []string {
	var refs []EnvRef
	if r.Slack != nil {
		refs = append(refs, r.Slack.Webhook)
	}
	if r.Teams != nil {
		refs = append(refs, r.Teams.Webhook)
	}
	if r.PagerDuty != nil {
		refs = append(refs, r.PagerDuty.RoutingKey)
	}
	if r.Webhook != nil {
		refs = append(refs, r.Webhook.URL, r.Webhook.Key)
	}
	if r.Email != nil {
		refs = append(refs, r.Email.Password)
	}
	var names []string
	for _, ref := range refs {
		if ref.Env != "" {
			names = append(names, ref.Env)
		}
	}
	return names
}

// Secrets are the environment variables with secrets that an apply or a rotation needs where it runs, sorted.
func (s Spec) Secrets() []string {
	var names []string
	if s.GitOps != nil && s.GitOps.Credentials != nil {
		names = append(names, s.GitOps.Credentials.Env)
	}
	for _, c := range s.Rotation.Verify {
		if c.Webhook != nil && c.Webhook.Key.Env != "" {
			names = append(names, c.Webhook.Key.Env)
		}
	}
	for _, r := range s.Notify {
		names = append(names, r.Secrets()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
