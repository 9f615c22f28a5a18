package gitserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"drover/rehearsal/gitserver"
)

// checkout is a repository with one commit on main.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "app.yaml", "kind: List\n")
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "one"}} {
		if out, err := git(t, dir, nil, args...); err != nil {
			t.Fatal(err, out)
		}
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// files are those of a revision, as a client would get them.
func files(t *testing.T, s gitserver.Source, revision string) string {
	t.Helper()
	out, err := git(t, s.Dir, nil, "ls-tree", "-r", "--name-only", revision)
	if err != nil {
		t.Fatal(err, out)
	}
	return strings.Join(strings.Fields(out), " ")
}

func TestACheckoutIsServedAsItIsCommitted(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	s, err := gitserver.Find(t.Context(), dir, t.TempDir(), "main")
	if err != nil || s.Dir != filepath.Join(dir, ".git") || len(s.Commit) < 7 || len(s.Notes) != 0 {
		t.Fatalf("got %+v (%v)", s, err)
	}
	bare := filepath.Join(t.TempDir(), "bare.git")
	if out, err := git(t, dir, nil, "clone", "-q", "--bare", dir, bare); err != nil {
		t.Fatal(err, out)
	}
	if b, err := gitserver.Find(t.Context(), bare, t.TempDir(), "main"); err != nil || b.Dir != bare || b.Commit != s.Commit || len(b.Notes) != 0 {
		t.Errorf("the bare one: %+v (%v)", b, err)
	}
	write(t, dir, "app.yaml", "kind: Other\n")
	if s, err = gitserver.Find(t.Context(), dir, t.TempDir(), "main"); err != nil || !strings.Contains(strings.Join(s.Notes, ";"), "not committed") {
		t.Errorf("with a change: %+v (%v)", s, err)
	}
	if _, err := gitserver.Find(t.Context(), dir, t.TempDir(), "main", "green"); err == nil || !strings.Contains(err.Error(), "no branch, tag or commit green") {
		t.Errorf("a revision that is not there: %v", err)
	}
}

func TestAPlainDirectoryIsOneCommitAndStaysAsItIs(t *testing.T) {
	t.Parallel()
	within := filepath.Join(checkout(t), "examples") // of a checkout that is something else
	for _, dir := range []string{within, t.TempDir()} {
		write(t, dir, "web/web.yaml", "kind: List\n")
		s, err := gitserver.Find(t.Context(), dir, t.TempDir(), "blue", "green")
		if err != nil {
			t.Fatal(err)
		}
		for _, revision := range []string{"blue", "green"} {
			if got := files(t, s, revision); got != "web/web.yaml" {
				t.Errorf("%s has %s", revision, got)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || len(s.Notes) != 1 {
			t.Errorf("the directory holds %v (%v), notes %v", left, err, s.Notes)
		}
	}
	if _, err := gitserver.Find(t.Context(), within, t.TempDir(), strings.Repeat("a", 40)); err == nil || !strings.Contains(err.Error(), "has no commit") {
		t.Errorf("a commit of a plain directory: %v", err)
	}
	if _, err := gitserver.Find(t.Context(), filepath.Join(within, "none"), t.TempDir(), "main"); err == nil {
		t.Error("a directory that is not there is found")
	}
}

func TestAnAddressBecomesHTTPS(t *testing.T) {
	t.Parallel()
	for repository, want := range map[string]string{
		"https://git.example.com/team/apps.git":        "https://git.example.com/team/apps.git",
		"https://me@Git.example.com:8443/team/apps/":   "https://git.example.com/team/apps",
		"ssh://git@git.example.com:2222/team/apps.git": "https://git.example.com/team/apps.git",
		"git@git.example.com:team/apps.git":            "https://git.example.com/team/apps.git",
		"git.example.com:/team/apps.git":               "https://git.example.com/team/apps.git",
		"https://git.example.com":                      "",
		"https://git.example.com/{a}":                  "",
		"file:///etc":                                  "",
	} {
		if got, err := gitserver.Address(repository); got != want || (err == nil) != (want != "") {
			t.Errorf("%s becomes %q (%v), want %q", repository, got, err, want)
		}
	}
}
