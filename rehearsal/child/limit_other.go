//go:build !linux

package child

import "errors"

// LimitFiles is for Linux only: elsewhere a running process's limits cannot be set.
func (i Identity) LimitFiles(bool) error {
	return errors.New("only Linux can limit the files of a running process")
}
