package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"drover/orchestrator/journal"
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/child"
	"drover/rehearsal/fault"
)

// The modes that play the programs which faults kill.
const (
	asTerraform = "terraform" // starts a provider and waits
	asDrover    = "patient"   // killed once, it is done the second time
)

// playTerraform starts what looks like a provider, says its process number and waits.
func playTerraform(ctx context.Context, dir string) error {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		return err
	}
	data, err := os.ReadFile(sleep)
	if err != nil {
		return err
	}
	provider := filepath.Join(dir, "terraform-provider-played_v1")
	if err := os.WriteFile(provider, data, 0o700); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, provider, "600")
	cmd.ExtraFiles = []*os.File{os.NewFile(3, "record")} // providers inherit it too
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := fmt.Println(cmd.Process.Pid); err != nil { //nolint:forbidigo // another program's standard output
		return err
	}
	_ = cmd.Wait() // the test kills it
	time.Sleep(10 * time.Minute)
	return nil
}

// playDrover begins to build and waits to be killed; started again, it ends well.
func playDrover(dir string) error {
	say := func(e journal.Event) error { return json.NewEncoder(os.Stdout).Encode(e) }
	mark := filepath.Join(dir, "was-here")
	if _, err := os.Stat(mark); err == nil {
		return say(journal.Event{Kind: journal.RotationFinished, Outcome: journal.Done})
	}
	if err := errors.Join(os.WriteFile(mark, nil, 0o600), say(journal.Event{Kind: journal.PhaseStarted, Phase: "build"})); err != nil {
		return err
	}
	time.Sleep(10 * time.Minute)
	return nil
}

// played is a Terraform of a drover that is gone: in a session of its own, with the record's lock as its inheritance.
type played struct {
	out                 string
	terraform, provider child.Identity
}

