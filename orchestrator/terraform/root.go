package terraform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/hashicorp/terraform-exec/tfexec"
)

const (
	// defaultGrace is longer than the longest wait of a provider that drover's modules have (60 min, an EKS node group).
	defaultGrace = 90 * time.Minute
	// shortGrace is for commands that change nothing outside the directory.
	shortGrace = 30 * time.Second
	// lockPoll is the time between two looks at a lock file.
	lockPoll = 250 * time.Millisecond
	lockFile = ".terraform.lock.hcl"
)

// RootOptions are the settings of one root.
type RootOptions struct {
	// Progress gets every event, one after the other and never at the same time; it must return quickly.
	Progress func(Event)
	// Secret is told the values that Terraform calls sensitive, as they are met, and that must not be shown.
	Secret func(values ...string)
	// Grace is how long Terraform may go on after it was told to stop, before it is killed; 90 min if 0.
	Grace time.Duration
	// LockTimeout is how long Terraform waits for the state's lock; it gives up at once if 0.
	LockTimeout time.Duration
	// Env is added to drover's own environment for Terraform and its providers.
	Env map[string]string
}

// Root drives Terraform in one root directory. Its methods must not be called at the same time.
type Root struct {
	binary  *Binary
	dir     string
	work    string // below .terraform, which every ignore file names: plan, events, record of the running process
	env     []string
	options RootOptions
	cli     *tfexec.Terraform
}

// Open prepares a root directory; it runs nothing yet.
func (b *Binary) Open(dir string, o RootOptions) (*Root, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the root %s: %w", dir, err)
	}
	if !isDir(absolute) {
		return nil, fmt.Errorf("there is no root directory %s: run `drover generate` first", dir)
	}
	o.Grace = cmp.Or(o.Grace, defaultGrace)
	if o.Progress == nil {
		o.Progress = func(Event) {}
	}
	if o.Secret == nil {
		o.Secret = func(...string) {}
	}
	r := &Root{binary: b, dir: absolute, work: filepath.Join(absolute, ".terraform", "drover"), options: o}
	if err := os.MkdirAll(r.work, 0o700); err != nil {
		return nil, fmt.Errorf("opening the root %s: %w", dir, err)
	}
	if err := r.prepare(); err != nil {
		return nil, fmt.Errorf("opening the root %s: %w", dir, err)
	}
	return r, nil
}

// prepare settles the environment, and terraform-exec with it.
func (r *Root) prepare() error {
	inherited := split(os.Environ())
	maps.Copy(inherited, r.options.Env)
	var err error
	if r.env, err = r.binary.environment(inherited, r.work); err != nil {
		return err
	}
	r.cli, err = tfexec.NewTerraform(r.dir, r.binary.Path)
	if err != nil {
		return err
	}
	if err := r.cli.SetEnv(tfexec.CleanEnv(split(r.env))); err != nil {
		return err
	}
	return r.cli.SetWaitDelay(shortGrace)
}

// Environment is what drover lets Terraform see, as os/exec takes it: drover's own environment without what would
// change a command, with the provider mirror and the plugin cache. The command line configuration that a mirror needs
// is written to dir.
func (b *Binary) Environment(dir string) ([]string, error) {
	return b.environment(split(os.Environ()), dir)
}

func (b *Binary) environment(inherited map[string]string, dir string) ([]string, error) {
	additions := map[string]string{}
	found, err := findMirror(b.Flavor, inherited, impliedMirrors(inherited), optional)
	if err != nil {
		return nil, err
	}
	if found != nil {
		path := filepath.Join(dir, "cli.tfrc")
		if err := os.WriteFile(path, cliConfig(found), 0o600); err != nil {
			return nil, fmt.Errorf("writing Terraform's command line configuration: %w", err)
		}
		additions["TF_CLI_CONFIG_FILE"] = path
	}
	if cache := pluginCache(inherited); cache != "" {
		if err := os.MkdirAll(cache, 0o755); err != nil {
			return nil, fmt.Errorf("making the cache of Terraform's providers: %w", err)
		}
		additions["TF_PLUGIN_CACHE_DIR"] = cache
	}
	return environment(inherited, additions), nil
}

// pluginCache is the directory that providers are kept in once for all roots, the user's own if there is one.
func pluginCache(env map[string]string) string {
	return cmp.Or(env["TF_PLUGIN_CACHE_DIR"], cacheDir("plugins"))
}

// Init makes the root ready: backend, modules, providers. It never moves a state from one backend to another.
//
// A root without a lock file takes over a sibling root's, so that all roots of a cluster use the same providers and
// Terraform trusts its cache instead of downloading once more.
func (r *Root) Init(ctx context.Context) error {
	if err := r.settle(ctx); err != nil {
		return err
	}
	r.options.Progress(Event{Time: time.Now(), Type: "init_start", Message: "initializing " + filepath.Base(r.dir)})
	r.options.Secret(sensitiveSettings(r.dir, split(r.env))...)
	release, err := r.holdCache(ctx)
	if err != nil {
		return err
	}
	defer release()
	seeded, err := r.seedLock()
	if err != nil {
		return err
	}
	err = r.init(ctx)
	if err != nil && seeded && ctx.Err() == nil {
		// The sibling's versions do not fit this root: let Terraform choose.
		if err := os.Remove(filepath.Join(r.dir, lockFile)); err != nil {
			return fmt.Errorf("dropping the lock file of %s that does not fit: %w", r.dir, err)
		}
		err = r.init(ctx)
	}
	if err != nil {
		return err
	}
	r.options.Progress(Event{Time: time.Now(), Type: "init_complete", Message: "initialized " + filepath.Base(r.dir)})
	return nil
}

func (r *Root) init(ctx context.Context) error {
	options, remove, err := initOptions(r.dir, r.work, split(r.env)["DROVER_BACKEND_CONFIG"])
	if err != nil {
		return err
	}
	return errors.Join(r.explain(ctx, "init", r.cli.Init(ctx, options...)), remove())
}

// holdCache keeps two drovers from installing into the shared cache at once: Terraform does not guard it.
func (r *Root) holdCache(ctx context.Context) (func(), error) {
	cache := split(r.env)["TF_PLUGIN_CACHE_DIR"]
	if cache == "" {
		return func() {}, nil
	}
	lock := flock.New(filepath.Clean(cache) + ".lock")
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return nil, fmt.Errorf("waiting for another drover that installs providers to %s: %w", cache, err)
	}
	return func() { _ = lock.Close() }, nil // released with the process at the latest
}

// seedLock copies the newest lock file among the sibling roots, unless the root has one.
func (r *Root) seedLock() (bool, error) {
	own := filepath.Join(r.dir, lockFile)
	if _, err := os.Stat(own); !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	siblings, err := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(r.dir)), "*", lockFile))
	if err != nil || len(siblings) == 0 {
		return false, nil //nolint:nilerr // the pattern is ours; nothing to take over
	}
	newest := slices.MaxFunc(siblings, func(a, b string) int { return modified(a).Compare(modified(b)) })
	data, err := os.ReadFile(newest)
	if err != nil {
		return false, fmt.Errorf("taking over the lock file of a sibling root: %w", err)
	}
	if err := os.WriteFile(own, data, 0o644); err != nil {
		return false, fmt.Errorf("taking over the lock file of a sibling root: %w", err)
	}
	return true, nil
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
