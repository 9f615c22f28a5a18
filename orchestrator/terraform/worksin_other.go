//go:build !linux

package terraform

import "errors"

// WorksIn cannot be answered on this system, so nothing follows from it.
func WorksIn(string) (bool, error) {
	return true, errors.New("which processes work in a directory cannot be asked on this system")
}
