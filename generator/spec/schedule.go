package spec

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronFields are the fields of a schedule, in order, with their bounds.
var cronFields = []struct {
	name   string
	lo, hi int
}{{"minute", 0, 59}, {"hour", 0, 23}, {"day of the month", 1, 31}, {"month", 1, 12}, {"day of the week", 0, 6}}

var cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// NextStart is the first start after at by the schedule, in the time zone of the window, or UTC if there is none. It is
// the zero time where there is no schedule, or one that validation refuses.
func (r Rotation) NextStart(at time.Time) time.Time {
	zone := time.UTC
	if r.Window != nil {
		named, err := time.LoadLocation(r.Window.Timezone)
		if err != nil {
			return time.Time{}
		}
		zone = named
	}
	schedule, err := cronParser.Parse(r.Schedule)
	if err != nil {
		return time.Time{}
	}
	return schedule.Next(at.In(zone))
}

func (v *validator) schedule(path, text string) {
	const help = `write it like "0 3 * * TUE", which is Tuesdays at three`
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		v.wrong(path, fmt.Sprintf("%s %q has %d fields, and a schedule has five: minute, hour, day of the month, month, day of the week", path, text, len(fields)), help)
		return
	}
	for i, f := range fields {
		alone := []string{"*", "*", "*", "*", "*"}
		alone[i] = f
		if _, err := cronParser.Parse(strings.Join(alone, " ")); err != nil {
			c := cronFields[i]
			v.wrong(path, fmt.Sprintf("%s %q is not right: %q is no %s (%d to %d)", path, text, f, c.name, c.lo, c.hi), help)
			return
		}
	}
	if (Rotation{Schedule: text}).NextStart(time.Now()).IsZero() {
		v.wrong(path, fmt.Sprintf("%s %q names a day that never comes", path, text), help)
	}
}
