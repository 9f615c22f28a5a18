package terraform

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// WorksIn reports whether any process of this machine works in a directory that ends with suffix, or worked there until
// the directory was deleted. A process that may not be looked at counts if it could be Terraform of this user: only
// those of others are passed over.
func WorksIn(suffix string) (bool, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false, fmt.Errorf("looking for Terraform at work in %s: %w", suffix, err)
	}
	for _, entry := range entries {
		if _, err := strconv.Atoi(entry.Name()); err != nil {
			continue
		}
		cwd, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission): // it has ended, or is another user's
			continue
		case err != nil:
			return false, fmt.Errorf("looking for Terraform at work in %s: %w", suffix, err)
		}
		cwd = strings.TrimSuffix(cwd, " (deleted)")
		if cwd == suffix || strings.HasSuffix(cwd, string(filepath.Separator)+suffix) {
			return true, nil
		}
	}
	return false, nil
}
