package spec

// Receiver gets drover's own messages about rotations: exactly one kind of receiver, and which messages.
type Receiver struct {
	// The name of the receiver, for messages and drover status. Default: its kind, such as slack.
	Name string `yaml:"name,omitempty"`
	// The messages to send: a rotation started, waits for a person, moved traffic (step), went back (rolled-back), is done or failed; a cluster is older than rotation.maxAge (overdue). Default: all but step; for PagerDuty rolled-back, failed and overdue.
	On []string `yaml:"on,omitempty"`
	// A Slack channel, by an incoming webhook.
	Slack *ChatReceiver `yaml:"slack,omitempty"`
	// A Microsoft Teams channel, by a workflow that starts when a webhook request is received.
	Teams *ChatReceiver `yaml:"teams,omitempty"`
	// A PagerDuty service, by its Events API v2.
	PagerDuty *PagerReceiver `yaml:"pagerduty,omitempty"`
	// Any other receiver, by CloudEvents 1.0 in structured JSON.
	Webhook *EventReceiver `yaml:"webhook,omitempty"`
	// Mailboxes, by an SMTP server.
	Email *MailReceiver `yaml:"email,omitempty"`
}

// ChatReceiver is a channel of a chat.
type ChatReceiver struct {
	// A reference to the address of the webhook, which is itself a secret.
	Webhook EnvRef `yaml:"webhook"`
}

// PagerReceiver is a PagerDuty service. A message opens an incident, or adds to the open one; the end of its cause resolves it.
type PagerReceiver struct {
	// A reference to the integration key of the service.
	RoutingKey EnvRef `yaml:"routingKey"`
	// The service region of the PagerDuty account.
	Region string `yaml:"region,omitempty"`
}

// EventReceiver takes CloudEvents.
type EventReceiver struct {
	// The https:// address to send events to, if it contains no secret.
	Address string `yaml:"address,omitempty"`
	// A reference to the secret to send with each request to address.
	Key EnvRef `yaml:"key,omitempty"`
	// The header that carries the key. The key is its whole value.
	Header string `yaml:"header,omitempty"`
	// A reference to an address that is itself a secret.
	URL EnvRef `yaml:"url,omitempty"`
}

// MailReceiver is mailboxes, and the server that takes mail for them.
type MailReceiver struct {
	// The SMTP server, as host:port. Port 465 uses TLS from the start, and any other port STARTTLS. drover sends nothing without TLS.
	Server string `yaml:"server"`
	// The address that mail comes from.
	From string `yaml:"from"`
	// The addresses that mail goes to.
	To []string `yaml:"to"`
	// The user name to log in with. Default: no login.
	Username string `yaml:"username,omitempty"`
	// A reference to the password of the user.
	Password EnvRef `yaml:"password,omitempty"`
}

// Kind is the kind of a receiver, or "" where it has none.
func (r Receiver) Kind() string {
	if kinds := r.kinds(); len(kinds) > 0 {
		return kinds[0]
	}
	return ""
}
