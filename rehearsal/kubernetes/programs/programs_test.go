package programs

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// noBuild fails a test in which something is left to build.
func noBuild(_ context.Context, _ string, missing []program, _ io.Writer) error {
	return fmt.Errorf("nothing was to be built, and %s is", names(missing))
}

// put writes programs that only say their name.
func put(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, name := range files {
		script := "#!/bin/sh\necho Kubernetes " + Version() + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func all() []string {
	var files []string
	for _, p := range needed {
		files = append(files, p.file)
	}
	return files
}

// inCache is where Find keeps programs below cache.
func inCache(t *testing.T, cache string) string {
	t.Helper()
	dir, err := Options{Cache: cache}.dir()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheModuleNamesEveryProgramAndOneReleaseOfKubernetes(t *testing.T) {
	t.Parallel()
	if !regexp.MustCompile(`^v1\.\d+\.\d+$`).MatchString(Version()) {
		t.Errorf("Version() is %q", Version())
	}
	if v := versionOf(kwokModule); v == "v0.0.0" {
		t.Error("the module names no kwok")
	}
	for _, p := range needed {
		if p.pkg != "" && !bytes.Contains(goMod, []byte("\t"+p.pkg+"\n")) {
			t.Errorf("%s is no tool of the module", p.pkg)
		}
	}
	staging := "v0" + strings.TrimPrefix(Version(), "v1")
	for _, m := range regexp.MustCompile(`(?m)=> k8s\.io/\S+ (\S+)$`).FindAllSubmatch(goMod, -1) {
		if string(m[1]) != staging {
			t.Errorf("%s, want %s", m[0], staging)
		}
	}
}

func TestAssetsComeBeforeTheCache(t *testing.T) {
	t.Parallel()
	assets, cache := t.TempDir(), t.TempDir()
	put(t, assets, "etcd", "kube-apiserver")
	put(t, inCache(t, cache), all()...)
	set, err := Find(t.Context(), Options{Assets: assets, Cache: cache, downloads: []download{}, build: noBuild})
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(set.Etcd) != assets || filepath.Dir(set.APIServer) != assets || filepath.Dir(set.Kwok) != inCache(t, cache) {
		t.Errorf("found %+v", set)
	}
}

func TestAssetsOfAnotherMinorAreNotTaken(t *testing.T) {
	t.Parallel()
	assets, cache := t.TempDir(), t.TempDir()
	put(t, assets, "etcd")
	if err := os.WriteFile(filepath.Join(assets, "kube-apiserver"), []byte("#!/bin/sh\necho Kubernetes v1.24.1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, inCache(t, cache), all()...)
	var said bytes.Buffer
	set, err := Find(t.Context(), Options{Assets: assets, Cache: cache, Log: &said, downloads: []download{}, build: noBuild})
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(set.Etcd) == assets || !strings.Contains(said.String(), "has Kubernetes v1.24.1") {
		t.Errorf("found %+v and said %q", set, said.String())
	}
}

func TestWhatCanNeitherBeDownloadedNorBuiltIsSaidWithWhatToDo(t *testing.T) {
	t.Parallel()
	unreachable := []download{{here, []string{"kube-scheduler"}, source{"http://127.0.0.1:1/", "", sha256.New}}}
	broken := func(context.Context, string, []program, io.Writer) error { return errors.New("no Go here") }
	_, err := Find(t.Context(), Options{Assets: t.TempDir(), Cache: t.TempDir(), downloads: unreachable, build: broken})
	if !errors.Is(err, ErrMissing) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"kube-scheduler", "http://127.0.0.1:1/", "no Go here", "Install Go", "KUBEBUILDER_ASSETS", "--kubernetes=off"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

const here = runtime.GOOS + "/" + runtime.GOARCH

// publish serves all programs as their hosts do. What ends in spoil has another content than its digest says.
func publish(t *testing.T, spoil string) (list []download) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	serve := func(path string, content []byte, files ...string) {
		sum := sha256.Sum256(content)
		if spoil != "" && strings.HasSuffix(path, spoil) {
			content = append(content, '!')
		}
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content) })
		list = append(list, download{here, files, source{server.URL + path, hex.EncodeToString(sum[:]), sha256.New}})
	}
	serve("/envtest.tar.gz", archive(t, "etcd", "kube-apiserver", "kubectl", "a-program-of-later"), "etcd", "kube-apiserver", "kubectl")
	for _, name := range []string{"kube-controller-manager", "kube-scheduler", "kwok", stagesFile} {
		serve("/"+name, []byte("program "+name), name)
	}
	return append(list, download{"plan9/mips", []string{"kwok"}, source{server.URL + "/none", "", sha256.New}})
}

func TestWhatIsDownloadedIsPinnedAndOfTheVersionsThatAreBuilt(t *testing.T) {
	t.Parallel()
	list, err := downloads(pinned)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string][]string{}
	for _, d := range list {
		if digest, err := hex.DecodeString(d.source.want); err != nil || len(digest) != d.source.hash().Size() {
			t.Errorf("%s has the digest %q (%v)", d.source.url, d.source.want, err)
		}
		if strings.HasSuffix(d.source.url, archiveSuffix) == (len(d.files) == 1) {
			t.Errorf("%s gives %v", d.source.url, d.files)
		}
		version := Version()
		switch {
		case strings.Contains(d.source.url, "/kwok/"):
			version = "/" + versionOf(kwokModule) + "/"
		case strings.Contains(d.source.url, "/envtest-"):
			version = "/envtest-" + minorOf(version) + "." // its API server is of the same minor version
		}
		if !strings.Contains(d.source.url, version) || !strings.HasPrefix(d.source.url, "https://") {
			t.Errorf("%s is not of %s", d.source.url, version)
		}
		covered[d.platform] = append(covered[d.platform], d.files...)
	}
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		if files := slices.Sorted(slices.Values(covered[platform])); !slices.Equal(files, slices.Sorted(slices.Values(all()))) {
			t.Errorf("%s has %v", platform, files)
		}
	}
	for _, table := range []string{"linux/amd64 etcd sha256:00", "linux/amd64 etcd md5:00 https://x"} {
		if _, err := downloads(table); err == nil {
			t.Errorf("%q is taken", table)
		}
	}
}

