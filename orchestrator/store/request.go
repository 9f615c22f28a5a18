package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const requests = "requests/"

// Request is what a person or a pipeline asks of the process that drives a rotation, from any machine. It needs no
// lease. Requests are a chain of their own, so none can be lost or changed unnoticed between two others.
type Request struct {
	Verb     string `json:"verb"`               // approve, pause, resume, abort, rollback, freeze
	Rotation string `json:"rotation,omitempty"` // what it is about
	Gate     string `json:"gate,omitempty"`     // of an approval
	Evidence string `json:"evidence,omitempty"` // of an approval: the digest of what was there to judge by
	By       string `json:"by"`                 // who asks
	Note     string `json:"note,omitempty"`     // why

	// Ask sets these.
	ID   string    `json:"id"`
	Time time.Time `json:"time"`

	at Head
}

// At is the place of the request among the requests. Who has dealt with it keeps that, and reads on from there.
func (r Request) At() Head { return r.at }

// askAttempts is how many others may ask at the same time.
const askAttempts = 10

// Ask adds a request, durably when it returns.
func (s *Store) Ask(ctx context.Context, r Request) (Request, error) {
	r.ID, r.Time = s.options.ID(), s.options.Clock.Now().UTC()
	body, err := json.Marshal(r)
	if err != nil {
		return r, fmt.Errorf("encoding the request to %s: %w", r.Verb, err)
	}
	there, err := s.requests.since(ctx, Head{}) // all of them: behind a broken one, none would be heard
	if err != nil {
		return r, fmt.Errorf("reading the requests: %w", err)
	}
	var head Head
	if len(there) > 0 {
		head = there[len(there)-1].Head()
	}
	for range askAttempts {
		added, err := s.requests.create(ctx, head, Record{Time: r.Time, Event: body})
		var taken *takenError
		if errors.As(err, &taken) {
			head = taken.record.Head()
			continue
		}
		if err != nil {
			return r, fmt.Errorf("asking to %s: %w", r.Verb, err)
		}
		r.at = added.Head()
		return r, nil
	}
	return r, fmt.Errorf("asking to %s: others ask all the time; run this again", r.Verb)
}

// Requests returns what was asked after the given request, oldest first; after the zero Head, everything. It verifies
// that the given request is still there.
func (s *Store) Requests(ctx context.Context, after Head) ([]Request, error) {
	records, err := s.requests.since(ctx, after)
	if err != nil {
		return nil, fmt.Errorf("reading the requests: %w", err)
	}
	all := make([]Request, 0, len(records))
	for _, record := range records {
		var r Request
		if err := json.Unmarshal(record.Event, &r); err != nil {
			return nil, damaged(s.requests.name(record.Seq), fmt.Sprintf("is not a request (%v)", err))
		}
		r.at = record.Head()
		all = append(all, r)
	}
	return all, nil
}
