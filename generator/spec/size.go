package spec

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes as people write it for disks: "80Gi", "512Mi", "2Ti".
type Size int64

// The units of a size.
const (
	mebi Size = 1 << 20
	gibi Size = 1 << 30
	tebi Size = 1 << 40
)

var sizes = []struct {
	name string
	is   Size
}{{"Ti", tebi}, {"Gi", gibi}, {"Mi", mebi}}

// GiB is the size in gibibytes, rounded up.
func (s Size) GiB() int { return int((s + gibi - 1) / gibi) }

// String writes s so that it reads back as the same size.
func (s Size) String() string {
	for _, u := range sizes {
		if s > 0 && s%u.is == 0 {
			return strconv.FormatInt(int64(s/u.is), 10) + u.name
		}
	}
	return strconv.FormatInt(int64((s+mebi-1)/mebi), 10) + "Mi"
}

// MarshalText is String, for YAML and JSON.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String writes.
func (s *Size) UnmarshalText(text []byte) error {
	for _, u := range sizes {
		digits, ok := strings.CutSuffix(string(text), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || n > uint64(math.MaxInt64/u.is) {
			return errNotSize
		}
		*s = Size(n) * u.is
		return nil
	}
	return errNotSize
}

var errNotSize = errors.New(`not a size, such as "80Gi", "512Mi" or "2Ti"`)
