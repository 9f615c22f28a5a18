package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// Options are what a Store can be told; the zero value is what drover uses.
type Options struct {
	Clock     Clock         // the machine's if nil
	TTL       time.Duration // how long a lease holds after its holder was last heard of; 60 s if 0
	Heartbeat time.Duration // the time between two heartbeats; a quarter of TTL if 0
	Skew      time.Duration // how far two machines' clocks may differ; 10 s if 0, none if negative
	Request   time.Duration // how long one request may take; 30 s if 0, no limit if negative
	Parallel  int           // how many values are read at once; 16 if 0
	ID        func() string // makes a random text, different each time; rand.Text if nil
	// Anchor is a record that the caller knows the journal to have.
	Anchor Head
	// Ended reports whether the holder's process is known to have ended, so that its lease can be taken before it
	// expires. It must be false where that is not certain. Nil: never known.
	Ended func(Holder) bool
}

// Store is one cluster's.
type Store struct {
	objects  Objects
	dated    Dated // nil: the store has no clock
	cluster  string
	options  Options
	journal  *chain
	requests *chain
}

// Open returns the store of a cluster in objects. It makes no request.
func Open(objects Objects, cluster string, options Options) *Store {
	if options.Clock == nil {
		options.Clock = machine{}
	}
	options.TTL = defaulted(options.TTL, time.Minute)
	options.Heartbeat = defaulted(options.Heartbeat, options.TTL/4)
	options.Skew = max(0, defaulted(options.Skew, 10*time.Second))
	options.Request = defaulted(options.Request, 30*time.Second)
	if options.ID == nil {
		options.ID = rand.Text
	}
	if options.Parallel == 0 {
		options.Parallel = 16
	}
	dated, _ := objects.(Dated)
	if options.Request > 0 {
		objects = limited{objects, options.Request}
	}
	s := &Store{objects: objects, dated: dated, cluster: cluster, options: options}
	s.journal = s.chain("journal/", "record")
	s.requests = s.chain(requests, "request")
	return s
}

func defaulted(d, usual time.Duration) time.Duration {
	if d == 0 {
		return usual
	}
	return d
}

func (s *Store) chain(prefix, kind string) *chain {
	return &chain{
		objects: s.objects, clock: s.options.Clock, prefix: prefix, kind: kind,
		root: digest("cluster", kind, s.cluster), parallel: s.options.Parallel,
	}
}

// Records reads the whole journal, oldest first, and verifies it.
func (s *Store) Records(ctx context.Context) ([]Record, error) {
	now, err := s.look(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the journal of %s: %w", s.cluster, err)
	}
	return now.records, nil
}

// Since reads the records after head, which the caller knows, by one request if there are none. It verifies that they
// follow head, and that head is still there.
func (s *Store) Since(ctx context.Context, head Head) ([]Record, error) {
	records, err := s.journal.since(ctx, head)
	if err != nil {
		return nil, fmt.Errorf("reading the journal of %s after record %d: %w", s.cluster, head.Seq, err)
	}
	return plain(records), nil
}

func plain(records []chained) []Record {
	all := make([]Record, len(records))
	for i, r := range records {
		all[i] = r.Record
	}
	return all
}

// view is the journal with its lease, at one time.
type view struct {
	records []Record
	tail    [][]byte // the records after the last pack, as they are stored
	head    Head
	lease   int        // the index of the record by which the last lease was taken; -1 if none ever was
	beat    *heartbeat // the last one that is there; nil if none is
}

// look reads and verifies everything that says how far the journal goes, the heartbeat first: what it names must be in
// the journal that is read after it.
func (s *Store) look(ctx context.Context) (view, error) {
	beat, err := s.lastHeartbeat(ctx)
	if err != nil {
		return view{}, err
	}
	records, tail, err := s.readJournal(ctx)
	if err != nil {
		return view{}, err
	}
	now := view{records: records, tail: tail, lease: -1, beat: beat}
	for i, r := range records {
		if r.Holder != nil {
			now.lease = i
		}
	}
	if len(records) > 0 {
		now.head = records[len(records)-1].Head()
	}
	if err := now.holds(s.options.Anchor, "the journal"); err != nil {
		return view{}, err
	}
	if beat != nil {
		if err := now.holds(beat.Head, beat.name()); err != nil {
			return view{}, err
		}
	}
	return now, s.inOrder(ctx, now)
}

// holds checks that the journal has a record that is known from elsewhere.
func (v view) holds(known Head, from string) error {
	name := numbered("journal/", known.Seq)
	switch {
	case known.Seq == 0:
		return nil
	case known.Seq > v.head.Seq:
		return damaged(name, fmt.Sprintf("is missing: %s is known to reach record %d, and ends at %d", "the journal", known.Seq, v.head.Seq)+source(from))
	case v.records[known.Seq-1].hash != known.Hash:
		return damaged(name, "is not the record that is known to be there"+source(from))
	}
	return nil
}

func source(from string) string {
	if from == "the journal" {
		return ""
	}
	return " (by " + from + ")"
}

// inOrder checks what the chain alone does not: fences rise by one with each lease, only the holder appends, and a
// lease under which anything was appended has a heartbeat.
func (s *Store) inOrder(ctx context.Context, v view) error {
	fence := int64(0)
	open := false
	for _, r := range v.records {
		if r.Holder != nil {
			fence, open = fence+1, true
		}
		if r.Fence != fence || !open {
			return damaged(s.journal.name(r.Seq), fmt.Sprintf("has fence %d where %d is due", r.Fence, fence))
		}
		open = !r.Released
	}
	if v.lease < 0 || v.lease == len(v.records)-1 || v.beat != nil && v.beat.Fence >= fence {
		return nil
	}
	// The heartbeat was looked for before the journal was read: both may have been written in between.
	again, err := s.lastHeartbeat(ctx)
	if err != nil {
		return err
	}
	if again == nil || again.Fence < fence {
		return damaged(heartbeatName(fence), "is missing, although its lease was used")
	}
	return nil
}
