//go:build unix

package rehearsal

import (
	"syscall"
	"time"
)

// processorTime is what this process has used of the processors so far, without its children.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
