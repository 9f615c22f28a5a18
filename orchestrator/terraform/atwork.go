package terraform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// AtWork is a Terraform that plans or applies in a root, started by a drover that may be gone.
type AtWork struct {
	Root    string // the root's directory
	Command string // plan or apply
	PID     int    // of the process and of its group; 0 in the instant before it is known
}

// ListAtWork finds every Terraform that is at work in a root below dir, two levels down, as drover lays roots out.
// That the process lives is known by the lock that it inherited, not by its number alone.
func ListAtWork(dir string) ([]AtWork, error) {
	records, err := filepath.Glob(filepath.Join(dir, "*", "*", ".terraform", "drover", recordName))
	if err != nil {
		return nil, fmt.Errorf("looking for Terraform at work below %s: %w", dir, err)
	}
	var list []AtWork
	for _, path := range records {
		note := readRecord(path)
		if note.Started.IsZero() || !note.Ended.IsZero() {
			continue // to look at its lock could keep a drover from taking it
		}
		held, err := isHeld(path)
		if err != nil {
			return nil, fmt.Errorf("looking for Terraform at work below %s: %w", dir, err)
		}
		if held {
			list = append(list, AtWork{Root: filepath.Dir(filepath.Dir(filepath.Dir(path))), Command: note.Command, PID: note.PID})
		}
	}
	return list, nil
}

func isHeld(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // removed since
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // only read from; gives up the lock
	free, err := tryLock(file)
	return !free, err
}

// KillAtWork kills every Terraform that is at work below dir, with its providers, and waits until none is. It is for
// a cloud that is gone: elsewhere Terraform is asked to stop, or waited for.
func KillAtWork(ctx context.Context, dir string) error {
	tick := time.NewTicker(followPoll)
	defer tick.Stop()
	for {
		list, err := ListAtWork(dir)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, each := range list {
			killGroup(each.PID)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("ending `terraform %s` (process %d) in %s: %w", list[0].Command, list[0].PID, list[0].Root, ctx.Err())
		case <-tick.C:
		}
	}
}
