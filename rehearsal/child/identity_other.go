//go:build !linux

package child

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Identify asks ps for a process's start time.
func Identify(pid int) (Identity, error) {
	out, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	started := strings.TrimSpace(string(out))
	if err != nil || started == "" {
		return Identity{}, fmt.Errorf("process %d: %w", pid, errGone)
	}
	return Identity{PID: pid, Started: started}, nil
}
