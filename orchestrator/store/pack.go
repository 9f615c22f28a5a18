package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A pack is a copy of many records in one value, a line each, so that a long journal is read by few requests. The
// records stay where they are: packs can be deleted, and are made again by the next holder of the lease.
const (
	packs = "packs/"
	// packSize is how many records a small pack has, and how many small packs a big one.
	packSize = 64
)

const repack = "Delete that object: its records are there each by itself, and the pack is made of them again"

// pack is the copy of the records from first to last.
type pack struct{ first, last int64 }

func (p pack) name() string {
	return numbered(packs, p.first) + "-" + strconv.FormatInt(p.last, 10)
}

func parsePack(name string) (pack, error) {
	first, last, _ := strings.Cut(strings.TrimPrefix(name, packs), "-")
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	p := pack{from, to}
	if errors.Join(err, err2) != nil || from < 1 || to < from || p.name() != name {
		return p, &DamageError{name, "is not an object of drover's", "Move it out of the store's folder"}
	}
	return p, nil
}

// cover chooses the fewest packs that hold the records from 1 on without a gap.
func cover(names []string) ([]pack, error) {
	longest := map[int64]pack{}
	for _, name := range names {
		p, err := parsePack(name)
		if err != nil {
			return nil, err
		}
		if p.last > longest[p.first].last {
			longest[p.first] = p
		}
	}
	var chosen []pack
	for next := int64(1); ; {
		p, ok := longest[next]
		if !ok {
			return chosen, nil
		}
		chosen = append(chosen, p)
		next = p.last + 1
	}
}

// readJournal reads and verifies all records, most of them from packs. The tail are those after the last pack.
func (s *Store) readJournal(ctx context.Context) (all []Record, tail [][]byte, err error) {
	names, err := s.objects.List(ctx, packs, "")
	if err != nil {
		return nil, nil, fmt.Errorf("listing the packs: %w", err)
	}
	chosen, err := cover(names)
	if err != nil {
		return nil, nil, err
	}
	all, head, err := s.readPacks(ctx, chosen)
	if err != nil {
		return nil, nil, err
	}
	rest, err := s.journal.since(ctx, head)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rest {
		all, tail = append(all, r.Record), append(tail, r.raw)
	}
	return all, tail, nil
}

func (s *Store) readPacks(ctx context.Context, chosen []pack) (all []Record, head Head, err error) {
	names := make([]string, len(chosen))
	for i, p := range chosen {
		names[i] = p.name()
	}
	raws, err := s.journal.readAll(ctx, names)
	if err != nil {
		return nil, head, err
	}
	for i, p := range chosen {
		lines := bytes.Split(bytes.TrimSuffix(raws[i], []byte("\n")), []byte("\n"))
		if int64(len(lines)) != p.last-p.first+1 {
			return nil, head, &DamageError{p.name(), fmt.Sprintf("has %d records, not %d", len(lines), p.last-p.first+1), repack}
		}
		records, err := s.journal.verify(head, lines)
		if err != nil {
			return nil, head, inPack(p, err)
		}
		all = append(all, plain(records)...)
		head = records[len(records)-1].Head()
	}
	return all, head, nil
}

// inPack names the pack as what is damaged.
func inPack(p pack, err error) error {
	var damage *DamageError
	if errors.As(err, &damage) {
		return &DamageError{p.name(), fmt.Sprintf("does not hold its records: in it, %s %s", damage.Object, damage.Problem), repack}
	}
	return err
}

// packed stores the packs that end with the record that was appended last, and returns the tail that is left. A pack is
// a copy, so one that cannot be stored now is no error: its records are read each by itself, and the next holder packs
// them.
func (s *Store) packed(ctx context.Context, head Head, tail [][]byte) [][]byte {
	if len(tail) < packSize {
		return tail
	}
	first := head.Seq - int64(len(tail)) + 1
	for len(tail) >= packSize {
		p := pack{first, first + packSize - 1}
		if !s.createPack(ctx, p, tail[:packSize]) {
			return tail
		}
		tail, first = tail[packSize:], first+packSize
		if p.last%(packSize*packSize) == 0 {
			s.mergePacks(ctx, p.last)
		}
	}
	return tail
}

func (s *Store) createPack(ctx context.Context, p pack, lines [][]byte) bool {
	data := append(bytes.Join(lines, []byte("\n")), '\n')
	err := s.objects.Create(ctx, p.name(), data)
	return err == nil || errors.Is(err, ErrExists)
}

// mergePacks makes a big pack of the small ones that end with last.
func (s *Store) mergePacks(ctx context.Context, last int64) {
	big := pack{last - packSize*packSize + 1, last}
	var names []string
	for first := big.first; first < last; first += packSize {
		names = append(names, pack{first, first + packSize - 1}.name())
	}
	raws, err := s.journal.readAll(ctx, names)
	if err != nil {
		return // the small ones do as well
	}
	var lines [][]byte
	for _, raw := range raws {
		lines = append(lines, bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n"))...)
	}
	if int64(len(lines)) == packSize*packSize {
		s.createPack(ctx, big, lines)
	}
}
