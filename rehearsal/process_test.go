package rehearsal

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"drover/rehearsal/child"
)

func TestCloseLeavesNoProcessAndNoGoroutine(t *testing.T) {
	t.Parallel()
	if out, err := inMode(t, "leave", t.TempDir()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestAKilledRehearsalLeavesNothingForTheNext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := inMode(t, "stay", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	moto, err := identityFrom(json.NewDecoder(out))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Domain: "crash.example.com", Dir: dir}); err == nil || !strings.Contains(err.Error(), "rehearses in") {
		t.Errorf("a second rehearsal in the same directory: %v, want to be told of the first", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed: the error says so
	c, err := Start(t.Context(), Options{Domain: "crash.example.com", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if moto.Alive() {
		t.Error("moto's server outlived the killed rehearsal and the start of the next")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, pidFile)); !os.IsNotExist(err) {
		t.Errorf("the pid file is left: %v", err)
	}
}

// dead is a process that has ended.
func dead(t *testing.T) child.Identity {
	t.Helper()
	p, err := child.Start(child.Command{Path: "/bin/sleep", Args: []string{"600"}})
	if err != nil {
		t.Fatal(err)
	}
	p.Stop()
	return p.Identity()
}

func TestSweepEndsWhatThePidFileNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	ours, err := child.Start(child.Command{Path: "/bin/sleep", Args: []string{"600"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ours.Stop)
	other, err := child.Start(child.Command{Path: "/bin/sleep", Args: []string{"600"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Stop)
	sameID := other.Identity()
	sameID.Started = "long ago" // its process id was used again since

	parent := t.TempDir()
	dir := filepath.Join(parent, "cloud-1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	h := home{dir: dir, pids: pids{Owner: dead(t), Children: []child.Identity{ours.Identity(), sameID}}}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	if err := sweepAll(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	if ours.Identity().Alive() {
		t.Error("a process that the crashed rehearsal left behind is alive")
	}
	if !other.Identity().Alive() {
		t.Error("a process that only has the same id was killed")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the crashed rehearsal's directory is left: %v", err)
	}
}

func TestTheNextStartInADirectoryRemovesTheControlPlanesThatACrashLeftThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	crashed := home{dir: dir, pids: pids{Owner: dead(t)}}
	if err := crashed.write(); err != nil {
		t.Fatal(err)
	}
	for file, stays := range map[string]bool{"kubernetes-1/etcd.log": false, "kubernetes-1/etcd/member/db": false, "kubernetes-manifests/shop.yaml": true, "infra/main.tf": true} {
		path := filepath.Join(dir, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if _, err := os.Stat(path); (err == nil) != stays {
				t.Errorf("%s stays: %v, want %v", file, err == nil, stays)
			}
		}()
	}
	if err := os.Mkdir(filepath.Join(dir, "kubernetes-2"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := openHome(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "kubernetes-[0-9]*")); err != nil || len(left) > 0 {
		t.Errorf("left of the crash: %v (%v)", left, err)
	}
}

func TestSweepLeavesARunningRehearsalAlone(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	self, err := child.Self()
	if err != nil {
		t.Fatal(err)
	}
	running, fresh := filepath.Join(parent, "running"), filepath.Join(parent, "fresh")
	for _, dir := range []string{running, fresh} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h := home{dir: running, pids: pids{Owner: self}}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	if err := sweepAll(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{running, fresh} {
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
}

func TestTwoCloudsAtOnceShareNothing(t *testing.T) {
	t.Parallel()
	var clouds [2]*Cloud
	for i, account := range []string{"111111111111", "222222222222"} {
		c, err := Start(t.Context(), Options{Domain: "two.example.com", Account: account, Bucket: "state", Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		clouds[i] = c
	}
	zone(t, clouds[0], "two.example.com")
	counts := [2]int{}
	for i, c := range clouds {
		list, err := c.Inventory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			if r.Kind == "hosted zone" {
				counts[i]++
			}
		}
		env := c.Env()
		if env["DROVER_BACKEND_CONFIG"] != "use_path_style=true" {
			t.Errorf("Terraform's backend is told %q", env["DROVER_BACKEND_CONFIG"])
		}
	}
	if counts != [2]int{1, 0} {
		t.Errorf("the clouds hold %v zones, want one in the first and none in the second", counts)
	}
	for _, c := range clouds {
		addresses := []string{c.dns.Addresses()[0], c.dns.Addresses()[1], c.hoarder.Address(), strings.TrimPrefix(c.proxy.URL(), "http://"), c.moto.URL().Host}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		for _, address := range addresses {
			conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address)
			if err == nil {
				_ = conn.Close()
				t.Errorf("%s answers after Close", address)
			}
		}
	}
}
