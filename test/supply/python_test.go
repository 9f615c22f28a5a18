// Package supply holds what drover is made of: that nothing is downloaded, installed or started that the repository does
// not name by its digest or its review.
package supply

import (
	"archive/zip"
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"drover/rehearsal/aws/moto"
	"drover/test/harness"
)

func TestEveryPythonPackageIsPinnedByHash(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join(harness.Repository(t), "tools", "python", "requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	requirement, hash := regexp.MustCompile(`^([a-z0-9-]+)(\[server\])?==([0-9][0-9a-z.]*)(; [^\\]+)? \\$`), regexp.MustCompile(`^    --hash=sha256:[0-9a-f]{64}( \\)?$`)
	versions, hashes, last := map[string]string{}, 0, ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		switch m := requirement.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "#"):
		case m != nil:
			if hashes == 0 && last != "" {
				t.Errorf("%s has no hash", last)
			}
			last, hashes = m[1], 0
			versions[last] = m[3]
		case hash.MatchString(line):
			hashes++
		default:
			t.Errorf("this line pins nothing: %s", line)
		}
	}
	if versions["moto"] != moto.Version || versions["awscli"] == "" || len(versions) < 50 || hashes == 0 {
		t.Errorf("%d packages are pinned, moto %q (the rehearsal is written for %s), awscli %q, and %d hashes of the last",
			len(versions), versions["moto"], moto.Version, versions["awscli"], hashes)
	}
}

// The first package of the file comes from somebody else than its author here.
func TestAPackageOfAnotherHashIsNotInstalled(t *testing.T) {
	t.Parallel()
	links, cache := t.TempDir(), t.TempDir()
	planted := filepath.Join(t.TempDir(), "planted")
	wheel(t, filepath.Join(links, "annotated_types-0.7.0-py3-none-any.whl"), planted)
	install := exec.CommandContext(t.Context(), filepath.Join(harness.Repository(t), "tools", "python.sh"))
	install.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache, "HOME="+cache, "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+links, "PIP_CONFIG_FILE="+os.DevNull)
	out, err := install.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "DO NOT MATCH THE HASHES") {
		t.Errorf("installing a package of another hash: %v\n%s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "*", "drover", "venv", "*")); len(left) > 0 {
		t.Errorf("the installation that failed left %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "drover", "venv", "*")); len(left) > 0 {
		t.Errorf("the installation that failed left %v", left)
	}
}

// wheel writes a package of one file.
func wheel(t *testing.T, path, content string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	const info = "annotated_types-0.7.0.dist-info/"
	for _, part := range [][2]string{
		{"annotated_types/__init__.py", "# " + content}, {info + "METADATA", "Metadata-Version: 2.1\nName: annotated-types\nVersion: 0.7.0\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}, {info + "RECORD", ""},
	} {
		w, err := archive.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(part[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
