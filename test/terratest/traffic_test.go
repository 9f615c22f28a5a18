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

// checkRecords: the domain and its wildcard lead to blue with its whole weight, and its health check is there.
func checkRecords(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	zone := terraform.Output(t, foundation, "zone_id")
	var answer struct {
		Records []record `xml:"ResourceRecordSets>ResourceRecordSet"`
	}
	e.account.restXML(t, "ListResourceRecordSets", "/2013-04-01/hostedzone/"+zone+"/rrset", &answer)
	weighted := map[string]record{}
	for _, r := range answer.Records {
		if r.Weight != nil {
			weighted[r.Name] = r
		}
	}
	domain := e.spec.Spec.Ingress.Domain + "."
	if len(weighted) != 2 {
		t.Errorf("there are weighted records for %d names, want the domain and its wildcard", len(weighted))
	}
	for _, name := range []string{domain, `\052.` + domain} {
		r := weighted[name]
		if r.Set != "blue" || r.Weight == nil || *r.Weight != 100 || r.Type != "A" || r.Target == "" {
			t.Errorf("the record of %s is %+v, want an alias of blue with the weight 100", name, r)
		}
		if e.spec.Spec.Ingress.Visibility == "public" && r.Health == "" {
			t.Errorf("the record of %s has no health check", name)
		}
	}
}
