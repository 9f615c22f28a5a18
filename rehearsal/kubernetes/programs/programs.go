package programs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Set says where the programs are.
type Set struct {
	Etcd, APIServer, ControllerManager, Scheduler, Kwok string
	Stages                                              string // what kwok does with nodes and pods: its --config
	Kubectl                                             string // not of a control plane: for those who look at one
}

// Options say where to look, and where to tell of what takes long. The zero value is what a user gets.
type Options struct {
	Assets string    // a directory with programs; empty is $KUBEBUILDER_ASSETS, where that is set
	Cache  string    // empty is kubernetes in drover's directory of the user's cache
	Log    io.Writer // lines for people about what is downloaded or built; nil drops them

	downloads []download // nil: those of the table
	build     builder    // nil: go build
}

// program is one thing that a control plane needs, by its file's name.
type program struct {
	file  string
	pkg   string        // empty: not a program, but a file that is made of kwok's module
	takes time.Duration // to build on two cores when nothing was built before
	path  func(*Set) *string
}

// needed are in the order in which they are built: later ones reuse what was compiled for earlier ones.
var needed = []program{
	{"etcd", "go.etcd.io/etcd/server/v3", 90 * time.Second, func(s *Set) *string { return &s.Etcd }},
	{"kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver", 6 * time.Minute, func(s *Set) *string { return &s.APIServer }},
	{"kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager", 100 * time.Second, func(s *Set) *string { return &s.ControllerManager }},
	{"kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler", 10 * time.Second, func(s *Set) *string { return &s.Scheduler }},
	{"kwok", "sigs.k8s.io/kwok/cmd/kwok", 30 * time.Second, func(s *Set) *string { return &s.Kwok }},
	{"kubectl", "k8s.io/kubernetes/cmd/kubectl", 30 * time.Second, func(s *Set) *string { return &s.Kubectl }},
	{stagesFile, "", 0, func(s *Set) *string { return &s.Stages }},
}

// ErrMissing says that a program is neither there nor to be had.
var ErrMissing = errors.New("the programs of a Kubernetes control plane are not on this machine")

// builder makes the programs that are missing in a directory.
type builder func(ctx context.Context, dir string, missing []program, log io.Writer) error

// Find looks in Assets, then in the cache; what is missing is downloaded into the cache, or else built there.
func Find(ctx context.Context, o Options) (Set, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	dir, err := o.dir()
	if err != nil {
		return Set{}, err
	}
	var set Set
	assets := o.assets(ctx)
	if len(set.take(assets, dir)) == 0 {
		return set, nil
	}
	unlock, err := lock(ctx, dir)
	if err != nil {
		return Set{}, err
	}
	defer unlock()
	if err := o.complete(ctx, dir, &set, assets); err != nil {
		return Set{}, err
	}
	return set, nil
}

// Look is Find that gets nothing: it says where the programs are kept, and which of them would be downloaded or built.
func Look(ctx context.Context, o Options) (dir string, missing []string, err error) {
	o.Log = io.Discard
	if dir, err = o.dir(); err != nil {
		return "", nil, err
	}
	var set Set
	for _, p := range set.take(o.assets(ctx), dir) {
		missing = append(missing, p.file)
	}
	return dir, missing, nil
}

// complete downloads or builds what is still missing. The caller holds the lock.
func (o Options) complete(ctx context.Context, dir string, set *Set, assets string) error {
	missing := set.take(assets, dir) // somebody else may have made them meanwhile
	if len(missing) == 0 {
		return nil
	}
	_, _ = fmt.Fprintf(o.Log, "    the control planes' programs (Kubernetes %s) are not all in %s: getting %s\n", Version(), dir, names(missing))
	list := o.downloads
	if list == nil {
		var err error
		if list, err = downloads(pinned); err != nil {
			return err
		}
	}
	failed := fetch(ctx, newWeb(), list, dir, missing, o.Log)
	if failed != nil {
		_, _ = fmt.Fprintf(o.Log, "    %v\n", failed)
	}
	if missing = set.take(assets, dir); len(missing) == 0 {
		return nil
	}
	build := o.build
	if build == nil {
		build = goBuild
	}
	if err := build(ctx, dir, missing, o.Log); err != nil {
		return fmt.Errorf("%w (%s), and can neither be downloaded nor built: %w\nInstall Go and try again, or set KUBEBUILDER_ASSETS to a "+
			"directory that holds them, or rehearse without Kubernetes: --kubernetes=off", ErrMissing, names(missing), errors.Join(failed, err))
	}
	if missing = set.take(assets, dir); len(missing) > 0 {
		return fmt.Errorf("%w: %s, after they were built into %s", ErrMissing, names(missing), dir)
	}
	return nil
}

// take fills the set from directories, the first that has a program wins, and says what is in none.
func (s *Set) take(dirs ...string) (missing []program) {
	for _, p := range needed {
		found := false
		for _, dir := range dirs {
			if path := filepath.Join(dir, p.file); dir != "" && p.isAt(path) {
				*p.path(s), found = path, true
				break
			}
		}
		if !found {
			missing = append(missing, p)
		}
	}
	return missing
}

func (p program) isAt(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (p.pkg == "" || info.Mode()&0o111 != 0)
}

// dir is where the programs of this version are kept for this user.
func (o Options) dir() (string, error) {
	cache := o.Cache
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find the user's cache directory: %w", err)
		}
		cache = filepath.Join(user, "drover", "kubernetes")
	}
	dir := filepath.Join(cache, key())
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // programs are nobody's secret
		return "", fmt.Errorf("make the directory of the control planes' programs: %w", err)
	}
	return dir, nil
}

// lock keeps two processes from building the same.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	l := flock.New(dir + ".lock")
	if _, err := l.TryLockContext(ctx, time.Second); err != nil {
		return nil, fmt.Errorf("wait for another process that gets the control planes' programs: %w", err)
	}
	return func() { _ = l.Unlock() }, nil // it ends with the process anyway
}

func names(list []program) string {
	var all []string
	for _, p := range list {
		all = append(all, p.file)
	}
	return strings.Join(all, ", ")
}
