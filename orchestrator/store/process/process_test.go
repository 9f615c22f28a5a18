package process_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"drover/orchestrator/store"
	"drover/orchestrator/store/process"
)

func TestMain(m *testing.M) {
	if os.Getenv("PROCESS_TEST_SELF") != "" {
		_, _ = os.Stdout.WriteString(process.Self())
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func self(t *testing.T) store.Holder {
	t.Helper()
	name := process.Self()
	if name == "" {
		t.Fatal("this process has no name on this system")
	}
	return store.Holder{PID: os.Getpid(), Process: name}
}

func TestARunningProcessHasNotEnded(t *testing.T) {
	t.Parallel()
	if process.Ended(self(t)) {
		t.Error("this process is taken for ended")
	}
}

func TestAProcessThatWasWaitedForHasEnded(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program)
	command.Env = append(os.Environ(), "PROCESS_TEST_SELF=1")
	name, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !process.Ended(store.Holder{PID: command.Process.Pid, Process: string(name)}) {
		t.Errorf("process %d, %q, is not taken for ended", command.Process.Pid, name)
	}
}

func TestAnotherProcessOfTheSameNumberDoesNotStandInForTheHolder(t *testing.T) {
	t.Parallel()
	h := self(t)
	h.Process = h.Process[:strings.LastIndexByte(h.Process, ' ')] + " 1"
	if !process.Ended(h) {
		t.Error("a process whose number is used again is not taken for ended")
	}
}

func TestNothingIsKnownOfProcessesElsewhere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "x", "another-boot pid:[1] 1", " "} {
		if process.Ended(store.Holder{PID: 1 << 30, Process: name}) {
			t.Errorf("%q is taken for ended", name)
		}
	}
}
