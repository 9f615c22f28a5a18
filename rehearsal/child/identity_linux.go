package child

import (
	"fmt"
	"os"
	"strings"
)

// Identify reads a process's start time (field 22 of /proc/PID/stat, in clock ticks since boot). A zombie counts as
// gone: it holds nothing but its id.
func Identify(pid int) (Identity, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Identity{}, fmt.Errorf("process %d: %w", pid, errGone)
	}
	// The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
	rest := string(data)
	if i := strings.LastIndexByte(rest, ')'); i >= 0 {
		rest = rest[i+1:]
	}
	fields := strings.Fields(rest)
	const state, startTime = 0, 22 - 3
	if len(fields) <= startTime || fields[state] == "Z" || fields[state] == "X" {
		return Identity{}, fmt.Errorf("process %d: %w", pid, errGone)
	}
	return Identity{PID: pid, Started: fields[startTime]}, nil
}
