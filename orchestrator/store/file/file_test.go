package file_test

import (
	"fmt"
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

// A checkout may bring a store along, and a generate reads it.
func TestAStoreWithoutEndIsRefused(t *testing.T) {
	t.Parallel()
	many, big := t.TempDir(), t.TempDir()
	for _, dir := range []string{many, big} {
		if err := os.Mkdir(filepath.Join(dir, "journal"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	first := filepath.Join(many, "journal", "000000000001")
	for path, size := range map[string]int64{first: 1, filepath.Join(big, "journal", "000000000001"): 60 << 20} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100_001 {
		if err := os.Link(first, filepath.Join(many, "journal", fmt.Sprintf("%012d", i+2))); err != nil && i < 60_000 { // some have a limit of links
			t.Fatal(err)
		} else if err != nil {
			if err := os.WriteFile(filepath.Join(many, "journal", fmt.Sprintf("%012d", i+2)), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 5 { // links that lead to one large value
		if err := os.Symlink("000000000001", filepath.Join(big, "journal", fmt.Sprintf("%012d", i+2))); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{many, big} {
		names, err := file.Open(dir).List(t.Context(), "journal/", "")
		if err == nil || !strings.Contains(err.Error(), "journal has more than") || len(names) > 0 {
			t.Errorf("%d names, %v", len(names), err)
		}
	}
	// What is in packs does not count.
	names, err := file.Open(many).List(t.Context(), "journal/", "journal/000000050000")
	if err != nil || len(names) != 50_002 {
		t.Errorf("after record 50,000: %d names, %v", len(names), err)
	}
}
