package awsproxy

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/backup"
	"drover/rehearsal/aws/chatbot"
	"drover/rehearsal/aws/clientvpn"
	"drover/rehearsal/aws/codebuild"
	"drover/rehearsal/aws/firewall"
	"drover/rehearsal/aws/stacks"
	"drover/rehearsal/resource"
)

// table is a service, or a part of one, that a table of resources simulates.
type table struct {
	name    string // for the summary
	service string
	// whole is true of a service that moto has too little of to ask: what the table does not have is refused.
	whole bool
	store *resource.Store
}

// services makes the services that are described by tables.
func (p *Proxy) services(o Options) ([]table, error) {
	tables := []table{{name: "Client VPN", service: "ec2"}, {name: "Network Firewall", service: "network-firewall", whole: true},
		{name: "AWS Backup", service: "backup", whole: true}, {name: "the chat client", service: "chatbot", whole: true},
		{name: "stacks of EventBridge connections and Slack channels", service: "cloudformation", whole: true},
		{name: "pull-through caches", service: "ecr"}, {name: "CodeBuild", service: "codebuild", whole: true}}
	for i, t := range []resource.Table{clientvpn.Table(o.Account, p.Moto), firewall.Table(o.Account, o.Takes, p.Moto),
		backup.Table(o.Account, p.Moto), chatbot.Table(o.Account, p.Moto),
		stacks.Table(o.Account, p.client), // its calls are compared with the models too
		pullThrough(o.Account, p.Moto), codebuild.Table(o.Account, p.Moto)} {
		store, err := resource.New(t, time.Now)
		if err != nil {
			return nil, fmt.Errorf("simulate %s: %w", tables[i].name, err)
		}
		tables[i].store = store
	}
	return tables, nil
}

// serveTable answers a call from a table, and says whether it is one that the table has. The API's model says where
// the members of requests and answers are, and what they are called there.
func (p *Proxy) serveTable(w http.ResponseWriter, c *call, t *table) bool {
	if p.validation.library == nil || !t.store.Has(c.operation) {
		return false
	}
	model, err := p.validation.library.Service(c.service, c.form.Get("Version"))
	if err != nil || model == nil || model.Operations[c.operation] == nil {
		return false
	}
	operation := model.Operations[c.operation]
	body, err := p.fromTable(c, t, model, operation)
	switch {
	case errors.Is(err, resource.ErrUnknown):
		return false
	case err != nil:
		c.refuse(w, answer.Of(err))
	default:
		c.protocol.Answer(w, body)
	}
	return true
}

func (p *Proxy) fromTable(c *call, t *table, model *apimodel.Service, operation *apimodel.Operation) ([]byte, error) {
	in, err := model.Input(operation, apimodel.Request{HTTP: c.Request, Path: c.path, Form: c.form, Body: c.body})
	if err != nil {
		return nil, answer.Refuse("SerializationException", "%v", err)
	}
	out, err := t.store.Do(resource.Call{Ctx: c.Context(), Scope: c.region, Operation: c.operation, In: in})
	if err != nil {
		return nil, err
	}
	return model.Output(operation, out)
}
