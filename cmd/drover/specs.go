package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"drover/generator/fleet"
	"drover/generator/spec"
	"drover/generator/untrusted"
)

// loaded is one spec with the file that it came from.
type loaded = fleet.Member

// loadOne reads the one spec that -f names; warnings go to the person.
func loadOne(c *cli.Context, warn io.Writer) (loaded, error) {
	if err := noArguments(c); err != nil {
		return loaded{}, err
	}
	return loadSpec(c, warn)
}

// loadSpec is loadOne for a command that has arguments of its own.
func loadSpec(c *cli.Context, warn io.Writer) (loaded, error) {
	all, err := loadAll(c.Context, c.String("file"), warn)
	if err != nil {
		return loaded{}, err
	}
	if len(all) > 1 {
		return loaded{}, usageError{fmt.Errorf("%s contains %d specs, but %s takes one; name it with -f", c.String("file"), len(all), c.Command.FullName())}
	}
	return all[0], nil
}

// loadAll reads the spec, or every spec in the directory. All errors of all
// files, and those between them, come at once.
func loadAll(ctx context.Context, path string, warn io.Writer) ([]loaded, error) {
	files, err := specFiles(path)
	if err != nil {
		return nil, err
	}
	all, said, err := fleet.Load(ctx, files)
	if err != nil {
		return nil, err
	}
	if said.HasErrors() {
		return nil, said
	}
	said = append(said, aging(all)...)
	if len(said) > 0 {
		if _, err := fmt.Fprintln(warn, said.Error()); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// aging is what has become unwise about specs by today.
func aging(all []loaded) spec.Diagnostics {
	var said spec.Diagnostics
	for _, one := range all {
		said = append(said, spec.Aging(one.File, one.Cluster, today())...)
	}
	return said
}

// today is now, or what SOURCE_DATE_EPOCH says it is, for output that is the same every day:
// https://reproducible-builds.org/specs/source-date-epoch/
func today() time.Time {
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(seconds, 0)
	}
	return time.Now()
}

// specFiles are the file itself, or a directory's YAML files.
func specFiles(path string) ([]string, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, nil //nolint:nilerr // Load says what is wrong with it
	}
	entries, err := untrusted.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("listing the specs in %s: %w", path, err)
	}
	var files []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
			if strings.Contains(e.Name(), "\n") { // what is said of it would look like lines of drover's own
				return nil, fmt.Errorf("listing the specs in %s: the file name %q contains a line break; rename it", path, e.Name())
			}
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, spec.Diagnostics{{
			File: path, Severity: spec.Error, Message: "this directory holds no .yaml file",
			Suggestion: "name a spec with -f, or write one: drover init -f " + path,
		}}
	}
	return files, nil
}
