package rehearsal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/rehearsal/child"
)

// What a shell writes as drover would: to a file, again and again, also by a program that it starts.
const writer = `i=0; while true; do i=$((i+1)); if sh -c "echo $i >> $0" 2>/dev/null; then echo $i; else echo full; fi; sleep 0.05; done`

func TestNoFileGrowsOnAFullDisk(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	said := &tailWriter{}
	process, err := child.Start(child.Command{Path: "/bin/sh", Args: []string{"-c", "trap '' XFSZ; " + writer, file}, Stdout: said})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Stop)
	size := func() int64 {
		info, err := os.Stat(file)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	grows := func(what string) {
		before := size()
		within(t, 10*time.Second, what, func() (bool, string) { return size() > before, "not growing" })
	}
	grows("a file before the fault")
	b := &breaker{out: t.TempDir(), say: func(string, ...any) {}}
	b.drover.Store(process)
	blow, err := b.fillDisk()
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // a write under way when the fault came
	full := size()
	time.Sleep(500 * time.Millisecond) // ten writes
	if now := size(); now != full {
		t.Errorf("the file grew from %d to %d bytes on a full disk", full, now)
	}
	if blow.hits() != 1 {
		t.Errorf("%d processes were hit, want one", blow.hits())
	}
	if err := blow.end(); err != nil {
		t.Fatal(err)
	}
	grows("the file after the fault")
	process.Stop()
	if last := said.kept; !strings.Contains(string(last), "full") {
		t.Errorf("the writer did not notice: %s", last)
	}
}
