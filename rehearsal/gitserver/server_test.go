package gitserver_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"drover/rehearsal/gitserver"
	"drover/rehearsal/ingress"
)

func git(t *testing.T, dir string, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0"}, env...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// open serves one repository with one commit, and returns how a client reaches it.
func open(t *testing.T) (env []string, dir string) {
	t.Helper()
	_, env, dir = serve(t)
	return env, dir
}

func serve(t *testing.T) (server *gitserver.Server, env []string, dir string) {
	t.Helper()
	work := t.TempDir()
	if err := os.WriteFile(filepath.Join(work, "app.yaml"), []byte("kind: List\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "one"}} {
		if out, err := git(t, work, nil, args...); err != nil {
			t.Fatal(err, out)
		}
	}
	authority, err := ingress.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err = gitserver.Open(context.WithoutCancel(t.Context()), map[string]string{"https://git.example.com/team/clusters.git": filepath.Join(work, ".git")}, authority.Issue)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return server, []string{"HTTPS_PROXY=" + server.URL(), "https_proxy=" + server.URL(), "GIT_SSL_CAINFO=" + ca, "NO_PROXY=", "no_proxy="}, t.TempDir()
}

func TestARepositoryIsServedUnderItsOwnAddress(t *testing.T) {
	t.Parallel()
	env, dir := open(t)
	for i, address := range []string{"https://git.example.com/team/clusters.git", "https://git.example.com/team/clusters"} {
		to := filepath.Join(dir, string(rune('a'+i)))
		if out, err := git(t, dir, env, "clone", "-q", address, to); err != nil {
			t.Fatal(err, out)
		}
		if _, err := os.Stat(filepath.Join(to, "app.yaml")); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingIsPushedAndNoOtherHostIsReached(t *testing.T) {
	t.Parallel()
	env, dir := open(t)
	if out, err := git(t, dir, env, "clone", "-q", "https://git.example.com/team/clusters.git", "c"); err != nil {
		t.Fatal(err, out)
	}
	if out, err := git(t, filepath.Join(dir, "c"), env, "push", "origin", "HEAD:refs/heads/other"); err == nil || !strings.Contains(out, "403") {
		t.Errorf("a push: %v %s", err, out)
	}
	if out, err := git(t, dir, env, "ls-remote", "https://elsewhere.example.com/team/clusters.git"); err == nil || !strings.Contains(out, "403") {
		t.Errorf("another host: %v %s", err, out)
	}
	if out, err := git(t, dir, env, "ls-remote", "https://git.example.com/team/others.git"); err == nil {
		t.Errorf("another repository: %s", out)
	}
}

// A spec names the addresses, and may be a stranger's.
func TestAnAddressThatCannotBeServedIsAnError(t *testing.T) {
	t.Parallel()
	authority, err := ingress.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for _, addresses := range [][]string{
		{"https://git.example.com/{team"}, {"https://git.example.com/a b"}, {"https://git.example.com/a", "https://git.example.com/a.git"}, {"http://git.example.com/a"}, {"https://git.example.com/"},
	} {
		repositories := map[string]string{}
		for _, address := range addresses {
			repositories[address] = t.TempDir()
		}
		if server, err := gitserver.Open(context.WithoutCancel(t.Context()), repositories, authority.Issue); err == nil {
			t.Errorf("%q are served", addresses)
			_ = server.Close()
		}
	}
}

func TestAPrivateRepositoryIsServedToWhoHasTheToken(t *testing.T) {
	t.Parallel()
	server, env, dir := serve(t)
	server.Require("git", "a-token")
	for address, reads := range map[string]bool{"": false, "git:other@": false, "somebody:a-token@": false, "git:a-token@": true} {
		out, err := git(t, dir, env, "ls-remote", "https://"+address+"git.example.com/team/clusters.git")
		if (err == nil) != reads {
			t.Errorf("as %q: %v\n%s", address, err, out)
		}
	}
}
