package awsproxy

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// RDS takes a maintenance window over the midnight from Sunday to Monday, in letters of either case
// (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html), and moto takes it for
// one that ends before it begins. moto keeps it as that of the night before, which has the same hours, by which moto
// compares it with the time of backups.

// weekNight is whether a window is one over that midnight.
func weekNight(window string) bool {
	return strings.HasPrefix(window, "sun:") && strings.Contains(window, "-mon:")
}

// forMoto writes the window of a request as moto takes it, and is what it is; changed is whether the request is another.
func forMoto(form url.Values) (window string, changed bool) {
	const key = "PreferredMaintenanceWindow"
	asked := form.Get(key)
	if window = strings.ToLower(asked); weekNight(window) {
		form.Set(key, strings.NewReplacer("sun:", "sat:", "-mon:", "-sun:").Replace(window))
	} else if asked != "" {
		form.Set(key, window)
	}
	return window, form.Get(key) != asked
}

// keepWindow remembers the window that a successful request gave to a database, where moto has another.
func (d *databases) keepWindow(operation string, form url.Values, window string) {
	name := form.Get("DBInstanceIdentifier")
	made := operation == "CreateDBInstance" || operation == "DeleteDBInstance"
	if !made && (operation != "ModifyDBInstance" || window == "") {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.windows, name)
	if !weekNight(window) {
		return
	}
	if d.windows == nil {
		d.windows = map[string]string{}
	}
	d.windows[name] = window
}

// windowOf is the window of a database for which moto says another.
func (d *databases) windowOf(name, moto string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if window := d.windows[name]; window != "" {
		return window
	}
	return moto
}

var windowElement = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<PreferredMaintenanceWindow>([^<]*)</PreferredMaintenanceWindow>`)
})

// withWindow puts its own window into a database of an answer.
func (d *databases) withWindow(name string, element []byte) []byte {
	return windowElement().ReplaceAllFunc(element, func(was []byte) []byte {
		moto := string(windowElement().FindSubmatch(was)[1])
		return []byte("<PreferredMaintenanceWindow>" + d.windowOf(name, moto) + "</PreferredMaintenanceWindow>")
	})
}
