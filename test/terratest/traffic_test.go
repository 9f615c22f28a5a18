package terratest

import (
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

type record struct {
	Name   string `xml:"Name"`
	Type   string `xml:"Type"`
	Set    string `xml:"SetIdentifier"`
	Weight *int   `xml:"Weight"`
	Health string `xml:"HealthCheckId"`
	Target string `xml:"AliasTarget>DNSName"`
}

// checkRecords: the domain and its wildcard lead to blue with its whole weight, and its health check is there. So do
// the domain of management interfaces and its wildcard, if the spec has them, by their own load balancer, and on no
// check: Route 53 does not reach what is internal.
func checkRecords(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	weighted := map[string]record{}
	for _, r := range e.account.records(t, foundation) {
		if r.Weight != nil {
			weighted[r.Name] = r
		}
	}
	balancers := e.account.balancers(t)
	targets := map[string]string{e.spec.Spec.Ingress.Domain: balancers[e.name+"-blue"].DNSName}
	if m := e.spec.Spec.Ingress.Management; m != nil {
		targets[m.Domain] = balancers[e.name+"-blue-mgmt"].DNSName
	}
	if len(weighted) != 2*len(targets) {
		t.Errorf("there are weighted records for %d names, want %d domains with their wildcards", len(weighted), len(targets))
	}
	for domain, target := range targets {
		for _, name := range []string{domain + ".", `\052.` + domain + "."} {
			r := weighted[name]
			if r.Set != "blue" || r.Weight == nil || *r.Weight != 100 || r.Type != "A" || !leadsTo(r, target) {
				t.Errorf("the record of %s is %+v, want an alias of %s with the weight 100", name, r, target)
			}
			checked := domain == e.spec.Spec.Ingress.Domain && e.spec.Spec.Ingress.Visibility == "public"
			if checked != (r.Health != "") {
				t.Errorf("the record of %s has the health check %q; want one: %t", name, r.Health, checked)
			}
		}
	}
}

func (a account) records(t *testing.T, foundation *terraform.Options) []record {
	t.Helper()
	zone := terraform.Output(t, foundation, "zone_id")
	var answer struct {
		Records []record `xml:"ResourceRecordSets>ResourceRecordSet"`
	}
	a.restXML(t, "ListResourceRecordSets", "/2013-04-01/hostedzone/"+zone+"/rrset", &answer)
	return answer.Records
}
