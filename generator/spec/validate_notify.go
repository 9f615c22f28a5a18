package spec

import (
	"fmt"
	"net"
	"slices"
	"strconv"
)

// Messages that a receiver can get.
const (
	OnStarted    = "started"
	OnWaiting    = "waiting"
	OnStep       = "step"
	OnRolledBack = "rolled-back"
	OnDone       = "done"
	OnFailed     = "failed"
	OnOverdue    = "overdue"
)

// receiverKinds are the fields of a receiver of which exactly one is set, in the order in which they are offered.
var receiverKinds = []string{"slack", "teams", "pagerduty", "webhook", "email"}

// kinds are the kinds that a receiver is of; one that is right has one.
func (r Receiver) kinds() (kinds []string) {
	for i, set := range []bool{r.Slack != nil, r.Teams != nil, r.PagerDuty != nil, r.Webhook != nil, r.Email != nil} {
		if set {
			kinds = append(kinds, receiverKinds[i])
		}
	}
	return kinds
}

func (p *PagerReceiver) setDefaults() { p.Region = "us" }

func (e *EventReceiver) setDefaults() { e.Header = "Authorization" }

// deriveNotify names receivers by their kinds, and has each get what its kind is for: a page is for what somebody has to
// look at now.
func deriveNotify(receivers []Receiver) {
	for i := range receivers {
		r := &receivers[i]
		if r.Name == "" {
			r.Name = r.Kind()
		}
		switch {
		case r.On != nil:
		case r.PagerDuty != nil:
			r.On = []string{OnRolledBack, OnFailed, OnOverdue}
		default:
			r.On = []string{OnStarted, OnWaiting, OnRolledBack, OnDone, OnFailed, OnOverdue}
		}
	}
}

var (
	receiverName = form{lazily(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`), "at most 40 lower-case letters, digits and dashes", "platform-team"}
	mailUser     = form{lazily(`^[^\x00-\x1f\x7f]{1,256}$`), "a user name in one line", "drover"}
)

// exampleReceiver is one that works as it is written.
const exampleReceiver = "- slack: {webhook: {env: SLACK_WEBHOOK_URL}}"

func (v *validator) notify() {
	receivers := v.c.Spec.Notify
	for i, r := range receivers {
		v.receiver(fmt.Sprintf("spec.notify[%d]", i), r)
	}
	v.unique(namesOf(receivers, func(r Receiver) string { return r.Name }), "the receiver", func(i int) string {
		if path := fmt.Sprintf("spec.notify[%d].name", i); v.has(path) {
			return path
		}
		return fmt.Sprintf("spec.notify[%d]", i)
	})
}

func (v *validator) receiver(path string, r Receiver) {
	kinds := r.kinds()
	switch {
	case len(kinds) == 0 && v.failedWithin(path):
		return
	case len(kinds) == 0:
		v.wrong(path, path+" names no receiver", "write one in it, such as "+exampleReceiver[2:]+", or remove it")
		return
	case len(kinds) > 1:
		v.wrong(path, fmt.Sprintf("%s holds %d receivers, and an item is one", path, len(kinds)), "put a dash before each: "+oneOf(receiverKinds))
		return
	}
	if v.has(path + ".name") {
		v.matches(path+".name", r.Name, receiverName)
	}
	v.on(path+".on", r.On)
	if r.Slack != nil {
		v.secretEnv(path+".slack.webhook", r.Slack.Webhook)
	}
	if r.Teams != nil {
		v.secretEnv(path+".teams.webhook", r.Teams.Webhook)
	}
	if p := r.PagerDuty; p != nil {
		v.secretEnv(path+".pagerduty.routingKey", p.RoutingKey)
		oneIs(v, path+".pagerduty.region", p.Region)
	}
	if e := r.Webhook; e != nil {
		v.eventReceiver(path+".webhook", *e)
	}
	if m := r.Email; m != nil {
		v.mailReceiver(path+".email", *m)
	}
}

// on checks which messages a receiver gets.
func (v *validator) on(path string, on []string) {
	for i, message := range on {
		oneIs(v, fmt.Sprintf("%s[%d]", path, i), message)
	}
	v.unique(on, "the message", indexed(path))
	if on != nil && len(on) == 0 {
		v.wrong(path, path+" is empty: the receiver would get nothing", "remove the line for the default, or write on: [failed]")
	}
}

func (v *validator) eventReceiver(path string, e EventReceiver) {
	v.secretEnv(path+".url", e.URL)
	v.secretEnv(path+".key", e.Key)
	url := v.has(path + ".url")
	switch {
	case e.Address == "" && !url:
		v.wrong(path, path+" does not say how it is reached", "add address: "+plainAddress.example+", or url: {env: EVENTS_URL}")
	case e.Address != "" && url:
		v.wrong(path+".url", path+" has two addresses", "remove address or url", v.where(path+".address"))
	case e.Address == "" && e.Key != (EnvRef{}):
		v.wrong(path+".key", "a key is sent to an address, and there is none", "add address: "+plainAddress.example)
	}
	if e.Address != "" && !plainAddress.pattern.MatchString(e.Address) {
		v.redact(v.where(path + ".address")) // it may hold a token
		v.wrong(path+".address", path+".address is not right: it has to be "+plainAddress.is, "write it like "+plainAddress.example+"; if the address is itself a secret, write url: {env: EVENTS_URL} instead")
	}
	if e.Header != "" {
		v.matches(path+".header", e.Header, headerName)
	}
}

func (v *validator) mailReceiver(path string, m MailReceiver) {
	host, port, err := net.SplitHostPort(m.Server)
	if n, numberErr := strconv.Atoi(port); m.Server != "" && (err != nil || numberErr != nil || n < 1 || n > 65535 || !mailHost.pattern.MatchString(host)) {
		v.wrong(path+".server", fmt.Sprintf("%s.server %q is not right: it has to be %s", path, m.Server, mailServer.is), "write it like "+mailServer.example)
	}
	if m.From != "" {
		v.matches(path+".from", m.From, email)
	}
	for i, to := range m.To {
		v.matches(fmt.Sprintf("%s.to[%d]", path, i), to, email)
	}
	v.unique(m.To, "the address", indexed(path+".to"))
	if len(m.To) == 0 && v.has(path+".to") {
		v.wrong(path+".to", path+".to is empty: nobody would get the mail", "write to: ["+email.example+"]")
	}
	v.secretEnv(path+".password", m.Password)
	if m.Username != "" {
		v.matches(path+".username", m.Username, mailUser)
	}
	if (m.Username == "") != (m.Password == EnvRef{}) && !slices.ContainsFunc([]string{".username", ".password"}, func(field string) bool { return v.failedWithin(path + field) }) {
		v.wrong(path, path+" needs both, username and password, to log in", "add username: drover and password: {env: SMTP_PASSWORD}, or remove both")
	}
}

var (
	mailHost   = form{lazily(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`), "the name of a host", "smtp.example.com"}
	mailServer = form{lazily(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}$`), "a host and a port", "smtp.example.com:587"}
)

// secretEnv checks that what names a secret is a name, and not the secret.
func (v *validator) secretEnv(path string, ref EnvRef) {
	v.notOwn(path, ref, "NOTIFY_SECRET")
	if ref.Env != "" && !envName.MatchString(ref.Env) {
		v.redact(v.where(path + ".env")) // people paste the secret itself here
		v.wrong(path+".env", path+".env is not the name of an environment variable: capital letters, digits and _", "write "+examples[anyIndex(path+".env")]+", and set that variable where drover runs")
	}
}
