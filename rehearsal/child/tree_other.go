//go:build !linux

package child

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Children are the processes that a process has started, with the file names of their programs, as ps tells them.
func Children(pid int) (map[Identity]string, error) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,comm=").Output()
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}
	found := map[Identity]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[1] != strconv.Itoa(pid) {
			continue
		}
		number, err := strconv.Atoi(fields[0])
		if err != nil {
			continue
		}
		if id, err := Identify(number); err == nil {
			found[id] = filepath.Base(strings.Join(fields[2:], " "))
		}
	}
	return found, nil
}