func playedTerraform(t *testing.T, out string) played {
	t.Helper()
	work := filepath.Join(out, "shop", "green", ".terraform", "drover")
	if err := os.MkdirAll(work, 0o700); err != nil {
		t.Fatal(err)
	}
	record, err := os.Create(filepath.Join(work, "running.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = record.Close() }() // the process has its own
	if err := syscall.Flock(int(record.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, t.TempDir())
	cmd.Env = append(os.Environ(), modeVariable+"="+asTerraform)
	cmd.ExtraFiles = []*os.File{record}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may be gone already, which is what is wanted
		<-ended
	})
	var provider int
	if _, err := fmt.Fscan(stdout, &provider); err != nil {
		t.Fatalf("the played Terraform started no provider: %v", err)
	}
	go func() {
		defer close(ended)
		_ = cmd.Wait() // killed: the error says so
	}()
	if _, err := fmt.Fprintf(record, `{"pid":%d,"command":"apply","started":%q}`, cmd.Process.Pid, time.Now().Format(time.RFC3339)); err != nil {
		t.Fatal(err)
	}
	p := played{out: out}
	if p.terraform, err = child.Identify(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	if p.provider, err = child.Identify(provider); err != nil {
		t.Fatal(err)
	}
	return p
}

// struckBy makes faults happen without a cloud, and waits for what became of them.
func struckBy(t *testing.T, out string, drover *child.Process, texts ...string) []Struck {
	t.Helper()
	list, err := Faults(texts, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := &breaker{out: out, say: func(string, ...any) {}, start: time.Now(), phases: map[string]chan struct{}{}}
	b.drover.Store(drover)
	for i, in := range list {
		b.struck = append(b.struck, Struck{})
		b.inject(t.Context(), i, in)
	}
	return b.struck
}

func TestTerraformIsKilledAndItsProviderLives(t *testing.T) {
	t.Parallel()
	p := playedTerraform(t, t.TempDir())
	got := struckBy(t, p.out, nil, "terraform-killed")
	if p.terraform.Alive() || !p.provider.Alive() || got[0].Problem != "" || got[0].Hits != 1 {
		t.Errorf("Terraform lives: %v, its provider: %v; %+v", p.terraform.Alive(), p.provider.Alive(), got)
	}
}

func TestAProviderDiesAndItsTerraformLives(t *testing.T) {
	t.Parallel()
	p := playedTerraform(t, t.TempDir())
	got := struckBy(t, p.out, nil, "provider-dies")
	if p.provider.Alive() || !p.terraform.Alive() || got[0].Problem != "" || got[0].Hits != 1 {
		t.Errorf("the provider lives: %v, its Terraform: %v; %+v", p.provider.Alive(), p.terraform.Alive(), got)
	}
}

func TestTheNextStartEndsAnOrphanedTerraform(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir := filepath.Join(parent, "rehearsal-1")
	p := playedTerraform(t, filepath.Join(dir, rootsDir))
	h := home{dir: dir, pids: pids{Owner: dead(t)}}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	if err := sweepAll(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "the end of the orphaned Terraform and its provider", func() (bool, string) {
		return !p.terraform.Alive() && !p.provider.Alive(), fmt.Sprint(p.terraform.Alive(), p.provider.Alive())
	})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the crashed rehearsal's directory is left: %v", err)
	}
}

func TestTheSweepLeavesTheTerraformOfARunningRehearsalAlone(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir := filepath.Join(parent, "rehearsal-1")
	p := playedTerraform(t, filepath.Join(dir, rootsDir))
	self, err := child.Self()
	if err != nil {
		t.Fatal(err)
	}
	h := home{dir: dir, pids: pids{Owner: self}}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	if err := sweepAll(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	if !p.terraform.Alive() || !p.provider.Alive() {
		t.Error("the sweep ended a Terraform of a rehearsal that runs")
	}
}

// ofCloud is a fault that does not last as long as in the table: a test has no time for that.
func ofCloud(t *testing.T, text string, lasts time.Duration) fault.Injection {
	t.Helper()
	list, err := Faults([]string{text}, 1)
	if err != nil {
		t.Fatal(err)
	}
	list[0].Fault.Lasts = lasts
	return list[0]
}

func TestFaultsComeAtTheirTimeAndAreMended(t *testing.T) {
	t.Parallel()
	c := startCloud(t, Options{Domain: "faults.example.com", Dir: t.TempDir()})
	call := func() error {
		api := &awsapi.Client{Endpoint: c.proxy.URL(), Region: defaultRegion, HTTP: http.DefaultClient}
		return api.Query(t.Context(), "ec2", "2016-11-15", "DescribeVpcs", nil, nil)
	}
	ask := func() error { // whoever answers, even that it knows no such name, is up
		q, err := dialServer(t.Context(), "udp", c.dns.Addresses()[0])
		if err != nil {
			return err
		}
		defer q.close()
		_, err = q.ask("x.example.com", dnsmessage.TypeA)
		return err
	}
	if err := ask(); err != nil {
		t.Fatalf("before any fault: %v", err)
	}
	b := startBreaker(t.Context(), c, "", []fault.Injection{
		ofCloud(t, "credentials-expire@shift", 500*time.Millisecond), ofCloud(t, "dns-down@1ms", time.Hour), ofCloud(t, "green-500@destroy", time.Hour),
	}, func(string, ...any) {})
	if err := call(); err != nil {
		t.Errorf("before its phase: %v", err)
	}
	b.phaseStarted("build")
	b.phaseStarted("shift")
	b.phaseStarted("shift") // again, after drover was started again
	within(t, 10*time.Second, "expired credentials", func() (bool, string) { err := call(); return err != nil, fmt.Sprint(err) })
	within(t, 10*time.Second, "credentials that are valid again", func() (bool, string) { err := call(); return err == nil, fmt.Sprint(err) })
	within(t, 10*time.Second, "name servers that are down", func() (bool, string) { err := ask(); return err != nil, fmt.Sprint(err) })
	struck := b.stop()
	if s := struck[0]; s.Seconds < 0 || s.Hits == 0 || s.Lasted < 0.5 || s.When != "credentials-expire when shift begins" {
		t.Errorf("the first fault: %+v", s)
	}
	if s := struck[1]; s.Seconds < 0 || s.Hits == 0 {
		t.Errorf("the second fault: %+v", s)
	}
	if s := struck[2]; s.Seconds != -1 || s.Hits != 0 {
		t.Errorf("a fault whose phase never began: %+v", s)
	}
	if silent := (Summary{Outcome: journal.Done, Faults: struck}).Err(); silent == nil || !strings.Contains(silent.Error(), "green-500 when destroy begins was not injected") {
		t.Errorf("a rehearsal whose fault did not come is %v", silent)
	}
	if m := askServer(t, "udp", c.dns.Addresses()[0], "x.example.com", dnsmessage.TypeA); m.RCode != dnsmessage.RCodeRefused {
		t.Errorf("after the end, the name server answers\n%s", m.GoString())
	}
}

func TestDroverIsKilledAndStartedAgain(t *testing.T) {
	t.Setenv(modeVariable, asDrover)
	c := startCloud(t, Options{Domain: "killed.example.com", Dir: t.TempDir()})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &run{RunOptions: RunOptions{Binary: self, Progress: io.Discard}, cloud: c, out: dir, specFile: "cluster.yaml"}
	list, err := Faults([]string{"drover-killed@build"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	r.breaker = startBreaker(t.Context(), c, dir, list, r.say)
	events := &eventReader{begun: r.breaker.phaseStarted}
	if err := r.droverToTheEnd(t.Context(), events); err != nil {
		t.Errorf("drover, started again: %v", err)
	}
	if struck := r.breaker.stop(); struck[0].Hits != 1 || struck[0].Problem != "" {
		t.Errorf("the fault: %+v", struck)
	}
	if events.outcome != journal.Done {
		t.Errorf("the rotation is %q, want that of the drover that was started again", events.outcome)
	}
}

func TestACloudAloneTakesNoFaultOfDrovers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"aws-hangs@5s": true, "dns-stale": true, "aws-hangs@build": false, "drover-killed@5s": false, "disk-full": false} {
		list, err := Faults([]string{text}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := servable(list) == nil; got != want {
			t.Errorf("--serve takes %s: %v, want %v", text, got, want)
		}
	}
}

func TestAnAPIThatIsNotThereCannotBeSilent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"green-api-unreachable": false, "blue-api-unreachable@5s": false, "aws-hangs": true} {
		list, err := Faults([]string{text}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := silenceable(list, false) == nil; got != want {
			t.Errorf("without control planes, %s is taken: %v, want %v", text, got, want)
		}
		if err := silenceable(list, true); err != nil {
			t.Errorf("with control planes, %s: %v", text, err)
		}
	}
}
