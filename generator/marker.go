package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// markerFile stands in every root and module that is being written. No
// Terraform and no OpenTofu reads a configuration with a block of a kind that it
// does not know; its error shows the line, which says what to do.
const markerFile = "drover_unfinished.tf"

// marker is what markerFile holds. It has a header, so that one that is left
// over is removed as any file that is no longer rendered.
func marker() ([]byte, error) {
	files, err := stamped(Files{markerFile: source(func(body *hclwrite.Body) {
		block(body, "unfinished", []string{"drover generate was ended while it wrote here. Run it again: it finishes what it began."})
	})}, "")
	if err != nil {
		return nil, fmt.Errorf("marking what is written: %w", err)
	}
	return files[markerFile], nil
}

// mark puts the markers into the units that are there already, all of them
// before anything else changes. Those that are not there come with theirs.
func (s site) mark(staged string, units []string) error {
	for _, unit := range units {
		local := filepath.FromSlash(unit)
		s.step()
		err := os.Rename(filepath.Join(staged, local, markerFile), filepath.Join(s.dir, local, markerFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // the unit is not there, or was marked before a kill
			return err
		}
	}
	return nil
}

// unmark takes the markers away, and units that have nothing else.
func (s site) unmark(units []string) error {
	for _, unit := range units {
		s.step()
		at := filepath.Join(s.dir, filepath.FromSlash(unit), markerFile)
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_ = os.Remove(filepath.Dir(at)) // goes only if it is empty now, as it should
	}
	return nil
}
