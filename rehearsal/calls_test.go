package rehearsal

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestEachKindOfCallIsWrittenOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calls")
	c, err := openCalls(path)
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			c.add("terraform", "ec2", "CreateVpc")
			c.add("sdk", "ec2", "CreateVpc")
			c.add("sdk", "eks", "DescribeCluster")
		})
	}
	callers.Wait()
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(data), "\n"); lines != 3 || !strings.Contains(string(data), `{"caller":"terraform","service":"ec2","operation":"CreateVpc"}`) {
		t.Errorf("%d lines are written, want 3:\n%s", lines, data)
	}
}

// A record that lacks a call would say that no right is needed for it.
func TestCallsThatCannotBeWrittenFailAtTheEnd(t *testing.T) {
	t.Parallel()
	c, err := openCalls(filepath.Join(t.TempDir(), "calls"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.file.Close(); err != nil {
		t.Fatal(err)
	}
	c.add("terraform", "ec2", "CreateVpc")
	if err := c.close(); err == nil {
		t.Error("nobody is told that a call was not written")
	}
	if _, err := openCalls(filepath.Join(t.TempDir(), "missing", "calls")); err == nil {
		t.Error("a file in a directory that is not there was opened")
	}
}
