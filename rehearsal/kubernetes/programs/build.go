package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"drover/rehearsal/gobuild"
)

// sayEvery is how often a download says how far it is.
const sayEvery = 10 * time.Second

// goBuild builds what is missing from the embedded Go module. Modules come from where Go is told to get them; what
// was compiled before is taken from Go's own cache.
func goBuild(ctx context.Context, dir string, missing []program, log io.Writer) (err error) {
	module := gobuild.Module{Files: map[string][]byte{"go.mod": goMod, "go.sum": goSum}}
	builder, err := module.Open(ctx, dir, log)
	if err != nil {
		return fmt.Errorf("building %s: %w", names(missing), err)
	}
	defer func() { err = errors.Join(err, builder.Close()) }()
	var longest time.Duration
	for _, p := range missing {
		longest += p.takes
	}
	_, _ = fmt.Fprintf(log, "    building with Go, once: up to %v on two cores the first time, seconds when Go has compiled it before; "+
		"needs 3 GiB in Go's cache\n", longest.Round(time.Minute))
	for i, p := range missing {
		if p.pkg == "" {
			err = makeStages(ctx, builder, filepath.Join(dir, p.file))
		} else {
			err = builder.Make(ctx, gobuild.Program{File: p.file, Package: p.pkg, Flags: flags(), Takes: p.takes}, fmt.Sprintf("%d of %d", i+1, len(missing)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// flags give the programs their version, which is a placeholder otherwise.
func flags() string {
	version := Version()
	number := strings.Split(strings.TrimPrefix(version, "v"), ".")
	const at = " -X k8s.io/component-base/version."
	return "-s -w" + at + "gitVersion=" + version + at + "gitMajor=" + number[0] + at + "gitMinor=" + number[1]
}
