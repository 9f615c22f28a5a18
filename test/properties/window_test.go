package properties

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"drover/generator/spec"
)

// A window is closed at every moment until the time at which it opens, and open then; whatever the zone's clocks do.
func TestAWindowIsClosedUntilItOpens(t *testing.T) {
	t.Parallel()
	names := []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
	zones := []string{"UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		from, length := rapid.IntRange(0, 1439).Draw(t, "from"), rapid.IntRange(1, 1439).Draw(t, "length")
		clock := func(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }
		w := spec.Window{From: clock(from), To: clock(from + length), Timezone: rapid.SampledFrom(zones).Draw(t, "zone")}
		if rapid.Bool().Draw(t, "some days") {
			w.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 7, rapid.ID).Draw(t, "days")
		}
		zone, err := time.LoadLocation(w.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		// A count of minutes since the window's own beginning, which may be a day ago, tells it otherwise than by comparing texts.
		open := func(at time.Time) bool {
			at = at.In(zone)
			since, day := at.Hour()*60+at.Minute()-from, int(at.Weekday())
			if since < 0 {
				since, day = since+1440, (day+6)%7
			}
			return since < length && (w.Days == nil || slices.Contains(w.Days, names[day]))
		}
		at := time.Unix(rapid.Int64Range(1.2e9, 2.2e9).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "part"))
		opens, err := w.Opens(at)
		if err != nil || opens.Before(at) || !open(opens) {
			t.Fatalf("%+v at %v opens %v (%v)", w, at, opens, err)
		}
		for moment := at; moment.Before(opens); moment = moment.Add(17 * time.Second) {
			if open(moment) {
				t.Fatalf("%+v at %v opens %v, and is open at %v", w, at, opens, moment)
			}
		}
		if again, err := w.Opens(opens); err != nil || !again.Equal(opens) {
			t.Errorf("%+v opens %v, and then %v (%v)", w, opens, again, err)
		}
	})
}
