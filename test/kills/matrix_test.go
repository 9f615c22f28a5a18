package kills

import (
	"hash/fnv"
	"slices"
	"strconv"
)

// kind is what is killed.
type kind string

const (
	drover    kind = "drover"
	terraform kind = "Terraform"
	both      kind = "both"
	directory kind = "both, and the directory is lost"
)

var kinds = []kind{drover, terraform, both, directory}

// builds is the record after which Terraform makes the new color, and ends the one after which the old color goes.
const (
	builds = "apply-intended new"
	ends   = "destroy-intended old"
)

// matrix is every kind of kill after every record of a rotation: which are to be made, and how often each was.
type matrix struct {
	seed  uint64
	part  uint64                  // one of so many is made; 1: all
	times map[string]map[kind]int // by this run
	had   map[string]map[kind]int // by earlier ones, which are not made again
	first []string                // records, in the order in which they were first seen
}

func newMatrix(seed, part uint64) *matrix {
	return &matrix{seed: seed, part: part, times: map[string]map[kind]int{}}
}

// next is what is to be killed after a record, if anything is. Records that come once in a rotation have a kind in each
// rotation; the first differs by record, so that a rotation has all.
func (m *matrix) next(after string) (kind, bool) {
	if !slices.Contains(m.first, after) {
		m.first = append(m.first, after)
	}
	for i := range kinds {
		k := kinds[(i+slices.Index(m.first, after))%len(kinds)]
		if m.times[after][k] == 0 && m.had[after][k] == 0 && m.chosen(after, k) {
			return k, true
		}
	}
	return "", false
}

// chosen is a seeded choice, with what Terraform does at its heart always in it.
func (m *matrix) chosen(after string, k kind) bool {
	if m.part <= 1 || (after == builds && k == both) || (after == ends && k == directory) {
		return true
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(strconv.FormatUint(m.seed, 10) + "/" + after + "/" + string(k))) // never fails
	return sum.Sum64()%m.part == 0
}

func (m *matrix) count(after string, k kind) {
	if m.times[after] == nil {
		m.times[after] = map[kind]int{}
	}
	m.times[after][k]++
}

// total is how many kills were made.
func (m *matrix) total() (n int) {
	for _, row := range m.times {
		for _, times := range row {
			n += times
		}
	}
	return n
}

// terraformKilled is how often Terraform was after a record.
func (m *matrix) terraformKilled(after string) int {
	row := m.times[after]
	return row[terraform] + row[both] + row[directory]
}
