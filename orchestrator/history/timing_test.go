package history

import (
	"testing"
	"time"
)

func TestAges(t *testing.T) {
	t.Parallel()
	const days = 24 * time.Hour
	for age, want := range map[time.Duration]string{
		0: "0s", 61500 * time.Millisecond: "61s", 119 * time.Minute: "119m", 3*time.Hour + time.Minute: "3h", 47 * time.Hour: "47h", 2*days + time.Hour: "2d", 400 * days: "400d",
	} {
		if got := Age(age); got != want {
			t.Errorf("%v is %s, want %s", age, got, want)
		}
	}
}
