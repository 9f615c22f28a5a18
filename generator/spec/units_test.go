package spec

import (
	"math"
	"testing"
	"testing/quick"
	"time"
)

func TestDurationsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "5m": 5 * time.Minute, "36h": 36 * time.Hour, "14d": 14 * 24 * time.Hour,
		"500ms": 500 * time.Millisecond, "1h30m": 90 * time.Minute, "0s": 0, "90d": 90 * 24 * time.Hour,
	} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.Std() != want {
			t.Errorf("%q is read as %v (%v), want %v", text, d.Std(), err, want)
		}
	}
	for _, text := range []string{"", "5", "m", "5 m", "-5m", "5m1h", "5m5m", "1.5h", "5w", "99999999999d", "9999999999999999999s", "5M"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as the duration %v, and is none", text, d.Std())
		}
	}
}

func TestDurationsAndSizesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	durations := func(n uint64) bool {
		d := Duration(time.Duration(n%(math.MaxInt64/uint64(time.Millisecond))) * time.Millisecond)
		var back Duration
		return back.UnmarshalText([]byte(d.String())) == nil && back == d
	}
	if err := quick.Check(durations, nil); err != nil {
		t.Error(err)
	}
	sizes := func(n uint32) bool {
		s := Size(n) << 20
		var back Size
		return back.UnmarshalText([]byte(s.String())) == nil && back == s
	}
	if err := quick.Check(sizes, nil); err != nil {
		t.Error(err)
	}
}

func TestSizesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{"80Gi": 80 << 30, "512Mi": 512 << 20, "2Ti": 2 << 40} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q is read as %d (%v), want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "80", "80GB", "-1Gi", "1.5Gi", "99999999999Ti", "Gi", "+1Gi"} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as the size %d, and is none", text, s)
		}
	}
	if got := (Size(1)<<30 + 1).GiB(); got != 2 {
		t.Errorf("one byte more than 1Gi is %d GiB, want 2", got)
	}
}
