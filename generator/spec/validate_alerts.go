package spec

import (
	"fmt"
)

var (
	slackWorkspace = form{lazily(`^T[0-9A-Z]{5,}$`), "the id of a Slack workspace", "T0123ABCD"}
	slackChannel   = form{lazily(`^[CG][0-9A-Z]{5,}$`), "the id of a Slack channel", "C0123ABCD"}
	plainAddress   = form{lazily(`^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$`), "an https:// address without a query, a user or a password", "https://alerts.example.com/drover"}
	headerName     = form{lazily(`^[A-Za-z0-9-]{1,64}$`), "the name of an HTTP header", "Authorization"}
	vaultName      = form{lazily(`^[A-Za-z0-9/_+=.@-]{1,512}$`), "the name of a secret in the vault", "shop-prod/alerts/pagerduty"}
)

func (v *validator) alerts(a Alerts) {
	const path = "spec.services.alerts"
	if s := a.Slack; s != nil {
		v.slack(path+".slack", *s)
	}
	if p := a.PagerDuty; p != nil {
		v.secretRef(path+".pagerduty.routingKey", p.RoutingKey, "PAGERDUTY_ROUTING_KEY")
		v.given(path+".pagerduty.routingKey", p.RoutingKey != (SecretRef{}) || !v.has(path+".pagerduty.routingKey"), "add vault: "+vaultName.example)
		oneIs(v, path+".pagerduty.region", p.Region)
		v.keyVersion(path+".pagerduty.keyVersion", p.KeyVersion)
	}
	if w := a.Webhook; w != nil {
		v.webhook(path+".webhook", *w)
	}
}

func (v *validator) slack(path string, s Slack) {
	v.secretRef(path+".webhook", s.Webhook, "SLACK_WEBHOOK_URL")
	v.given(path, s.Workspace != "" || s.Channel != "" || v.has(path+".webhook"), "add workspace: T0123ABCD and channel: C0123ABCD")
	if (s.Workspace == "") != (s.Channel == "") {
		v.wrong(path, path+" needs both, the workspace and the channel", "add workspace: T0123ABCD and channel: C0123ABCD")
	}
	if region := v.c.Spec.Region; s.Workspace != "" && v.rules.noChat != nil && v.rules.noChat.MatchString(region) {
		v.wrong(path, fmt.Sprintf("the chat client of %s is not in %s", v.rules.name, region), "remove workspace and channel, and add services.alerts.webhook", v.where("spec.region"))
	}
	if s.Workspace != "" {
		v.matches(path+".workspace", s.Workspace, slackWorkspace)
	}
	if s.Channel != "" {
		v.matches(path+".channel", s.Channel, slackChannel)
	}
	if s.Webhook.Vault != "" {
		v.wrong(path+".webhook.vault", "an incoming webhook of Slack is itself a secret, and no alarm of AWS can be sent to it without showing it", "add workspace and channel instead", v.where(path))
	}
}

func (v *validator) webhook(path string, w Webhook) {
	v.secretRef(path+".url", w.URL, "ALERT_WEBHOOK_URL")
	v.secretRef(path+".key", w.Key, "ALERT_WEBHOOK_KEY")
	v.given(path, w.Address != "" || v.has(path+".url"), "add address: "+plainAddress.example+", and key: {vault: shop-prod/alerts/webhook}")
	if w.Address != "" && !plainAddress.pattern.MatchString(w.Address) {
		v.redact(v.where(path + ".address")) // it may hold a token
		v.wrong(path+".address", path+".address is not right: it has to be "+plainAddress.is+", because what it says is in Terraform's state", "write it like "+plainAddress.example)
	}
	if w.Address != "" && w.Key.Vault == "" {
		v.wrong(path, "the receiver could not tell who sends: there is no key", "add key: {vault: shop-prod/alerts/webhook}")
	}
	if w.Address == "" && w.Key != (SecretRef{}) {
		v.wrong(path+".key", "a key is sent to an address, and there is none", "add address: "+plainAddress.example)
	}
	if w.URL.Vault != "" {
		v.wrong(path+".url.vault", "an address that is itself a secret cannot be given to AWS without showing it", "write address, with the secret in key: {vault: …}")
	}
	if w.Header != "" {
		v.matches(path+".header", w.Header, headerName)
	}
	v.keyVersion(path+".keyVersion", w.KeyVersion)
}

func (v *validator) keyVersion(path string, n int) {
	if !bounds[path].hold(n) {
		v.wrong(path, fmt.Sprintf("%s is %d, and versions count from 1", path, n), "write 1, or remove the line")
	}
}

// given says that a receiver cannot be reached in any way.
func (v *validator) given(path string, reached bool, help string) {
	if !reached {
		v.wrong(path, path+" does not say how it is reached", help)
	}
}

// secretRef checks that what names a secret is a name, and not the secret.
func (v *validator) secretRef(path string, ref SecretRef, example string) {
	if ref.Env != "" && !envName.MatchString(ref.Env) {
		v.redact(v.where(path + ".env")) // people paste the secret itself here
		v.wrong(path+".env", path+".env is not the name of an environment variable: capital letters, digits and _", "write env: "+example+", and set that variable where drover runs")
	}
	switch {
	case ref.Vault == "":
	case !v.rules.vault:
		v.wrong(path+".vault", path+".vault is for AWS; drover sends no alarms of "+v.rules.name+" yet", "remove it")
	case !vaultName.pattern.MatchString(ref.Vault):
		v.redact(v.where(path + ".vault"))
		v.wrong(path+".vault", path+".vault is not the name of a secret: letters, digits and / _ + = . @ -", "write it like "+vaultName.example)
	}
}
