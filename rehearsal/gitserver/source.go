package gitserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Source is a repository of this machine, ready to be served.
type Source struct {
	Dir    string // of Git's own files
	Commit string // short, that the first of the asked revisions is
	Notes  []string
}

// Find returns the repository that dir is: a checkout, a bare repository, or a plain directory, whose files become the one
// commit of a repository in scratch. Each of revisions has to be in it.
func Find(ctx context.Context, dir, scratch string, revisions ...string) (Source, error) {
	s, err := find(ctx, dir, scratch, revisions)
	if err != nil {
		return Source{}, fmt.Errorf("reading the repository %s: %w", dir, err)
	}
	return s, nil
}

func find(ctx context.Context, dir, scratch string, revisions []string) (s Source, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return s, fmt.Errorf("finding it: %w", err)
	}
	if info, err := os.Stat(dir); err != nil {
		return s, err
	} else if !info.IsDir() {
		return s, errors.New("it is not a directory")
	}
	if s.Dir, err = gitDir(ctx, dir); err != nil {
		return s, err
	}
	if s.Dir == "" {
		s.Dir = filepath.Join(scratch, "repository.git")
		s.Notes = append(s.Notes, dir+" is no Git repository of its own: its files are served as one commit")
		err = commit(ctx, dir, s.Dir, revisions)
	} else if _, dirty := git(ctx, dir, "diff", "--quiet", "HEAD"); dirty != nil && s.Dir != dir {
		s.Notes = append(s.Notes, "what is changed in "+dir+" and not committed is not rehearsed")
	}
	if err != nil {
		return s, err
	}
	for i, revision := range revisions {
		id, err := git(ctx, s.Dir, "rev-parse", "--verify", "--quiet", "--short", "--end-of-options", revision+"^{commit}")
		if err != nil {
			return s, fmt.Errorf("it has no branch, tag or commit %s, which spec.gitops names; make it there (git branch %s …), or give another repository", revision, revision)
		}
		if i == 0 {
			s.Commit = id
		}
	}
	return s, nil
}

// gitDir is where Git keeps a repository's files: of a bare one or a checkout, whose directory dir is; empty: dir is neither.
func gitDir(ctx context.Context, dir string) (string, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return "", fmt.Errorf("finding git on PATH: %w", err)
	}
	itself, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", fmt.Errorf("finding it: %w", err)
	}
	common, err := git(ctx, dir, "rev-parse", "--path-format=absolute", "--git-common-dir")
	if err != nil {
		if strings.Contains(err.Error(), "not a git repository") {
			return "", nil
		}
		return "", err
	}
	top, err := git(ctx, dir, "rev-parse", "--show-toplevel") // fails in a bare one
	switch {
	case err == nil && top == itself, common == itself:
		return common, nil
	default:
		return "", nil // a directory of some other repository
	}
}

// commit makes a repository at to, with the files of dir, which it does not change, on a branch of each name.
func commit(ctx context.Context, dir, to string, branches []string) error {
	for _, branch := range branches {
		if _, err := git(ctx, dir, "check-ref-format", "--branch", branch); err != nil || commitID().MatchString(branch) {
			return fmt.Errorf("a directory that is no Git repository has no commit %s; give a repository, or name a branch in spec.gitops.revision", branch)
		}
	}
	steps := [][]string{
		{"init", "--quiet", "--bare", "--initial-branch", branches[0], to},
		{"--git-dir", to, "--work-tree", dir, "add", "--all", "."},
		{"--git-dir", to, "--work-tree", dir, "-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.com", "-c", "commit.gpgSign=false",
			"commit", "--quiet", "--no-verify", "--message", "The files of " + filepath.Base(dir)},
	}
	for _, branch := range branches[1:] {
		steps = append(steps, []string{"--git-dir", to, "branch", "--force", branch, branches[0]})
	}
	for _, args := range steps {
		if _, err := git(ctx, dir, args...); err != nil {
			return err
		}
	}
	return nil
}

var commitID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`) })

// git runs git as the user has it, without hooks and whatever else a repository's own settings may start.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull}, args...)...) //nolint:gosec // what is run is named here
	cmd.Dir = dir
	cmd.Env = append(withoutGit(os.Environ()), "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return "", fmt.Errorf("running git: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// withoutGit leaves out what would have git look elsewhere.
func withoutGit(env []string) (kept []string) {
	for _, kv := range env {
		if !strings.HasPrefix(kv, "GIT_") {
			kept = append(kept, kv)
		}
	}
	return kept
}

var scpLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[^@/:]+@)?([^@/:]+):/?([^/].*)$`) })

// Address is the https address under which a repository is served whose spec may name it by ssh, or with a user or a port.
func Address(repository string) (string, error) {
	u, err := url.Parse(repository)
	if m := scpLike().FindStringSubmatch(repository); m != nil && !strings.Contains(repository, "://") {
		u, err = &url.URL{Scheme: "ssh", Host: m[1], Path: "/" + m[2]}, nil
	}
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") == "" || strings.ContainsAny(u.Path, "{}") {
		return "", fmt.Errorf("serving the repository %s: its address has no host and path that can be served", repository)
	}
	return (&url.URL{Scheme: "https", Host: strings.ToLower(u.Hostname()), Path: strings.TrimSuffix(u.Path, "/")}).String(), nil
}
