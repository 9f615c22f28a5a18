package awsproxy

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
)

// waiting is what was asked of a database and is done in its maintenance window only. Until then it is as it was, and says
// what waits for it as PendingModifiedValues.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
type waiting struct {
	form  url.Values // of those parameters that wait
	since time.Time
}

// postponable are the parameters that wait, of those that drover's modules change, and what they are called while they do.
// A parameter group of another family goes with the version that it is for, and shows nowhere while it waits.
var postponable = map[string]string{"EngineVersion": "EngineVersion", "DBInstanceClass": "DBInstanceClass"}

// instance is what a database says of itself.
type instance struct {
	Engine  string `xml:"Engine"`
	Version string `xml:"EngineVersion"`
	Class   string `xml:"DBInstanceClass"`
	Group   string `xml:"DBParameterGroups>DBParameterGroup>DBParameterGroupName"`
	Window  string `xml:"PreferredMaintenanceWindow"`
}

func (p *Proxy) instance(c *call, name string) (instance, error) {
	var out struct {
		List []instance `xml:"DescribeDBInstancesResult>DBInstances>DBInstance"`
	}
	if err := p.rds(c, "DescribeDBInstances", url.Values{"DBInstanceIdentifier": {name}}, &out); err != nil {
		return instance{}, err
	}
	if len(out.List) != 1 {
		return instance{}, answer.Refuse("DBInstanceNotFound", "DBInstance %s not found.", name)
	}
	is := out.List[0]
	is.Window = p.databases.windowOf(name, is.Window)
	return is, nil
}

// majorVersion are the leading numbers of a version that make it a major one: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
func majorVersion(engine, version string) string {
	parts, count := strings.Split(version, "."), 1
	if engine == "mysql" {
		count = 2
	}
	return strings.Join(parts[:min(count, len(parts))], ".")
}

// fullVersion is what RDS makes of a major version that is asked for: its default minor version. Which one that is, is
// made up.
func fullVersion(engine, version string) string {
	if version == majorVersion(engine, version) {
		return version + ".4"
	}
	return version
}

// upgradeIsMeant refuses a step to another major version that is not asked for by name, or without the parameters for it.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
func (p *Proxy) upgradeIsMeant(c *call) error {
	to := c.form.Get("EngineVersion")
	if to == "" {
		return nil
	}
	is, err := p.instance(c, c.form.Get("DBInstanceIdentifier"))
	if err != nil || majorVersion(is.Engine, is.Version) == majorVersion(is.Engine, to) {
		return err
	}
	if c.form.Get("AllowMajorVersionUpgrade") != "true" {
		return answer.Refuse("InvalidParameterCombination", "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
	}
	group := c.form.Get("DBParameterGroupName")
	if group == "" {
		group = is.Group
	}
	var out struct {
		Families []string `xml:"DescribeDBParameterGroupsResult>DBParameterGroups>DBParameterGroup>DBParameterGroupFamily"`
	}
	if err := p.rds(c, "DescribeDBParameterGroups", url.Values{"DBParameterGroupName": {group}}, &out); err != nil {
		return err
	}
	if want := is.Engine + majorVersion(is.Engine, to); len(out.Families) == 1 && out.Families[0] != want && !strings.HasPrefix(group, "default.") {
		return answer.Refuse("InvalidParameterCombination", "The parameter group %s with DBParameterGroupFamily %s can't be used for this instance. Use a parameter group with DBParameterGroupFamily %s.", group, out.Families[0], want)
	}
	return nil
}

// postpone takes out of a change what waits for the window, and adds what waits already to one that does not wait.
func (p *Proxy) postpone(c *call, raw []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return raw, nil // moto says what is wrong with it
	}
	name := form.Get("DBInstanceIdentifier")
	is, err := p.instance(c, name)
	if err != nil {
		return nil, err
	}
	d := &p.databases
	d.mu.Lock()
	defer d.mu.Unlock()
	before, waits := d.waiting[name]
	if answer.Bool(form, "ApplyImmediately", false) {
		delete(d.waiting, name)
		if waits {
			for key := range before.form {
				if !form.Has(key) {
					form.Set(key, before.form.Get(key))
				}
			}
		}
		return []byte(form.Encode()), nil
	}
	later := waiting{form: url.Values{}, since: time.Now()}
	if waits {
		later = before
	}
	crosses := form.Has("EngineVersion") && majorVersion(is.Engine, form.Get("EngineVersion")) != majorVersion(is.Engine, is.Version)
	for key, running := range map[string]string{"EngineVersion": is.Version, "DBInstanceClass": is.Class} {
		if value := form.Get(key); form.Has(key) {
			form.Del(key)
			if value == running {
				later.form.Del(key) // which takes back what waits
				continue
			}
			later.form.Set(key, value)
		}
	}
	if crosses && form.Has("DBParameterGroupName") {
		later.form.Set("DBParameterGroupName", form.Get("DBParameterGroupName"))
		form.Del("DBParameterGroupName")
	}
	if d.waiting == nil {
		d.waiting = map[string]waiting{}
	}
	if d.waiting[name] = later; len(later.form) == 0 {
		delete(d.waiting, name)
	}
	return []byte(form.Encode()), nil
}

