package spec

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Authoritative is the from of a dns check that asks every server of the zone.
const Authoritative = "authoritative"

func (v *validator) dnsCheck(path string, d DNSCheck) {
	v.filled(path+".name", d.Name, false)
	if name := v.side().Fill(d.Name); d.Name != "" && !v.failedWithin(path) && (!domainName.MatchString(name) || len(name) > 253) {
		help := "write it like {{host}}, or api.shop.example.com"
		if better := domainFrom(d.Name); better != d.Name && domainName.MatchString(better) {
			help = "write " + better
		}
		v.wrong(path+".name", fmt.Sprintf("%s.name %q is not a name of DNS, in lower case", path, d.Name), help)
	}
	for i, text := range d.Addresses {
		address, err := netip.ParseAddr(text)
		at := fmt.Sprintf("%s.addresses[%d]", path, i)
		switch {
		case err != nil || address.Zone() != "":
			v.wrong(at, fmt.Sprintf("%s %q is not an IP address", at, text), "write it like 203.0.113.7")
		case address.String() != text:
			v.wrong(at, fmt.Sprintf("%s %q is not written as DNS answers are", at, text), "write "+address.String())
		}
	}
	v.unique(d.Addresses, "the address", indexed(path+".addresses"))
	oneIs(v, path+".from", d.From)
	v.positive(path+".timeout", d.Timeout, "1m")
}

func (v *validator) webhookCheck(path string, w WebhookCheck) {
	v.filled(path+".url", w.URL, false)
	if w.URL != "" && !v.failedWithin(path+".url") {
		v.judge(path+".url", w.URL)
	}
	v.secretRef(path+".key", SecretRef{Env: w.Key.Env}, "JUDGE_KEY")
	v.notOwn(path+".key", w.Key, "JUDGE_KEY")
	if w.Header != "" {
		v.matches(path+".header", w.Header, headerName)
	}
	v.positive(path+".timeout", w.Timeout, "1m")
}

// judge checks the address of a webhook check: what is sent to it is what the way of traffic hangs on, so that only this
// machine may be asked without TLS.
func (v *validator) judge(path, address string) {
	u, err := url.Parse(v.side().Fill(address))
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.ContainsAny(address, " \t\r\n\\#"):
		v.redactAddress(path, address)
		v.wrong(path, path+" is not the address of a server", "write it like https://judge.example.com/drover")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery:
		v.redact(v.where(path))
		v.wrong(path, path+" has a user, a password or a query, and a spec never holds a secret", "remove it, and write the secret's variable in key: {env: JUDGE_KEY}")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.wrong(path, path+" is asked without TLS: anybody on the way could answer pass", "write https://"+strings.TrimPrefix(address, "http://"))
	}
}

// loopback tells whether a host is this machine.
func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}
