package child

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// LimitFiles keeps a running process, and what it starts from then on, from making any file grow; or lifts that again.
// It stands in for a full disk: writing fails with "file too large" instead of "no space left on device".
func (i Identity) LimitFiles(limited bool) error {
	if !i.Alive() {
		return nil
	}
	var limit unix.Rlimit
	if err := unix.Prlimit(i.PID, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		return fmt.Errorf("read the limit on the files of process %d: %w", i.PID, err)
	}
	limit.Cur = limit.Max // only the soft limit is touched, so that it can be lifted again
	if limited {
		limit.Cur = 0
	}
	if err := unix.Prlimit(i.PID, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		return fmt.Errorf("limit the files of process %d: %w", i.PID, err)
	}
	return nil
}
