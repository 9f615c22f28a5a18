// Package process tells whether the holder of a lease is known to have ended, so that a killed drover's lease need not
// expire first. It must never take a process for ended that may run: not one of another machine, of another container,
// or of a machine that was started anew since.
package process

import (
	"os"
	"strings"

	"drover/orchestrator/store"
)

// Self names this process among all that a store may ever see, or is empty where that cannot be known. It is for
// store.Holder.Process.
func Self() string {
	where := system()
	began := started(os.Getpid())
	if where == "" || began == "" {
		return ""
	}
	return where + " " + began
}

// Ended reports whether the holder was a process of this system, as it runs now, and is no more. It is for
// store.Options.Ended.
func Ended(h store.Holder) bool {
	where, began, ok := cutLast(h.Process)
	if !ok || where != system() || h.PID <= 0 {
		return false
	}
	if gone(h.PID) {
		return true
	}
	now := started(h.PID) // of whoever has that number today
	return now != "" && now != began
}

func cutLast(s string) (before, after string, ok bool) {
	at := strings.LastIndexByte(s, ' ')
	if at < 0 {
		return "", "", false
	}
	return s[:at], s[at+1:], true
}
