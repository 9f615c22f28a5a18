package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// Record is one link of the journal. Exactly one of Holder, Released and Event is set.
type Record struct {
	Version  int             `json:"-"`
	Seq      int64           `json:"seq"`                // 1, 2, 3, …
	Fence    int64           `json:"fence"`              // of the lease under which it was written
	Prev     string          `json:"prev"`               // the hash of the record before it
	Time     time.Time       `json:"time"`               // by the writer's clock
	Holder   *Holder         `json:"holder,omitempty"`   // who took the lease with this record
	Released bool            `json:"released,omitempty"` // the holder gave the lease back with this record
	Event    json.RawMessage `json:"event,omitempty"`    // what the caller appended

	hash string
}

// Holder is a process that holds the lease, or held it.
type Holder struct {
	Host    string `json:"host"`
	PID     int    `json:"pid"`
	Process string `json:"process,omitempty"` // tells this process from every other one, for Options.Ended
	Command string `json:"command"`
	By      string `json:"by,omitempty"` // the person or pipeline that started it

	// Acquire sets these.
	TTL       time.Duration `json:"ttl"`       // in nanoseconds
	Heartbeat time.Duration `json:"heartbeat"` // in nanoseconds
	ID        string        `json:"id"`        // random
}

// Head is the journal's last record, or any other that somebody relies on.
type Head struct {
	Seq  int64  `json:"seq"`  // 0 before the first record
	Hash string `json:"hash"` // empty before the first record
}

// Head names the record.
func (r Record) Head() Head { return Head{r.Seq, r.hash} }

// whole reports whether the record is of a kind that this version knows.
func (r Record) whole() bool {
	kinds := 0
	for _, is := range []bool{r.Holder != nil, r.Released, len(r.Event) > 0} {
		if is {
			kinds++
		}
	}
	return kinds == 1
}

// encode seals the record and sets its hash.
func (c *chain) encode(r *Record) ([]byte, error) {
	raw, hash, err := seal(c.kind, r)
	r.Version, r.hash = version, hash
	return raw, err
}

// decode reads the record that is stored under name, and checks all but its place in the chain.
func (c *chain) decode(name string, seq int64, raw []byte) (Record, error) {
	var r Record
	hash, err := unseal(c.kind, name, raw, &r)
	if err != nil {
		return r, err
	}
	if r.Seq != seq {
		return r, damaged(name, fmt.Sprintf("is a copy of record %d", r.Seq))
	}
	if !r.whole() {
		return r, &VersionError{Object: name}
	}
	r.Version, r.hash = version, hash
	return r, nil
}
