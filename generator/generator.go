// Package generator turns a spec into Terraform: the files of four roots and
// of the modules that they call, rendered from the spec alone.
//
// It must never reach a cloud, make HCL by joining strings, or touch a file
// that does not carry its header. What differs between platforms is in one
// file for each; nothing else here asks which platform it is.
package generator

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"drover/generator/spec"
)

// Root is one of the Terraform root modules of a cluster; each has a state of
// its own.
type Root string

// The roots, in the order in which they are first applied.
const (
	Foundation Root = "foundation"
	Blue       Root = "blue"
	Green      Root = "green"
	Traffic    Root = "traffic"
)

// Roots are all roots, in the order in which they are first applied.
func Roots() []Root { return []Root{Foundation, Blue, Green, Traffic} }

// color is the color of a root, or "" for those that outlive both.
func (r Root) color() string {
	if r == Blue || r == Green {
		return string(r)
	}
	return ""
}

// module is the module that a root calls.
func (r Root) module() string {
	if r.color() != "" {
		return "cluster"
	}
	return string(r)
}

// Options are what a rendering depends on beside the spec.
type Options struct {
	Version string // of drover; it is in the header of every file
	Roots   []Root // empty: all four
	Modules fs.FS  // holds <platform>/<module>/…; nil: the modules that drover was built with
}

// platform renders the roots of one platform.
type platform interface {
	// root gives the files of one root, without headers.
	root(in input, r Root) (Files, error)
}

// platforms are what can be rendered.
var platforms = map[spec.Platform]platform{spec.AWS: awsPlatform{}}

// input is what a root is rendered from.
type input struct {
	cluster spec.Cluster
	modules *library
}

// Render gives every file of the asked roots of a cluster, and of all modules
// of its platform. The cluster is one that spec.Load found no error in. The
// same cluster and options give the same bytes. Only Argo CD's manifests, which a
// spec with gitops asks for, may have to be fetched first, and take the context.
func Render(ctx context.Context, c spec.Cluster, o Options) (Files, error) {
	p, built := platforms[c.Spec.Platform]
	if !built {
		return nil, fmt.Errorf("rendering %s: drover does not generate Terraform for %s yet; spec.platform can be %s",
			c.Metadata.Name, c.Spec.Platform, slices.Sorted(maps.Keys(platforms)))
	}
	lib, err := libraryOf(string(c.Spec.Platform), o.Modules)
	if err != nil {
		return nil, fmt.Errorf("rendering %s: %w", c.Metadata.Name, err)
	}
	out := Files{}
	roots := o.Roots
	if len(roots) == 0 {
		roots = Roots()
	}
	for _, r := range roots {
		files, err := p.root(input{cluster: c, modules: lib}, r)
		if err != nil {
			return nil, fmt.Errorf("rendering the root %s of %s: %w", r, c.Metadata.Name, err)
		}
		inside, err := insideFiles(ctx, c, r)
		if err != nil {
			return nil, fmt.Errorf("rendering what %s of %s starts with: %w", r, c.Metadata.Name, err)
		}
		maps.Copy(files, inside)
		for name, body := range files {
			out[path.Join(c.Metadata.Name, string(r), name)] = body
		}
	}
	out, err = stamped(out, o.Version)
	if err != nil {
		return nil, fmt.Errorf("rendering %s: %w", c.Metadata.Name, err)
	}
	modules, err := lib.written(o.Version)
	if err != nil {
		return nil, fmt.Errorf("rendering the modules of %s: %w", c.Spec.Platform, err)
	}
	maps.Copy(out, modules)
	return out, nil
}
