//go:build unix

package generator

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What a checkout has in the place of drover's own files is a stranger's: nothing outside is read, moved or removed for it.
func TestAPendingWriteThatDroverDidNotLeaveIsRefused(t *testing.T) {
	t.Parallel()
	const name = "tiny/blue/main.tf"
	for what, plant := range map[string]func(t *testing.T, dir, elsewhere string){
		"now leads out of the directory": func(t *testing.T, dir, elsewhere string) {
			link(t, elsewhere, filepath.Join(dir, pendingDir, nowLink))
			put1(t, dir, pendingDir+"/"+namesFile, `["`+name+`"]`)
			link(t, linkTo(name), filepath.Join(dir, filepath.FromSlash(name)))
		},
		"now is a directory": func(t *testing.T, dir, _ string) {
			put1(t, dir, pendingDir+"/"+nowLink+"/x", "x")
		},
		"a name leads out of the directory": func(t *testing.T, dir, elsewhere string) {
			link(t, newDir, filepath.Join(dir, pendingDir, nowLink))
			put1(t, dir, pendingDir+"/"+newDir+"/x", "x")
			up, err := filepath.Rel(dir, filepath.Join(elsewhere, "secret"))
			if err != nil {
				t.Fatal(err)
			}
			put1(t, dir, pendingDir+"/"+namesFile, `["`+filepath.ToSlash(up)+`"]`)
		},
		"all of it is a link": func(t *testing.T, dir, elsewhere string) {
			link(t, elsewhere, filepath.Join(dir, pendingDir))
		},
		"the new files are elsewhere": func(t *testing.T, dir, elsewhere string) {
			link(t, newDir, filepath.Join(dir, pendingDir, nowLink))
			link(t, elsewhere, filepath.Join(dir, pendingDir, newDir))
			put1(t, dir, pendingDir+"/"+namesFile, `["`+name+`"]`)
			link(t, linkTo(name), filepath.Join(dir, filepath.FromSlash(name)))
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir, elsewhere := t.TempDir(), t.TempDir()
			put1(t, elsewhere, "secret", "a token")
			put1(t, elsewhere, name, "a token")
			plant(t, dir, elsewhere)
			was := onDisk(t, elsewhere)
			for what, do := range map[string]func() error{
				"Write":   func() error { _, err := Write(dir, generated(t, after), WriteOptions{}); return err },
				"Recover": func() error { return Recover(dir) },
			} {
				if err := do(); err == nil {
					t.Errorf("%s takes it", what)
				}
			}
			if got := onDisk(t, elsewhere); !same(got, was) {
				t.Errorf("elsewhere there is %v, want %v", got, was)
			}
			if data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err == nil && strings.Contains(string(data), "token") {
				if info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err != nil || info.Mode().IsRegular() {
					t.Error("a file from elsewhere was moved here")
				}
			}
		})
	}
}

func TestADeviceInThePlaceOfAGeneratedFileIsNotRead(t *testing.T) {
	t.Parallel()
	for what, plant := range map[string]func(at string) error{
		"a device": func(at string) error { return os.Symlink("/dev/zero", at) },
		"a pipe":   func(at string) error { return syscall.Mkfifo(at, 0o600) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, "tiny", "blue"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := plant(filepath.Join(dir, "tiny", "blue", "main.tf")); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() {
				_, err := Write(dir, generated(t, after), WriteOptions{Check: true})
				ended <- err
			}()
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), "do not carry drover's header: tiny/blue/main.tf") {
					t.Errorf("it is answered with %v", err)
				}
			case <-time.After(time.Minute):
				t.Fatal("it is read for ever")
			}
		})
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}
