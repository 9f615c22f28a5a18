package harness

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Peak watches a process until it ends, and returns the most memory in bytes that it had of its own, without its
// children. What it took since the last look, a tenth of a second before its end, is not in it.
func Peak(pid int) int64 {
	var most int64
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return most
		}
		_, after, found := strings.Cut(string(status), "VmHWM:")
		if !found { // it has ended and was not waited for
			return most
		}
		if fields := strings.Fields(after); len(fields) > 0 {
			if kilobytes, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
				most = max(most, kilobytes*1024)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
}
