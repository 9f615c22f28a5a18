package dns_test

import (
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"drover/rehearsal/dns"
)

// BenchmarkAnswer is a weighted answer over UDP, both ways.
func BenchmarkAnswer(b *testing.B) {
	a := newAccount(shop(75, 25))
	s, err := dns.Start(b.Context(), dns.Options{Zones: a.load, Target: a.target, TTL: time.Second, MaxAge: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	conn, err := mdns.Dial("udp", s.Addresses()[0])
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for b.Loop() {
		m := new(mdns.Msg)
		m.SetQuestion("shop.example.com.", mdns.TypeA)
		if err := conn.WriteMsg(m); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.ReadMsg(); err != nil {
			b.Fatal(err)
		}
	}
}
