package awsproxy

import (
	"net/http"

	"drover/rehearsal/aws/answer"
)

// simulation is a part of AWS that is simulated here and not by moto.
type simulation struct {
	name    string // for the summary
	service string
	serve   func(*Proxy, http.ResponseWriter, *call) bool // false: not one of its calls
}

// simulations are asked in this order, after the tables; what none of them takes is moto's.
var simulations = []simulation{
	{"subnets with ranges of IPv6", "ec2", (*Proxy).serveSubnets},
	{"spot machines of node groups", "ec2", (*Proxy).serveInstances},
	{"health of nodes behind load balancers", "elasticloadbalancing", (*Proxy).serveTargetHealth},
	{"deleted transit gateway attachments", "ec2", (*Proxy).serveAttachments},
	{"tags of what is simulated here", "tagging", func(p *Proxy, w http.ResponseWriter, c *call) bool {
		return p.serveTagging(w, c.Request, c.region)
	}},
	{"repository creation templates", "ecr", func(p *Proxy, w http.ResponseWriter, c *call) bool {
		return p.templates.serve(w, c.Request, c.region)
	}},
	{"changes of records", "route53", (*Proxy).serveChanges},
	{"quotas", "servicequotas", (*Proxy).serveQuota},
	{"public parameters of node images", "ssm", (*Proxy).serveParameters},
}

// simulate has a call answered by who simulates it, and says who did; empty is nobody.
func (p *Proxy) simulate(w http.ResponseWriter, c *call) string {
	for i := range p.tables {
		if t := &p.tables[i]; t.service == c.service && (p.serveTable(w, c, t) || t.whole && refuseUnknown(w, c)) {
			return t.name
		}
	}
	for _, s := range simulations {
		if s.service != c.service {
			continue
		}
		if s.serve(p, w, c) {
			return s.name
		}
		c.rewind()
	}
	return ""
}

// refuseUnknown answers an operation of a service that moto has too little of to ask.
func refuseUnknown(w http.ResponseWriter, c *call) bool {
	c.refuse(w, unanswered(c, "drover's proxy does not have it"))
	return true
}

// unanswered is the refusal of what nobody simulates. Clients must not repeat it, nor take it for "is not there".
func unanswered(c *call, why string) *answer.Refusal {
	return answer.Refuse("UnsupportedOperation", "the rehearsal does not simulate %s: %s", c.name(), why)
}
