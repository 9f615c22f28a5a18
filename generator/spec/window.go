package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// longestClosed is more than the two weeks that a window of one day can be closed for, where the clocks skip one of its
// days.
const longestClosed = 15 * 24 * time.Hour

// Opens gives the first time from at on at which the window is open, in its own time zone: at itself if it is open then.
// What counts is the clock on the wall: what the clocks skip in spring is not there, what they repeat in autumn is there
// twice. A window over midnight belongs to the day on which it opens.
func (w Window) Opens(at time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(w.Timezone)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time zone of rotation.window: %w", err)
	}
	at = at.Round(0).In(zone)
	// Clocks change by whole minutes, so that asking at each finds the first, however they do.
	for t := at; t.Before(at.Add(longestClosed)); t = t.Truncate(time.Minute).Add(time.Minute) {
		if w.open(t) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("rotation.window, from %s to %s, never opens", w.From, w.To)
}

// open tells whether a clock that shows t says so.
func (w Window) open(t time.Time) bool {
	now, today, yesterday := t.Format("15:04"), w.has(t.Weekday()), w.has((t.Weekday()+6)%7)
	if w.From < w.To {
		return today && w.From <= now && now < w.To
	}
	return today && w.From <= now || yesterday && now < w.To
}

func (w Window) has(day time.Weekday) bool {
	return w.Days == nil || slices.Contains(w.Days, strings.ToUpper(day.String()[:3]))
}
