package pipelines

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"drover/generator/untrusted"
)

const (
	headerBegins = "# Written by `drover pipeline "
	headerEnds   = "`; run it again instead of editing. Content: "
)

// signed is the content below a line that says who wrote it, and by which an edited file is told from others.
func signed(platform string, content []byte) []byte {
	sum := sha256.Sum256(content)
	return append([]byte(headerBegins+platform+headerEnds+hex.EncodeToString(sum[:8])+"\n"), content...)
}

// written tells whether a file is drover's as it wrote it.
func written(file []byte) (byDrover, edited bool) {
	line, content, _ := bytes.Cut(file, []byte("\n"))
	_, sum, found := bytes.Cut(line, []byte(headerEnds))
	if !found || !bytes.HasPrefix(line, []byte(headerBegins)) {
		return false, false
	}
	want := sha256.Sum256(content)
	return true, string(sum) != hex.EncodeToString(want[:8])
}

// largest is more than any pipeline has.
const largest = 1 << 20

// Write writes a file into the top directory of a repository, unless it is there as it should be. A file that drover did not
// write, or that was edited, is refused; force gives edits up. With check nothing is written. changed says whether the file
// differs.
func Write(dir, name string, content []byte, check, force bool) (changed bool, err error) {
	if err := untrusted.Stays(path.Join(dir, path.Dir(name))); err != nil { // a checkout may bring the link along
		return false, fmt.Errorf("writing %s: %w", name, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, fmt.Errorf("opening the repository: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	had, err := untrusted.ReadIn(dir, name, largest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, fmt.Errorf("reading %s: %w", name, err)
	case bytes.Equal(had, content):
		return false, nil
	}
	if check {
		return true, nil
	}
	if had != nil {
		switch byDrover, edited := written(had); {
		case !byDrover:
			return true, fmt.Errorf("%s is there, and drover did not write it; move it away, and run this again", name)
		case edited && !force:
			return true, fmt.Errorf("%s was edited since drover wrote it; put the change into a file of your own, or give it up with --force", name)
		}
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return true, fmt.Errorf("making the directory of %s: %w", name, err)
	}
	if err := root.WriteFile(name, content, 0o644); err != nil {
		return true, fmt.Errorf("writing %s: %w", name, err)
	}
	return true, nil
}
