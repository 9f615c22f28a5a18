package terraform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestATerraformWhoseDroverIsGoneIsFoundAndKilled(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	dir := filepath.Join(out, "shop", "blue")
	must(t, os.MkdirAll(dir, 0o700))
	root, _ := open(t, terraformBinary(t), dir, strings.ReplaceAll(survivor, "started", "begun"), RootOptions{})
	must(t, root.Init(t.Context()))
	if list, err := ListAtWork(out); err != nil || len(list) != 0 {
		t.Fatalf("before it works: %v, %v", list, err)
	}
	note := killedDrover(t, root, nil, "begun")
	list, err := ListAtWork(out)
	if err != nil || len(list) != 1 || list[0] != (AtWork{Root: root.dir, Command: "apply", PID: note.PID}) {
		t.Fatalf("at work: %+v, %v; want the apply of process %d", list, err, note.PID)
	}
	must(t, KillAtWork(t.Context(), out))
	await(t, "the end of Terraform and of what it started", func() bool { return !groupAlive(note.PID) })
	if list, err := ListAtWork(out); err != nil || len(list) != 0 {
		t.Errorf("afterwards: %v, %v", list, err)
	}
}
