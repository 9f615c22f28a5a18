//go:build unix

package terraform

import (
	"errors"
	"syscall"
)

// groupAlive is true if a process of the group is left.
func groupAlive(pid int) bool {
	return !errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH)
}