// archive has the layout of envtest's.
func archive(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	entries := tar.NewWriter(zipped)
	for _, name := range files {
		content := "program " + name
		header := &tar.Header{Name: "controller-tools/envtest/" + name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}
		if err := entries.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entries, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(entries.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsPublishedIsDownloadedAndNothingIsBuilt(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	set, err := Find(t.Context(), Options{Assets: t.TempDir(), Cache: cache, downloads: publish(t, ""), build: noBuild})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range needed {
		data, err := os.ReadFile(*p.path(&set))
		if err != nil || !strings.HasPrefix(string(data), "program ") {
			t.Errorf("%s holds %q (%v)", *p.path(&set), data, err)
		}
	}
	files, err := os.ReadDir(inCache(t, cache))
	if err != nil || len(files) != len(needed) {
		t.Errorf("the cache holds %v (%v), want only the programs", files, err)
	}
	if _, err := Find(t.Context(), Options{Assets: t.TempDir(), Cache: cache, downloads: []download{}, build: noBuild}); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestADownloadWhoseChecksumIsWrongIsNotUsed(t *testing.T) {
	t.Parallel()
	for _, spoiled := range []struct {
		file string
		lost []string
	}{
		{".tar.gz", []string{"etcd", "kube-apiserver", "kubectl"}},
		{"/kube-controller-manager", []string{"kube-controller-manager"}},
		{stagesFile, []string{stagesFile}},
	} {
		t.Run(spoiled.file, func(t *testing.T) {
			t.Parallel()
			cache := t.TempDir()
			var said bytes.Buffer
			build := func(_ context.Context, dir string, missing []program, _ io.Writer) error {
				var left []string
				for _, p := range missing {
					left = append(left, p.file)
				}
				if !slices.Equal(left, spoiled.lost) {
					t.Errorf("left to build: %v, want %v", left, spoiled.lost)
				}
				put(t, dir, left...)
				return nil
			}
			_, err := Find(t.Context(), Options{Assets: t.TempDir(), Cache: cache, Log: &said, downloads: publish(t, spoiled.file), build: build})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(said.String(), "checksum") {
				t.Errorf("nothing is said of the checksum: %s", said.String())
			}
			files, err := os.ReadDir(inCache(t, cache))
			if err != nil || len(files) != len(needed) {
				t.Errorf("the cache holds %v (%v), want only the programs", files, err)
			}
		})
	}
}

func TestGoBuildsFromTheEmbeddedModuleAndSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var said bytes.Buffer
	// A program of Go's own: what is tested is how it is built, in seconds.
	if err := goBuild(t.Context(), dir, []program{{file: "fix", pkg: "cmd/fix"}}, &said); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "fix")); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("built %v (%v)", info, err)
	}
	if !strings.Contains(said.String(), "built fix (1 of 1)") {
		t.Errorf("said %s", said.String())
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("the build left %v (%v)", files, err)
	}
	err = goBuild(t.Context(), dir, []program{{file: "none", pkg: "cmd/there-is-no-such"}}, &said)
	if err == nil || !strings.Contains(err.Error(), "cmd/there-is-no-such is not in std") {
		t.Errorf("a package that does not exist: %v", err)
	}
}

func TestWithoutGoTheBuildSaysWhereGoIs(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := goBuild(t.Context(), t.TempDir(), needed, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "https://go.dev/doc/install") {
		t.Errorf("got %v", err)
	}
}

func TestStagesAreAllPartsOfKwoksModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, part := range stages {
		if _, err := joinStages(dir); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("without %s: %v", part, err)
		}
		at := filepath.Join(dir, filepath.FromSlash(part))
		if err := os.MkdirAll(at, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"stage.yaml", "kustomization.yaml"} {
			if err := os.WriteFile(filepath.Join(at, file), []byte(part+" "+file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	joined, err := joinStages(dir)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(joined), "stage.yaml") != len(stages) || strings.Contains(string(joined), "kustomization.yaml") {
		t.Errorf("joined %s", joined)
	}
}
