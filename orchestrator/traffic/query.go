package traffic

import (
	"context"
	"fmt"
	"time"

	"github.com/miekg/dns"
)

const (
	queryTimeout  = 2 * time.Second
	queryAttempts = 3
)

// ask sends one question to one server: over UDP, and over TCP if the answer was cut off. A lost packet is sent anew.
func ask(ctx context.Context, server, name string, kind uint16) (*dns.Msg, error) {
	question := new(dns.Msg)
	question.SetQuestion(dns.Fqdn(name), kind)
	udp := &dns.Client{Net: "udp", Timeout: queryTimeout}
	var failure error
	for range queryAttempts {
		reply, _, err := udp.ExchangeContext(ctx, question, server)
		if err == nil && reply.Truncated {
			tcp := &dns.Client{Net: "tcp", Timeout: queryTimeout}
			reply, _, err = tcp.ExchangeContext(ctx, question, server)
		}
		if err == nil {
			return reply, nil
		}
		failure = err
		if ctx.Err() != nil {
			return nil, fmt.Errorf("asking %s for %s: %w", server, name, context.Cause(ctx))
		}
	}
	return nil, fmt.Errorf("asking %s for %s, %d times: %w", server, name, queryAttempts, failure)
}

// addresses are those in an answer: of IPv4 or of IPv6, as was asked.
func addresses(reply *dns.Msg) []string {
	var found []string
	for _, record := range reply.Answer {
		switch record := record.(type) {
		case *dns.A:
			found = append(found, record.A.String())
		case *dns.AAAA:
			found = append(found, record.AAAA.String())
		}
	}
	return found
}

// longest is the longest time to live in an answer.
func longest(reply *dns.Msg) time.Duration {
	var ttl time.Duration
	for _, record := range reply.Answer {
		ttl = max(ttl, time.Duration(record.Header().Ttl)*time.Second)
	}
	return ttl
}
