package file_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/orchestrator/store"
	"drover/orchestrator/store/file"
	"drover/orchestrator/store/storetest"
)

func TestFilesAreAPlaceForAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) func() store.Objects {
		dir := filepath.Join(t.TempDir(), "shop", ".drover")
		return func() store.Objects { return file.Open(dir) }
	})
}

func TestFilesAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "store")
	o := file.Open(dir)
	if err := o.Create(t.Context(), "attachments/lock/green/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := o.Write(t.Context(), "heartbeats/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATemporaryFileOfACrashIsIgnoredAndRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := file.Open(dir)
	if err := o.Create(t.Context(), "journal/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	old, fresh := filepath.Join(dir, "journal", ".tmp-old"), filepath.Join(dir, "journal", ".tmp-fresh")
	for _, path := range []string{old, fresh} {
		if err := os.WriteFile(path, []byte("to"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	names, err := o.List(t.Context(), "journal/", "")
	if err != nil || len(names) != 1 {
		t.Errorf("listed %q, %v", names, err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("what a crash left two hours ago is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("what may still be written is gone: %v", err)
	}
}

func TestNothingIsLeftBesideTheValues(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := file.Open(dir)
	for range 3 {
		_ = o.Create(t.Context(), "journal/1", []byte("x")) // fails from the second time on
		if err := o.Write(t.Context(), "journal/2", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "journal"))
	if err != nil || len(entries) != 2 {
		t.Errorf("the directory has %v, %v", entries, err)
	}
}

func TestALinkThatLeadsOutOfTheDirectoryIsNotFollowed(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "1"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "journal")); err != nil {
		t.Fatal(err)
	}
	o := file.Open(dir)
	if data, err := o.Read(t.Context(), "journal/1"); err == nil {
		t.Errorf("read %q from outside", data)
	}
	if err := o.Create(t.Context(), "journal/2", []byte("x")); err == nil {
		t.Error("wrote outside")
	}
	if _, err := o.List(t.Context(), "journal/", ""); err == nil {
		t.Error("listed what is outside")
	}
	for _, name := range []string{"../x", "/etc/x", "", ".", "a//b", strings.Repeat("../", 9) + "x"} {
		if err := o.Write(t.Context(), name, []byte("x")); err == nil {
			t.Errorf("wrote a value named %q", name)
		}
	}
}
