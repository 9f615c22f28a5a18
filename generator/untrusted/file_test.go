//go:build unix

package untrusted

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// checkout is a git work tree with a file in it, and a directory beside it.
func checkout(t *testing.T) (tree, beside string) {
	t.Helper()
	dir := t.TempDir()
	tree, beside = filepath.Join(dir, "tree"), filepath.Join(dir, "beside")
	for _, d := range []string{filepath.Join(tree, ".git"), filepath.Join(tree, "deep"), beside} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(tree, "a.yaml"), "inside")
	write(t, filepath.Join(beside, ".netrc"), "a token")
	return tree, beside
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestALinkIsFollowedInsideTheCheckoutOnly(t *testing.T) {
	t.Parallel()
	tree, beside := checkout(t)
	links := []struct {
		at, to string
		name   string // that is read
		want   error
	}{
		{"deep/in.yaml", "../a.yaml", "deep/in.yaml", nil},
		{"deep/out.yaml", "../../beside/.netrc", "deep/out.yaml", ErrOutside},
		{"absolute.yaml", filepath.Join(beside, ".netrc"), "absolute.yaml", ErrOutside},
		{"first.yaml", "deep/out.yaml", "first.yaml", ErrOutside},
		{"dir", "../beside", "dir/.netrc", ErrOutside},
		{"device.yaml", "/dev/zero", "device.yaml", ErrOutside},
		{"input.yaml", "/dev/stdin", "input.yaml", ErrOutside},
		{"nowhere.yaml", "nothing", "nowhere.yaml", fs.ErrNotExist},
	}
	for _, l := range links {
		if err := os.Symlink(l.to, filepath.Join(tree, l.at)); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range links {
		data, err := ReadFile(filepath.Join(tree, l.name))
		if !errors.Is(err, l.want) || err == nil && string(data) != "inside" {
			t.Errorf("reading %s, which leads to %s, gives %q, %v; want %v", l.name, l.to, data, err, l.want)
		}
	}
	if _, err := ReadDir(filepath.Join(tree, "dir")); !errors.Is(err, ErrOutside) {
		t.Errorf("listing a directory outside gives %v", err)
	}
}

// As Kubernetes mounts a ConfigMap: links beside the file, and no git.
func TestALinkBesideAFileOutsideOfAnyCheckoutIsFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "..2026"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "..2026", "a.yaml"), "mounted")
	for at, to := range map[string]string{"..data": "..2026", "a.yaml": "..data/a.yaml"} {
		if err := os.Symlink(to, filepath.Join(dir, at)); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := ReadFile(filepath.Join(dir, "a.yaml")); err != nil || string(data) != "mounted" {
		t.Errorf("it reads %q, %v", data, err)
	}
}

func TestOnlyARegularFileOfALimitedSizeIsRead(t *testing.T) {
	t.Parallel()
	tree, _ := checkout(t)
	pipe, socket, large := filepath.Join(tree, "pipe"), filepath.Join(t.TempDir(), "s"), filepath.Join(tree, "large")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	write(t, large, "")
	if err := os.Truncate(large, MostBytes+1); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		"/dev/zero": ErrNotRegular, pipe: ErrNotRegular, tree: ErrDirectory, large: ErrTooLarge, filepath.Join(tree, "none"): fs.ErrNotExist,
	} {
		if data, err := ReadFile(path); !errors.Is(err, want) || data != nil {
			t.Errorf("reading %s gives %d bytes and %v, want %v", path, len(data), err, want)
		}
	}
	if _, err := ReadFile(socket); err == nil {
		t.Error("a socket is read")
	}
	if err := os.Truncate(large, MostBytes); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(large); err != nil || len(data) != MostBytes {
		t.Errorf("the largest file that is read gives %d bytes and %v", len(data), err)
	}
}

func TestADirectoryStaysInItsCheckout(t *testing.T) {
	t.Parallel()
	tree, beside := checkout(t)
	for at, to := range map[string]string{"in": "deep", "out": "../beside", "devices": "/dev"} {
		if err := os.Symlink(to, filepath.Join(tree, at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(tree, filepath.Join(beside, "own")); err != nil { // of a person, in no checkout
		t.Fatal(err)
	}
	for dir, want := range map[string]error{
		"deep": nil, "in": nil, "none": nil, "out": ErrOutside, "out/none": ErrOutside, "devices": ErrOutside, "../beside/own": nil,
	} {
		if err := Stays(filepath.Join(tree, dir)); !errors.Is(err, want) {
			t.Errorf("%s gives %v, want %v", dir, err, want)
		}
	}
}

func TestAFileInADirectoryIsReadWithinLimits(t *testing.T) {
	t.Parallel()
	tree, beside := checkout(t)
	for at, to := range map[string]string{"in": "a.yaml", "out": "../beside/.netrc", "zero": "/dev/zero"} {
		if err := os.Symlink(to, filepath.Join(tree, at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(tree, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(tree, "large"), "larger than that")
	if err := os.Symlink(tree, filepath.Join(beside, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"a.yaml": nil, "in": nil, "out": ErrOutside, "zero": ErrOutside, "pipe": ErrNotRegular, "deep": ErrDirectory, "large": ErrTooLarge,
		"none": fs.ErrNotExist,
	} {
		data, err := ReadIn(filepath.Join(beside, "link"), name, 10)
		if !errors.Is(err, want) || err == nil && string(data) != "inside" {
			t.Errorf("reading %s gives %q, %v; want %v", name, data, err, want)
		}
	}
}