// openWindows does what waits for databases whose window has opened since.
func (p *Proxy) openWindows(c *call) error {
	d := &p.databases
	d.mu.Lock()
	due := map[string]waiting{}
	for name, w := range d.waiting {
		due[name] = w
	}
	d.mu.Unlock()
	for name, w := range due {
		is, err := p.instance(c, name)
		if err != nil {
			return err
		}
		if !opened(is.Window, w.since, time.Now()) {
			continue
		}
		now := url.Values{"DBInstanceIdentifier": {name}, "ApplyImmediately": {"true"}, "AllowMajorVersionUpgrade": {"true"}}
		for key := range w.form {
			now.Set(key, w.form.Get(key))
		}
		if err := p.rds(c, "ModifyDBInstance", now, nil); err != nil {
			return err
		}
		d.mu.Lock()
		delete(d.waiting, name)
		d.mu.Unlock()
	}
	return nil
}

// opened is whether a weekly window, such as sun:03:00-sun:03:30 in UTC, was open at any time between two.
func opened(window string, from, to time.Time) bool {
	begin, end, _ := strings.Cut(window, "-")
	first, err := weekly(begin)
	last, err2 := weekly(end)
	if err != nil || err2 != nil {
		return false
	}
	const week = 7 * 24 * time.Hour
	length := (last - first + week) % week
	monday := to.UTC().Truncate(24*time.Hour).AddDate(0, 0, -(int(to.UTC().Weekday())+6)%7)
	for _, start := range []time.Time{monday.Add(first - week), monday.Add(first)} {
		if start.Before(to) && start.Add(length).After(from) {
			return true
		}
	}
	return false
}

// weekly is how long after Monday's beginning "sun:03:00" is.
func weekly(text string) (time.Duration, error) {
	days := map[string]int{"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
	day, clock, _ := strings.Cut(strings.ToLower(text), ":")
	at, err := time.Parse("15:04", clock)
	n, known := days[day]
	if err != nil || !known {
		return 0, fmt.Errorf("%q is no time of a week", text)
	}
	return time.Duration(n)*24*time.Hour + time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

var (
	pendingElement = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)<PendingModifiedValues\s*/>|<PendingModifiedValues>.*?</PendingModifiedValues>`)
	})
	versionElement = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<EngineVersion>([^<]*)</EngineVersion>`) })
	engineElement  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<Engine>([^<]*)</Engine>`) })
)

// asRun puts the whole version into a database of an answer, and what waits for it.
func (d *databases) asRun(name string, element []byte) []byte {
	engine := ""
	if m := engineElement().FindSubmatch(element); m != nil {
		engine = string(m[1])
	}
	element = pendingElement().ReplaceAll(element, nil)
	element = versionElement().ReplaceAllFunc(element, func(version []byte) []byte {
		is := string(versionElement().FindSubmatch(version)[1])
		return []byte("<EngineVersion>" + fullVersion(engine, is) + "</EngineVersion>")
	})
	var pending strings.Builder
	d.mu.Lock()
	for key, value := range d.waiting[name].form {
		if as := postponable[key]; as == "EngineVersion" {
			fmt.Fprintf(&pending, "<%s>%s</%s>", as, fullVersion(engine, value[0]), as)
		} else if as != "" {
			fmt.Fprintf(&pending, "<%s>%s</%s>", as, value[0], as)
		}
	}
	d.mu.Unlock()
	return bytes.Replace(element, []byte("</DBInstance>"), []byte("<PendingModifiedValues>"+pending.String()+"</PendingModifiedValues></DBInstance>"), 1)
}
