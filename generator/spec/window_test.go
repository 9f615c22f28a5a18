package spec

import (
	"testing"
	"time"
)

func TestWindowsOpenByTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	night := Window{From: "02:00", To: "06:00", Timezone: "Europe/Amsterdam"}
	tuesdays := Window{Days: []string{"TUE"}, From: "02:00", To: "06:00", Timezone: "Europe/Amsterdam"}
	over := Window{Days: []string{"FRI"}, From: "22:00", To: "04:00", Timezone: "UTC"}
	short := Window{Days: []string{"SUN"}, From: "02:15", To: "02:45", Timezone: "Europe/Amsterdam"}
	for name, c := range map[string]struct {
		window    Window
		at, opens string
	}{
		"open":                             {night, "2026-12-01T03:00:00Z", "2026-12-01T03:00:00Z"},
		"its first instant":                {night, "2026-12-01T01:00:00Z", "2026-12-01T01:00:00Z"},
		"its last":                         {night, "2026-12-01T04:59:59Z", "2026-12-01T04:59:59Z"},
		"closed is closed":                 {night, "2026-12-01T05:00:00Z", "2026-12-02T01:00:00Z"},
		"between two minutes":              {night, "2026-12-01T00:59:59.5Z", "2026-12-01T01:00:00Z"},
		"another day":                      {tuesdays, "2026-12-02T03:00:00Z", "2026-12-08T01:00:00Z"},
		"the day where the cluster is":     {Window{Days: []string{"MON"}, From: "01:00", To: "02:00", Timezone: "Asia/Tokyo"}, "2026-11-28T12:00:00Z", "2026-11-29T16:00:00Z"},
		"over midnight, before it":         {over, "2026-11-27T23:00:00Z", "2026-11-27T23:00:00Z"},
		"over midnight, after it":          {over, "2026-11-28T03:59:00Z", "2026-11-28T03:59:00Z"},
		"over midnight, not of that day":   {over, "2026-11-27T03:00:00Z", "2026-11-27T22:00:00Z"},
		"over midnight, closed":            {over, "2026-11-28T04:00:00Z", "2026-12-04T22:00:00Z"},
		"until midnight":                   {Window{From: "22:00", To: "00:00", Timezone: "UTC"}, "2026-11-28T00:00:00Z", "2026-11-28T22:00:00Z"},
		"in summer":                        {night, "2026-07-01T22:00:00Z", "2026-07-02T00:00:00Z"},
		"the clocks skip its first hour":   {night, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
		"the clocks skip it":               {short, "2026-03-28T12:00:00Z", "2026-04-05T00:15:00Z"},
		"the clocks repeat it":             {short, "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z"},
		"the clocks repeat it, once again": {short, "2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z"},
		"half an hour of summer time":      {Window{From: "02:00", To: "03:00", Timezone: "Australia/Lord_Howe"}, "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"},
		"a day that was not there":         {Window{Days: []string{"FRI"}, From: "02:00", To: "06:00", Timezone: "Pacific/Apia"}, "2011-12-29T00:00:00Z", "2012-01-05T12:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.window.Opens(instant(t, c.at))
			if err != nil || !got.Equal(instant(t, c.opens)) {
				t.Errorf("opens %s, want %s (%v)", got.UTC().Format(time.RFC3339Nano), c.opens, err)
			}
		})
	}
}

func TestAWindowWithoutATimeZoneThatExistsIsAnError(t *testing.T) {
	t.Parallel()
	if got, err := (Window{From: "02:00", To: "06:00", Timezone: "Mars/Olympus"}).Opens(time.Now()); err == nil {
		t.Errorf("opens %v", got)
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
