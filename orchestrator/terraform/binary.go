package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/fs"
	"github.com/hashicorp/hc-install/product"
)

// The flavors of the engine.
const (
	Terraform = "terraform"
	OpenTofu  = "tofu"
)

// minimum is what the modules that drover writes ask for, whatever else is asked for.
const minimum = ">= 1.9.5"

// Options choose the binary.
type Options struct {
	Flavor  string    // Terraform (the default) or OpenTofu
	Version string    // a constraint such as ">= 1.10, < 2.0"; any version from 1.9.5 on if empty
	Install string    // directory that a downloaded binary is kept in; below the user's cache directory if empty
	Log     io.Writer // told about a download; silent if nil
}

// Binary is a Terraform or OpenTofu that fits.
type Binary struct {
	Path    string
	Version string
	Flavor  string
}

// Find returns the first binary of the flavor on PATH whose version fits, else one that drover downloaded before, else
// downloads the newest version that fits. Without any, the error says what to do.
func Find(ctx context.Context, o Options) (*Binary, error) {
	return find(ctx, o, install)
}

// Look is Find that downloads nothing: where Find would, there is no binary and no error, if the place that it would
// download from answers.
func Look(ctx context.Context, o Options) (*Binary, error) {
	return find(ctx, o, func(ctx context.Context, o Options, _ version.Constraints) (string, error) {
		if o.Flavor != Terraform {
			return "", errNoTofuDownload
		}
		return "", reachable(ctx, releasesURL)
	})
}

// find gets what is not there by other means; no path from them is no binary.
func find(ctx context.Context, o Options, get func(context.Context, Options, version.Constraints) (string, error)) (*Binary, error) {
	if o.Flavor == "" {
		o.Flavor = Terraform
	}
	if o.Flavor != Terraform && o.Flavor != OpenTofu {
		return nil, fmt.Errorf("there is no Terraform flavor %q: write %q or %q", o.Flavor, Terraform, OpenTofu)
	}
	constraints, err := constraints(o.Version)
	if err != nil {
		return nil, err
	}
	if o.Install == "" {
		o.Install = cacheDir("bin")
	}
	seen := &sightings{}
	path, err := search(ctx, o, constraints, seen)
	if err == nil {
		return &Binary{Path: path, Version: seen.version(path), Flavor: o.Flavor}, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("looking for %s: %w", o.Flavor, context.Cause(ctx))
	}
	path, err = get(ctx, o, constraints)
	if err != nil {
		return nil, notFound(o.Flavor, constraints, seen, err)
	}
	if path == "" {
		return nil, nil
	}
	v, err := binaryVersion(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("the %s that was just downloaded does not run: %w", o.Flavor, err)
	}
	return &Binary{Path: path, Version: v.String(), Flavor: o.Flavor}, nil
}

// constraints joins what is asked for with what the modules need.
func constraints(asked string) (version.Constraints, error) {
	all := version.MustConstraints(version.NewConstraint(minimum))
	if strings.TrimSpace(asked) == "" {
		return all, nil
	}
	extra, err := version.NewConstraint(asked)
	if err != nil {
		return nil, fmt.Errorf("the Terraform version %q is not a constraint such as \">= 1.10\": %w", asked, err)
	}
	for _, c := range extra {
		if !slices.ContainsFunc(all, c.Equals) { // an error that names them says nothing twice
			all = append(all, c)
		}
	}
	return all, nil
}

// search looks through PATH and the install directory.
func search(ctx context.Context, o Options, c version.Constraints, seen *sightings) (string, error) {
	name := binaryName(o.Flavor)
	finder := &fs.Version{
		Constraints: c,
		Product: product.Product{
			Name:       o.Flavor,
			BinaryName: func() string { return name },
			GetVersion: func(ctx context.Context, path string) (*version.Version, error) {
				v, err := binaryVersion(ctx, path)
				seen.add(path, v, err)
				return v, err
			},
		},
	}
	if o.Install != "" {
		finder.ExtraPaths = []string{filepath.Join(o.Install, o.Flavor)}
	}
	return finder.Find(ctx)
}

// binaryVersion asks a binary what it is. Only standard output is read: a warning about the user's command line
// configuration goes to standard error.
func binaryVersion(ctx context.Context, path string) (*version.Version, error) {
	command := exec.CommandContext(ctx, path, "version", "-json")
	command.Env = environment(split(os.Environ()), nil)
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("asking %s for its version: %w", path, err)
	}
	var answer struct {
		Version *version.Version `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, fmt.Errorf("reading the version that %s gave: %w", path, err)
	}
	if answer.Version == nil {
		return nil, fmt.Errorf("%s names no version of its own", path)
	}
	return answer.Version, nil
}

// sightings remembers the binaries that were looked at, for the error that says why none will do.
type sightings struct {
	paths []string
	said  map[string]string
}

func (s *sightings) add(path string, v *version.Version, err error) {
	if s.said == nil {
		s.said = map[string]string{}
	}
	s.paths = append(s.paths, path)
	switch {
	case err != nil:
		s.said[path] = err.Error()
	default:
		s.said[path] = v.String()
	}
}

func (s *sightings) version(path string) string {
	for seen, v := range s.said {
		if absolute, err := filepath.Abs(seen); seen == path || (err == nil && absolute == path) {
			return v
		}
	}
	return ""
}

// notFound is the error that says what to do when there is no binary.
func notFound(flavor string, c version.Constraints, seen *sightings, cause error) error {
	text := fmt.Sprintf("%s %s is needed and was not found", flavor, c)
	if len(seen.paths) > 0 {
		text = fmt.Sprintf("%s %s is needed; on PATH there is only", flavor, c)
		for _, path := range seen.paths {
			text += fmt.Sprintf(" %s (%s)", path, seen.said[path])
		}
	}
	where := "https://developer.hashicorp.com/terraform/install"
	if flavor == OpenTofu {
		where = "https://opentofu.org/docs/intro/install"
	}
	return fmt.Errorf("%s: install it from %s, or put a binary of a version that fits on PATH: %w", text, where, cause)
}

var errNoTofuDownload = errors.New("drover downloads Terraform by itself, OpenTofu it does not")
