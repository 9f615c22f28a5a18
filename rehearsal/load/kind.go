package load

import (
	"slices"
	"time"
)

// Kind is how a client treats DNS and its connections.
type Kind string

// The kinds of clients.
const (
	Resolves   Kind = "resolves each time" // a new resolution and a new connection for every request
	Caches     Kind = "caches for the TTL" // keeps an answer for its time to live, and connections no longer than that
	KeepsAlive Kind = "keeps connections"  // resolves when it connects, and stays connected
	Ignores    Kind = "ignores the TTL"    // asks a resolver that keeps answers longer than it may
)

// behavior is what a kind does, as data.
type behavior struct {
	kind  Kind
	asks  func(Options) []string                           // which servers it resolves with
	holds func(o Options, ttl time.Duration) time.Duration // how long it stays with what it has
	late  bool                                             // resolves when it connects, not before
}

var behaviors = []behavior{
	{Resolves, authoritative, func(Options, time.Duration) time.Duration { return 0 }, false},
	{Caches, authoritative, func(_ Options, ttl time.Duration) time.Duration { return ttl }, false},
	{KeepsAlive, authoritative, func(o Options, _ time.Duration) time.Duration { return o.KeepAlive }, true},
	// The resolver says how long it will hold on to the answer.
	{Ignores, func(o Options) []string { return []string{o.Hoarder} }, func(_ Options, ttl time.Duration) time.Duration { return ttl }, false},
}

func authoritative(o Options) []string { return o.NameServers }

// Kinds are all kinds, in the order in which they are told.
func Kinds() []Kind {
	var kinds []Kind
	for _, b := range behaviors {
		kinds = append(kinds, b.kind)
	}
	return kinds
}

func behaviorOf(kind Kind) behavior {
	i := slices.IndexFunc(behaviors, func(b behavior) bool { return b.kind == kind })
	return behaviors[i]
}
