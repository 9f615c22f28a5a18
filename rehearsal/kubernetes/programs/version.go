package programs

import (
	"context"
	"crypto/sha256"
	_ "embed" // the Go module
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// The Go module is embedded, because a user may have nothing of drover but its program.
var (
	//go:embed module.mod
	goMod []byte
	//go:embed module.sum
	goSum []byte
)

// The modules whose versions are asked for.
const (
	kubernetesModule = "k8s.io/kubernetes"
	kwokModule       = "sigs.k8s.io/kwok"
)

// Version is the release of Kubernetes that the programs are, such as v1.36.1.
func Version() string { return versionOf(kubernetesModule) }

// versionOf is the version of a module that the embedded module requires.
func versionOf(module string) string {
	required := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(module) + ` (v\d+\.\d+\.\d+)( // indirect)?$`)
	if m := required.FindSubmatch(goMod); m != nil {
		return string(m[1])
	}
	return "v0.0.0" // the package's tests hold that this never is
}

// key is the same for the same programs.
func key() string {
	sum := sha256.New()
	sum.Write(goMod)
	sum.Write(goSum)
	return fmt.Sprintf("%s-%s-%s-%s", Version(), runtime.GOOS, runtime.GOARCH, hex.EncodeToString(sum.Sum(nil))[:12])
}

// assets is the directory that the user named, unless the API server in it is of another minor version: the programs
// of a control plane have to fit each other.
func (o Options) assets(ctx context.Context) string {
	dir := o.Assets
	if dir == "" {
		dir = os.Getenv("KUBEBUILDER_ASSETS")
	}
	if dir == "" {
		return ""
	}
	said, err := exec.CommandContext(ctx, filepath.Join(dir, "kube-apiserver"), "--version").Output()
	is, want := strings.TrimPrefix(strings.TrimSpace(string(said)), "Kubernetes "), Version()
	switch {
	case err != nil:
		_, _ = fmt.Fprintf(o.Log, "    %s has no kube-apiserver that runs (%v): its programs are not taken\n", dir, err)
	case minorOf(is) != minorOf(want):
		_, _ = fmt.Fprintf(o.Log, "    %s has Kubernetes %s, and %s is needed: its programs are not taken\n", dir, is, want)
	default:
		return dir
	}
	return ""
}

// minorOf is v1.36 for v1.36.1.
func minorOf(version string) string {
	if i := strings.LastIndexByte(version, '.'); i > 0 {
		return version[:i]
	}
	return version
}
