package verify

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

type expiries func(host string) (map[string]time.Time, error)

func (e expiries) Expiries(_ context.Context, host string) (map[string]time.Time, error) {
	return e(host)
}

// served answers for authoritative servers.
type served func(host string) (map[string][]string, error)

func (s served) Served(_ context.Context, host string) (map[string][]string, error) { return s(host) }

func TestEveryAddressNeedsACertificateThatLasts(t *testing.T) {
	t.Parallel()
	good := serve(t, func(http.ResponseWriter, *http.Request) {})
	in := func(days ...int) map[string]time.Time {
		at := map[string]time.Time{}
		for i, d := range days {
			at["192.0.2."+string(rune('1'+i))] = time.Now().Add(time.Duration(d) * day).Add(time.Hour)
		}
		return at
	}
	for name, c := range map[string]struct {
		found   map[string]time.Time
		err     error
		verdict Verdict
		says    string
		unit    string
	}{
		"long enough":        {in(90, 30), nil, Pass, "certificate of 2 addresses valid until", "s"},
		"one is too short":   {in(90, 13), nil, Fail, "by 192.0.2.2, which is in 13.0 days; at least 14", "d"},
		"expired":            {in(-3), nil, Fail, "at least 14", "d"},
		"one is not right":   {in(90), errors.New("at 192.0.2.2: x509: signed by unknown authority"), Fail, "unknown authority", ""},
		"none":               {nil, nil, Inconclusive, "no address", ""},
		"not asked in time":  {nil, context.DeadlineExceeded, Error, "deadline", ""},
		"asking was stopped": {nil, context.Canceled, Error, "canceled", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := HTTP{Client: good.Client(), URL: good.URL, Samples: 1, DaysLeft: 14, Expiries: expiries(func(host string) (map[string]time.Time, error) {
				if host != "127.0.0.1" {
					t.Errorf("asked for %s", host)
				}
				return c.found, c.err
			})}
			a := h.Run(t.Context())
			if a.Verdict != c.verdict || !strings.Contains(a.Detail, c.says) || a.Unit != c.unit {
				t.Errorf("%+v, want %s with %q in %q", a, c.verdict, c.says, c.unit)
			}
		})
	}
}

func TestEveryAuthoritativeServerIsAsked(t *testing.T) {
	t.Parallel()
	lost := errors.New("ns3: no answer")
	for name, c := range map[string]struct {
		answers map[string][]string
		err     error
		expect  []string
		verdict Verdict
		says    string
	}{
		"all":               {map[string][]string{"ns1": {"192.0.2.1"}, "ns2": {"192.0.2.2"}}, nil, nil, Pass, "192.0.2.1, 192.0.2.2, by each of 2 servers"},
		"one has none":      {map[string][]string{"ns1": {"192.0.2.1"}, "ns2": nil}, nil, nil, Fail, "the server ns2 has no address"},
		"one has another":   {map[string][]string{"ns1": {"192.0.2.1"}, "ns2": {"192.0.2.9"}}, nil, []string{"192.0.2.1"}, Fail, "by the server ns2, green.shop.test has the address 192.0.2.9"},
		"one is silent":     {map[string][]string{"ns1": {"192.0.2.1"}}, lost, nil, Error, "ns3"},
		"silent and wrong":  {map[string][]string{"ns1": {}}, lost, nil, Fail, "ns1"},
		"nobody is":         {nil, nil, nil, Inconclusive, "no server"},
		"not to be found":   {nil, lost, nil, Error, "ns3"},
		"more than a few":   {map[string][]string{"ns1": many(100)}, nil, nil, Pass, "and 84 more"},
		"not what is asked": {map[string][]string{"ns1": many(100)}, nil, many(99), Fail, "and 83 more"},
	} {
		d := DNS{Host: "green.shop.test", Expect: c.expect, Authority: served(func(string) (map[string][]string, error) { return c.answers, c.err })}
		if verdict, detail := d.Run(t.Context()).Said(); verdict != c.verdict || !strings.Contains(detail, c.says) {
			t.Errorf("%s: %s: %s, want %s with %q", name, verdict, detail, c.verdict, c.says)
		}
	}
}

func many(n int) (addresses []string) {
	for i := range n {
		addresses = append(addresses, "192.0.2."+strings.Repeat("1", i/50+1)+string(rune('!'+i)))
	}
	return addresses
}
