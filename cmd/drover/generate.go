package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"drover/generator"
	"drover/generator/argocd"
	"drover/generator/parallel"
	"drover/generator/spec"
	"drover/generator/untrusted"
	"drover/orchestrator/cluster"
	"drover/orchestrator/journal"
)

func generateCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "generate", Usage: "generate Terraform from a spec",
		Flags: []cli.Flag{
			fileFlag(), outFlag(),
			&cli.BoolFlag{Name: "check", Usage: "write nothing; exit 2 if a file would change"},
			&cli.BoolFlag{Name: "lock", Usage: "also write lock files with provider hashes for Linux and macOS, on amd64 and arm64"},
			&cli.BoolFlag{Name: "force", Usage: "overwrite generated files that you edited"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if c.Bool("check") && c.Bool("lock") {
				return usageError{errors.New("--check writes nothing but --lock writes lock files; use only one of them")}
			}
			return generate(c, s)
		},
	}
}

func generate(c *cli.Context, s streams) error {
	check := c.Bool("check")
	if check {
		s.interrupts.changesNothing()
	}
	all, err := loadAll(c.Context, c.String("file"), s.err)
	if err != nil {
		return err
	}
	files, err := renderAll(c.Context, c.String("out"), all)
	if err != nil {
		return err
	}
	s.interrupts.changes()
	changes, err := generator.Write(c.String("out"), files, generator.WriteOptions{Check: check, Force: c.Bool("force")})
	if errors.Is(err, generator.ErrUnfinished) {
		return fmt.Errorf("%w: %w", errDifferences, err)
	}
	if err != nil {
		return err
	}
	changes.Summary(s.out)
	if check && !changes.Empty() {
		return errDifferences
	}
	if c.Bool("lock") {
		return lockProviders(c.Context, c.String("out"), all, s.err)
	}
	return nil
}

// renderAll renders every cluster, as many at once as there are processors.
func renderAll(ctx context.Context, out string, all []loaded) (generator.Files, error) {
	each := make([]generator.Files, len(all))
	errs := make([]error, len(all))
	err := parallel.Each(len(all), func(i int) error {
		each[i], errs[i] = renderOne(ctx, out, all[i])
		return ctx.Err()
	})
	if err := cmp.Or(ctx.Err(), err, errors.Join(errs...)); err != nil {
		return nil, err
	}
	files := generator.Files{}
	for _, own := range each {
		maps.Copy(files, own)
	}
	return files, nil
}

func renderOne(ctx context.Context, out string, l loaded) (generator.Files, error) {
	roots, c, err := renderable(ctx, out, l.Cluster)
	if err != nil {
		return nil, err
	}
	files, err := generator.Render(ctx, c, generator.Options{Version: version(), Roots: roots})
	switch {
	case errors.Is(err, argocd.ErrUnavailable):
		return nil, fmt.Errorf("%s: %w", l.File, err)
	case err != nil:
		return nil, usageError{fmt.Errorf("%s: %w", l.File, err)}
	}
	return files, nil
}

// renderable are the roots that no cluster stands on, and the spec as the foundation takes it. Rendering asks no cloud:
// where the store is in a bucket, the colors that were built here are known by the file that drover writes when it builds
// one, and the foundation by its files in out. Where these are not there, it is as the spec alone has it.
func renderable(ctx context.Context, out string, c spec.Cluster) ([]generator.Root, spec.Cluster, error) {
	if c.Spec.State.Backend == "local" {
		opened, _, err := openStore(ctx, c, out)
		if err != nil {
			return nil, c, err
		}
		events, err := cluster.Events(ctx, opened)
		if err != nil {
			return nil, c, err
		}
		state := journal.Fold(events)
		if c, _, err = cluster.Standing(ctx, opened, state, c); err != nil {
			return nil, c, err
		}
		return cluster.Renderable(state), c, nil
	}
	c = asWritten(out, c)
	roots := []generator.Root{generator.Foundation, generator.Traffic}
	for _, color := range []generator.Root{generator.Blue, generator.Green} {
		_, err := os.Stat(filepath.Join(out, c.Metadata.Name, string(color), cluster.BuiltFile))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			roots = append(roots, color)
		case err != nil:
			return nil, c, fmt.Errorf("checking whether %s was built here: %w", color, err)
		}
	}
	return roots, c, nil
}

// asWritten is a spec as the foundation takes it whose files are in out, which apply has written or a person committed.
func asWritten(out string, c spec.Cluster) spec.Cluster {
	const most = 1 << 20 // bytes; drover writes some thousand
	name := path.Join(c.Metadata.Name, string(generator.Foundation), "main.tf")
	text, err := untrusted.ReadIn(out, filepath.FromSlash(name), most)
	if err != nil {
		return c // it is not there, or not drover's, which writing says
	}
	c, _ = generator.KeepStanding(c, generator.Files{name: text})
	return c
}
