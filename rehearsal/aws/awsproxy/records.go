package awsproxy

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"drover/rehearsal/aws/answer"
)

// record names a resource record set, as a change or a list has it.
type record struct {
	Name, Type, SetIdentifier string
}

// same tells whether two names are of one record set. Route 53 tells names with a dot at the end and an escaped star.
func (r record) same(other record) bool {
	return r.plain() == other.plain()
}

func (r record) plain() record {
	r.Name = strings.TrimSuffix(strings.ReplaceAll(r.Name, `\052`, "*"), ".")
	return r
}

// recordsAreNew refuses to create a record set that is there. moto minds only those that are there word for word, and
// then also one that was there once and was deleted since; so it is asked to write what this lets through.
func (p *Proxy) recordsAreNew(c *call) error {
	var in struct {
		Changes []struct {
			Action string
			Record record `xml:"ResourceRecordSet"`
		} `xml:"ChangeBatch>Changes>Change"`
	}
	_ = xml.Unmarshal(bytes.TrimSpace(c.body), &in) // moto says what is wrong with it
	for _, change := range in.Changes {
		if change.Action != "CREATE" {
			continue
		}
		there, err := p.hasRecord(c, change.Record)
		if err != nil {
			return fmt.Errorf("look for the record %s: %w", change.Record.Name, err)
		}
		if there {
			return answer.Refuse("InvalidChangeBatch", "Tried to create resource record set [name='%s', type='%s'] but it already exists", change.Record.Name, change.Record.Type)
		}
	}
	return nil
}

// hasRecord looks in the zone that a call is about.
func (p *Proxy) hasRecord(c *call, wanted record) (bool, error) {
	var out struct {
		Records []record `xml:"ResourceRecordSets>ResourceRecordSet"`
	}
	path := strings.TrimSuffix(c.URL.Path, "/") + "?" + url.Values{"name": {wanted.Name}, "type": {wanted.Type}}.Encode()
	if err := p.Moto(c.region).RESTXML(c.Context(), "route53", "ListResourceRecordSets", http.MethodGet, path, nil, &out); err != nil {
		return false, err
	}
	for _, r := range out.Records {
		if r.same(wanted) {
			return true, nil
		}
	}
	return false, nil
}

// writtenAnew has moto write a record set that is to be created.
func writtenAnew(body []byte) []byte {
	return bytes.ReplaceAll(body, []byte("<Action>CREATE</Action>"), []byte("<Action>UPSERT</Action>"))
}
