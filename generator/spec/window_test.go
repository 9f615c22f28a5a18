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

func TestTheNextStartIsInTheZoneOfTheWindow(t *testing.T) {
	t.Parallel()
	amsterdam := &Window{From: "02:00", To: "06:00", Timezone: "Europe/Amsterdam"}
	for name, c := range map[string]struct {
		rotation Rotation
		at, want string // want is empty where there is none
	}{
		"none":                 {Rotation{}, "2026-11-28T12:00:00Z", ""},
		"without a window":     {Rotation{Schedule: "0 3 * * TUE"}, "2026-11-28T12:00:00Z", "2026-12-01T03:00:00Z"},
		"with one":             {Rotation{Schedule: "0 3 * * TUE", Window: amsterdam}, "2026-11-28T12:00:00Z", "2026-12-01T02:00:00Z"},
		"in summer":            {Rotation{Schedule: "0 3 * * TUE", Window: amsterdam}, "2026-07-01T12:00:00Z", "2026-07-07T01:00:00Z"},
		"at a start, the next": {Rotation{Schedule: "0 3 * * *"}, "2026-12-01T03:00:00Z", "2026-12-02T03:00:00Z"},
		"of no sense":          {Rotation{Schedule: "often"}, "2026-12-01T03:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.rotation.NextStart(instant(t, c.at))
			if c.want == "" && !got.IsZero() || c.want != "" && !got.Equal(instant(t, c.want)) {
				t.Errorf("got %v, want %q", got, c.want)
			}
		})
	}
}

func TestASpecTakesTheSchedulesThatThereIsANextStartOf(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"0 3 * * TUE", "*/15 0-4 * * tue,wed", "0 3 ? * *", "0 0/30 1-7,15 jan-mar 0", "1,,2 * * * *", "0 3 29 2 *", // which are schedules
		"0 3 * * 7", "0 3 31 2 *", ", * * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", "TZ=UTC 3 * * *", "TZ=UTC 0 3 * * *", "@daily", "0 3 * * TUES", "-1 * * * *", // which are none
	} {
		_, found := Parse("cluster.yaml", []byte(`apiVersion: drover/v1
kind: Cluster
metadata: {name: tiny}
spec:
  platform: aws
  region: eu-west-1
  network: {cidr: 10.40.0.0/16}
  ingress: {domain: tiny.example.com}
  access: {admins: ["arn:aws:iam::123456789012:role/platform-admin"]}
  rotation: {schedule: "`+text+`"}
`))
		starts := !(Rotation{Schedule: text}).NextStart(time.Now()).IsZero()
		if zoned := text == "TZ=UTC 0 3 * * *"; found.HasErrors() == (starts && !zoned) {
			t.Errorf("%q: the next start is there: %v; the spec says %v", text, starts, found)
		}
	}
}
