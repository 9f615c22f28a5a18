package awsproxy

import (
	"encoding/xml"
	"slices"
	"strings"
)

// recordSet is a resource record set, as a change or a list has it.
type recordSet struct {
	Name, Type, SetIdentifier string
	Weight, Region, Failover  string
	MultiValueAnswer, TTL     string
	HealthCheckID             string       `xml:"HealthCheckId"`
	Values                    []string     `xml:"ResourceRecords>ResourceRecord>Value"`
	Alias                     *aliasTarget `xml:"AliasTarget"`
	GeoLocation               *struct {
		Text string `xml:",innerxml"`
	}
	Text string `xml:",innerxml"`
}

type aliasTarget struct {
	HostedZoneID                  string `xml:"HostedZoneId"`
	DNSName, EvaluateTargetHealth string
}

// recordKey is what a zone holds one record set of.
type recordKey struct{ name, kind, set string }

// key tells record sets apart. Route 53 returns names with a dot at the end and an escaped star.
func (r recordSet) key() recordKey {
	return recordKey{plainName(r.Name), r.Type, r.SetIdentifier}
}

func plainName(name string) string {
	return strings.ToLower(strings.TrimSuffix(strings.ReplaceAll(name, `\052`, "*"), "."))
}

// equals compares all values, as Route 53 does before it deletes a record set.
func (r recordSet) equals(other recordSet) bool {
	return r.values() == other.values()
}

// values are the values of a record set as one text.
func (r recordSet) values() string {
	list := []string{r.Weight, r.Region, r.Failover, strings.ToLower(r.MultiValueAnswer), r.HealthCheckID}
	if r.Alias != nil { // has no time to live of its own; moto says 0
		list = append(list, r.Alias.HostedZoneID, plainName(r.Alias.DNSName), strings.ToLower(r.Alias.EvaluateTargetHealth))
	} else {
		list = append(list, r.TTL)
		list = append(list, slices.Sorted(slices.Values(r.Values))...)
	}
	if r.GeoLocation != nil {
		list = append(list, r.GeoLocation.Text)
	}
	return strings.Join(list, "\n")
}

// text is the record set as XML for moto, which lists a name as it was written: with the star escaped, as Route 53 lists
// it.
func (r recordSet) text() string {
	var written, listed strings.Builder
	_ = xml.EscapeText(&written, []byte(r.Name)) // a strings.Builder takes everything
	_ = xml.EscapeText(&listed, []byte(strings.Replace(r.Name, "*", `\052`, 1)))
	return strings.Replace(r.Text, "<Name>"+written.String()+"</Name>", "<Name>"+listed.String()+"</Name>", 1)
}
