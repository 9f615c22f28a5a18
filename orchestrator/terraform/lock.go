package terraform

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// LockError says who holds the lock of a state.
type LockError struct {
	ID        string
	Who       string // user@host
	Operation string // OperationTypeApply, …
	Created   time.Time
	Path      string // of the state
	Dir       string // of the root
}

// Error names the holder and what to do.
func (e *LockError) Error() string {
	since := "an unknown time"
	if !e.Created.IsZero() {
		since = fmt.Sprintf("%s (%s ago)", e.Created.UTC().Format(time.RFC3339), time.Since(e.Created).Round(time.Second))
	}
	return fmt.Sprintf("the state %s is locked by %s (%s) since %s: wait until they are done; "+
		"only if that process is surely dead, run `terraform force-unlock %s` in %s",
		e.Path, e.Who, strings.ToLower(strings.TrimPrefix(e.Operation, "OperationType")), since, e.ID, e.Dir)
}

var (
	lockField = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[\s│]*(ID|Path|Operation|Who|Created):[ \t]+(.*?)[ \t]*$`)
	})
	lockID     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,99}$`) })
	lockPhrase = "Error acquiring the state lock"
)

// parseLock reads who holds the lock from Terraform's message; it is nil if the message is about something else.
func parseLock(said string) *LockError {
	_, details, found := strings.Cut(said, lockPhrase)
	if !found {
		return nil
	}
	lock := &LockError{ID: "LOCK_ID", Who: "somebody", Operation: "unknown"}
	for _, field := range lockField().FindAllStringSubmatch(details, -1) {
		switch value := field[2]; field[1] {
		case "ID":
			if lockID().MatchString(value) { // it stands in a command that a person pastes, and whoever may lock a state writes it
				lock.ID = value
			}
		case "Path":
			lock.Path = value
		case "Operation":
			lock.Operation = value
		case "Who":
			lock.Who = value
		case "Created":
			// The format of time.Time.String, without what it adds for the monotonic clock.
			created, err := time.Parse("2006-01-02 15:04:05.999999999 -0700 MST", value)
			if err == nil {
				lock.Created = created
			}
		}
	}
	return lock
}
