package notify

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"time"

	"drover/generator/spec"
)

// Sender sends one message once. Its errors show no secret.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Resolver is a Sender that is also told when what a message was about is over.
type Resolver interface {
	Sender
	Resolves()
}

// Clock is the time, and a way to let it pass.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Receiver is one place that messages go to.
type Receiver struct {
	Name   string
	On     []string // what it gets, as the spec names it
	Sender Sender   // nil: it cannot be reached, and Problem says why
	// Problem is what a person has to put right.
	Problem string
}

// Net reaches the addresses that a spec names, and refuses those where a machine answers for itself.
type Net interface {
	Client(named string) *http.Client
	Dial(named string) func(ctx context.Context, network, address string) (net.Conn, error)
}

// Receivers are those of a spec. Secret is what an environment variable holds; a variable that is missing or wrong is the
// problem of its receiver alone.
func Receivers(all []spec.Receiver, net Net, secret func(name string) string) []Receiver {
	receivers := make([]Receiver, 0, len(all))
	for _, r := range all {
		made := Receiver{Name: r.Name, On: r.On}
		sender, err := senderOf(r, net, secret)
		if err != nil {
			made.Problem = err.Error()
		} else {
			made.Sender = sender
		}
		receivers = append(receivers, made)
	}
	return receivers
}

// SecretsOf are the variables that hold the secrets of a spec's receivers.
func SecretsOf(all []spec.Receiver) (names []string) {
	for _, r := range all {
		_, _ = senderOf(r, nowhere{}, func(name string) string {
			names = append(names, name)
			return "https://localhost" // is taken as any of them, so that all are asked for
		})
	}
	return names
}

// nowhere is for receivers that get nothing.
type nowhere struct{}

func (nowhere) Client(string) *http.Client { return &http.Client{} }

func (nowhere) Dial(string) func(context.Context, string, string) (net.Conn, error) { return nil }

func senderOf(r spec.Receiver, net Net, secret func(name string) string) (Sender, error) {
	held := func(ref spec.EnvRef) (string, error) {
		value := secret(ref.Env)
		if value == "" {
			return "", errors.New("the environment variable " + ref.Env + " is not set where drover runs")
		}
		return value, nil
	}
	client := net.Client("")
	switch {
	case r.Slack != nil:
		return byAddress(r.Slack.Webhook, held, func(at string) (*Slack, error) { return NewSlack(client, at) })
	case r.Teams != nil:
		return byAddress(r.Teams.Webhook, held, func(at string) (*Teams, error) { return NewTeams(client, at) })
	case r.PagerDuty != nil:
		key, err := held(r.PagerDuty.RoutingKey)
		return NewPagerDuty(client, key, r.PagerDuty.Region), err
	case r.Webhook != nil:
		return eventsTo(*r.Webhook, client, held)
	case r.Email != nil:
		e := Email{Server: r.Email.Server, From: r.Email.From, To: r.Email.To, Username: r.Email.Username, dial: net.Dial(hostOf(r.Email.Server))}
		var err error
		if e.Username != "" {
			e.Password, err = held(r.Email.Password)
		}
		return e, err
	}
	return nil, errors.New("this drover does not know its kind")
}

func byAddress[T Sender](ref spec.EnvRef, held func(spec.EnvRef) (string, error), made func(string) (T, error)) (Sender, error) {
	at, err := held(ref)
	if err != nil {
		return nil, err
	}
	sender, err := made(at)
	if err != nil {
		return nil, errors.New("the environment variable " + ref.Env + " is not right: " + err.Error())
	}
	return sender, nil
}

func eventsTo(e spec.EventReceiver, client *http.Client, held func(spec.EnvRef) (string, error)) (Sender, error) {
	key := ""
	if e.Key.Env != "" {
		var err error
		if key, err = held(e.Key); err != nil {
			return nil, err
		}
	}
	made := func(at string) (*Webhook, error) { return NewWebhook(client, at, e.Header, key) }
	if e.Address != "" {
		return made(e.Address)
	}
	return byAddress(e.URL, held, made)
}

// wants tells whether a receiver gets a message.
func (r Receiver) wants(m Message) bool {
	if m.Over {
		if _, resolves := r.Sender.(Resolver); !resolves {
			return false
		}
	}
	return slices.Contains(r.On, m.On)
}
