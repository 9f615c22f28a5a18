package process

import (
	"fmt"
	"os"
	"strings"
)

// system names this start of the kernel and this process's namespace of numbers: containers on one machine share the
// former only.
func system() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	numbers, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + numbers
}

// startField is that of the time at which a process began, in proc_pid_stat(5), counted from the one after the name.
const startField = 19

// started is when a process began, or empty if that cannot be read.
func started(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in parentheses, which may hold anything.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) <= startField {
		return ""
	}
	return fields[startField]
}
