package notify

import (
	"context"

	"drover/orchestrator/journal"
	"drover/orchestrator/store"
)

// reader follows the journal.
type reader struct {
	notifier *Notifier
	teller   Teller
	head     store.Head
	known    map[string]bool // marks of what was sent, or is queued
	oldest   string          // the rotation before which nothing is remembered, so that nothing is told
	poked    bool
}

// read returns what is to be told of the records since the last time.
func (r *reader) read(ctx context.Context, final bool) []Message {
	n := r.notifier
	if r.known == nil {
		known, err := sentNames(ctx, n.Attachments)
		if err != nil {
			n.warn("the store", n.Redact(err.Error()))
			return nil
		}
		r.known = known
	}
	first := r.head.Seq == 0
	entries, err := r.entries(ctx)
	if err != nil {
		n.warn("the journal", n.Redact(err.Error()))
		return nil
	}
	var all []Message
	taken := r.teller.Take(entries, final)
	if first {
		r.oldest = r.teller.oldest()
		r.forget(ctx)
	}
	for _, m := range append(taken, n.takeExtra()...) {
		if forgotten := m.Rotation != "" && m.Rotation < r.oldest; !forgotten && n.Clock.Now().Sub(m.Time) <= mostLate {
			all = append(all, m)
		}
	}
	return all
}

// forget deletes the marks of rotations that nobody is told of any more. That it fails does no harm.
func (r *reader) forget(ctx context.Context) {
	now := r.notifier.Clock.Now()
	for _, purpose := range []string{sentPurpose, failedPurpose} {
		_ = r.notifier.forget(ctx, purpose, func(name string) bool { return outdated(name, r.oldest, now) })
	}
}

func (n *Notifier) takeExtra() []Message {
	n.lock.Lock()
	defer n.lock.Unlock()
	taken := n.extra
	n.extra = nil
	return taken
}

// entries are the events of the records since the last time.
func (r *reader) entries(ctx context.Context) (entries []Entry, err error) {
	var records []store.Record
	if r.head.Seq == 0 {
		records, err = r.notifier.Journal.Records(ctx)
	} else {
		records, err = r.notifier.Journal.Since(ctx, r.head)
	}
	if err != nil || len(records) == 0 {
		return nil, err
	}
	for _, record := range records {
		events, err := journal.Read([]store.Record{record})
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			entries = append(entries, Entry{Seq: record.Seq, Event: e})
		}
	}
	r.head = records[len(records)-1].Head()
	return entries, nil
}
