package spec

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as people write it: "30s", "5m", "36h", "14d",
// "500ms", or several of them, longest first: "1h30m". A day has 24 hours.
type Duration time.Duration

const day = 24 * time.Hour

var units = []struct {
	name string
	is   time.Duration
}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}}

// Std is the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// Days is the number of days, and whether d is a whole number of them.
func (d Duration) Days() (int, bool) { return int(d.Std() / day), d.Std()%day == 0 }

// String writes d so that it reads back as the same duration. What is less
// than a millisecond, which no spec can say, is left out.
func (d Duration) String() string {
	rest := time.Duration(d)
	for _, u := range units { // 36h, not 1d12h; 90s, not 1m30s: one unit where one does
		if rest >= u.is && rest%u.is == 0 {
			return strconv.FormatInt(int64(rest/u.is), 10) + u.name
		}
	}
	var b strings.Builder
	for _, u := range units {
		if n := rest / u.is; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			rest %= u.is
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// MarshalText is String, for YAML and JSON.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String writes.
func (d *Duration) UnmarshalText(text []byte) error {
	rest := string(text)
	var sum time.Duration
	above := time.Duration(math.MaxInt64)
	for first := true; first || rest != ""; first = false {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return errNotDuration
		}
		rest = rest[digits:]
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit := unitNamed(rest[:letters])
		rest = rest[letters:]
		if unit == 0 || unit >= above {
			return errNotDuration
		}
		if n > int64((math.MaxInt64-sum)/unit) {
			return errNotDuration
		}
		sum += time.Duration(n) * unit
		above = unit
	}
	*d = Duration(sum)
	return nil
}

var errNotDuration = errors.New(`not a duration, such as "30s", "5m", "36h" or "14d"`)

func unitNamed(name string) time.Duration {
	for _, u := range units {
		if u.name == name {
			return u.is
		}
	}
	return 0
}
