package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// chain is a sequence of records, each with the hash of the one before it. The journal is one, the requests are another.
type chain struct {
	objects  Objects
	clock    Clock
	prefix   string
	kind     string
	root     string // stands for the hash before the first record: it differs between clusters
	parallel int
}

// chained is a record as it is stored.
type chained struct {
	Record
	raw []byte
}

func (c *chain) name(seq int64) string { return numbered(c.prefix, seq) }

// prev is the hash that the record after head has to name.
func (c *chain) prev(head Head) string {
	if head.Seq == 0 {
		return c.root
	}
	return head.Hash
}

// next adds what follows from head.
func (c *chain) next(head Head, r Record) Record {
	r.Seq, r.Prev = head.Seq+1, c.prev(head)
	return r
}

// since reads the records after head. Where head is not the beginning, it has to be there still.
func (c *chain) since(ctx context.Context, head Head) ([]chained, error) {
	first := max(head.Seq, 1)
	after := ""
	if first > 1 {
		after = c.name(first - 1)
	}
	names, err := c.objects.List(ctx, c.prefix, after)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", c.prefix, err)
	}
	if err := c.unbroken(names, first); err != nil {
		return nil, err
	}
	if head.Seq > 0 {
		if len(names) == 0 {
			return nil, damaged(c.name(head.Seq), "is missing: the last records were lost")
		}
		names = names[1:]
	}
	raws, err := c.readAll(ctx, names)
	if err != nil {
		return nil, err
	}
	return c.verify(head, raws)
}

// unbroken checks that the names are those of the records from first on, without a gap.
func (c *chain) unbroken(names []string, first int64) error {
	for i, name := range names {
		seq, err := number(c.prefix, name)
		if err != nil {
			return err
		}
		if want := first + int64(i); seq != want {
			return damaged(c.name(want), "is missing, although later ones are there")
		}
	}
	return nil
}

// readAll reads values, a bounded number at a time.
func (c *chain) readAll(ctx context.Context, names []string) ([][]byte, error) {
	raws := make([][]byte, len(names))
	read := func(ctx context.Context, i int) error {
		raw, err := c.objects.Read(ctx, names[i])
		if errors.Is(err, ErrNotFound) {
			return damaged(names[i], "is missing, although it is listed")
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", names[i], err)
		}
		raws[i] = raw
		return nil
	}
	if len(names) == 1 || c.parallel == 1 {
		for i := range names {
			if err := read(ctx, i); err != nil {
				return nil, err
			}
		}
		return raws, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.parallel)
	for i := range names {
		group.Go(func() error { return read(ctx, i) })
	}
	return raws, group.Wait()
}

// verify decodes the records that follow head and checks that each names the one before it.
func (c *chain) verify(head Head, raws [][]byte) ([]chained, error) {
	records := make([]chained, 0, len(raws))
	for _, raw := range raws {
		name := c.name(head.Seq + 1)
		r, err := c.decode(name, head.Seq+1, raw)
		if err != nil {
			return nil, err
		}
		if r.Prev != c.prev(head) {
			problem := fmt.Sprintf("does not follow record %d: one of the two is an older copy", head.Seq)
			if head.Seq == 0 {
				problem = "is the first record of another cluster"
			}
			return nil, damaged(name, problem)
		}
		records = append(records, chained{r, raw})
		head = r.Head()
	}
	return records, nil
}

// takenError reports that another record has the place of the one that was to be written.
type takenError struct {
	record chained
}

func (e *takenError) Error() string { return fmt.Sprintf("record %d is another one", e.record.Seq) }

const (
	createAttempts = 4
	createPause    = 250 * time.Millisecond
)

// create writes the record after head, or returns a takenError if that place is taken. A request whose outcome is not
// known is repeated, and what is there is compared: the record's own bytes mean that it was written.
func (c *chain) create(ctx context.Context, head Head, record Record) (chained, error) {
	record = c.next(head, record)
	raw, err := c.encode(&record)
	if err != nil {
		return chained{}, err
	}
	name := c.name(record.Seq)
	for attempt := range createAttempts {
		err = c.objects.Create(ctx, name, raw)
		if err == nil {
			return chained{record, raw}, nil
		}
		there, readErr := c.objects.Read(ctx, name)
		switch {
		case readErr == nil && bytes.Equal(there, raw):
			return chained{record, raw}, nil
		case readErr == nil:
			return chained{}, c.taken(head, there)
		case !errors.Is(readErr, ErrNotFound):
			err = errors.Join(err, readErr)
		}
		if c.clock.Sleep(ctx, createPause<<attempt) != nil {
			break
		}
	}
	return chained{}, &UnknownError{name, err}
}

// taken is the takenError of the record that is there after head, or what is wrong with that record.
func (c *chain) taken(head Head, raw []byte) error {
	others, err := c.verify(head, [][]byte{raw})
	if err != nil {
		return err
	}
	return &takenError{others[0]}
}

// conditional proves that the store refuses to create what is there: it tries to create a record once more.
func (c *chain) conditional(ctx context.Context, there chained) error {
	name := c.name(there.Seq)
	err := c.objects.Create(ctx, name, slices.Clone(there.raw))
	switch {
	case err == nil:
		return &ConditionError{name}
	case errors.Is(err, ErrExists):
		return nil
	default:
		return fmt.Errorf("checking that %s cannot be overwritten: %w", name, err)
	}
}
