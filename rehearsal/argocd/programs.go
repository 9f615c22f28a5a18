package argocd

import (
	"context"
	"crypto/sha256"
	_ "embed" // the Go module
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"drover/rehearsal/gobuild"
)

// The Go module is embedded, because a user may have nothing of drover but its program.
var (
	//go:embed module.mod
	goMod []byte
	//go:embed module.sum
	goSum []byte
	//go:embed redis.source
	redisSource []byte
)

const argoModule = "github.com/argoproj/argo-cd/v3"

// Programs are the paths of what Argo CD consists of here.
type Programs struct {
	ArgoCD    string // all of its own programs in one
	Kustomize string // which its repository server calls
	Redis     string // a server in memory that speaks its protocol
	Manifests string // what installs the same release in a cluster: YAML, as Argo CD publishes it
}

// program is one of them.
type program struct {
	gobuild.Program
	path func(*Programs) *string
}

var programs = []program{
	{gobuild.Program{File: "argocd", Package: argoModule + "/cmd", Flags: "-s -w -X " + argoModule + "/common.version=" + Version()[1:], Takes: 6 * time.Minute},
		func(p *Programs) *string { return &p.ArgoCD }},
	{gobuild.Program{File: "kustomize", Package: "sigs.k8s.io/kustomize/kustomize/v5", Flags: "-s -w", Takes: 20 * time.Second},
		func(p *Programs) *string { return &p.Kustomize }},
	{gobuild.Program{File: "redis", Package: "./redis", Flags: "-s -w", Takes: 5 * time.Second},
		func(p *Programs) *string { return &p.Redis }},
}

const manifests = "install.yaml"

// patches keep Argo CD's controller from serving its metrics on every address of the machine: it has no flag for that.
var patches = []gobuild.Patch{
	{Module: argoModule, File: "controller/appcontroller.go", Old: `"0.0.0.0:%d"`, New: `"127.0.0.1:%d"`},
}

// Version is the release of Argo CD that the programs are, such as v3.2.11.
func Version() string {
	if m := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(argoModule) + ` (v\d+\.\d+\.\d+)( // indirect)?$`).FindSubmatch(goMod); m != nil {
		return string(m[1])
	}
	return "v0.0.0" // the package's tests hold that this never is
}

// Find returns the programs from drover's directory in the user's cache, and builds there what is missing. cache overrides
// that directory, and lines about what takes long are written to log. It fails without Go.
func Find(ctx context.Context, cache string, log io.Writer) (Programs, error) {
	dir, err := directory(cache)
	if err != nil {
		return Programs{}, err
	}
	if found, missing := look(dir); len(missing) == 0 {
		return found, nil
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(ctx, time.Second); err != nil {
		return Programs{}, fmt.Errorf("waiting for another process that builds Argo CD: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // it ends with the process anyway
	if _, missing := look(dir); len(missing) > 0 {
		if err := build(ctx, dir, missing, log); err != nil {
			return Programs{}, fmt.Errorf("building Argo CD %s for the rehearsal: %w\ninstall Go and git, and try again", Version(), err)
		}
	}
	found, _ := look(dir)
	return found, nil
}

// Look returns where the programs are kept, and whether all of them are there.
func Look(cache string) (dir string, there bool, err error) {
	if dir, err = directory(cache); err != nil {
		return "", false, err
	}
	_, missing := look(dir)
	return dir, len(missing) == 0, nil
}

func build(ctx context.Context, dir string, missing []program, log io.Writer) (err error) {
	module := gobuild.Module{Files: map[string][]byte{"go.mod": goMod, "go.sum": goSum, "redis/main.go": redisSource}, Patches: patches}
	builder, err := module.Open(ctx, dir, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, builder.Close()) }()
	var longest time.Duration
	for _, p := range missing {
		longest += p.Takes
	}
	_, _ = fmt.Fprintf(log, "    building Argo CD %s with Go, once: up to %v on two cores\n", Version(), longest.Round(time.Minute))
	for i, p := range missing {
		if err := builder.Make(ctx, p.Program, strconv.Itoa(i+1)+" of "+strconv.Itoa(len(missing))); err != nil {
			return err
		}
	}
	return copyManifests(ctx, builder, dir)
}

// copyManifests takes the install manifests from the module that the programs were built from. They are there once the
// programs are.
func copyManifests(ctx context.Context, builder *gobuild.Builder, dir string) error {
	module, err := builder.ModuleDir(ctx, argoModule)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(module, "manifests", manifests)) //nolint:gosec // a file of a module that go.sum pins
	if err != nil {
		return fmt.Errorf("reading Argo CD's manifests: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, manifests), data, 0o644); err != nil { //nolint:gosec // nobody's secret
		return fmt.Errorf("keeping Argo CD's manifests: %w", err)
	}
	return nil
}

func look(dir string) (found Programs, missing []program) {
	for _, p := range programs {
		path := filepath.Join(dir, p.File)
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
			missing = append(missing, p)
			continue
		}
		*p.path(&found) = path
	}
	found.Manifests = filepath.Join(dir, manifests)
	if _, err := os.Stat(found.Manifests); err != nil && len(missing) == 0 {
		missing = programs[len(programs)-1:] // the last one is built again with them, in a second
	}
	return found, missing
}

// directory is where the programs of this version are kept for this user.
func directory(cache string) (string, error) {
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("finding the user's cache directory: %w", err)
		}
		cache = filepath.Join(user, "drover", "argocd")
	}
	sum := sha256.New()
	for _, part := range [][]byte{goMod, goSum, redisSource, fmt.Append(nil, patches)} {
		sum.Write(part)
	}
	dir := filepath.Join(cache, fmt.Sprintf("%s-%s-%s-%s", Version(), runtime.GOOS, runtime.GOARCH, hex.EncodeToString(sum.Sum(nil))[:12]))
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // programs are nobody's secret
		return "", fmt.Errorf("making the directory of Argo CD's programs: %w", err)
	}
	return dir, nil
}
