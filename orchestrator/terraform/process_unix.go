//go:build unix

package terraform

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// detach gives a process a session, and so a process group, of its own.
func detach(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

var masking sync.Mutex // a mask is one for the whole process

// startPrivately starts a process whose files only their owner may read: a state holds secrets. What this process makes at
// the same moment is private too.
func startPrivately(command *exec.Cmd) error {
	masking.Lock()
	defer masking.Unlock()
	const others = 0o077
	defer syscall.Umask(syscall.Umask(others))
	return command.Start()
}

// tryLock takes the lock of an open file if nobody else has it.
func tryLock(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// alive is true if there is a process of that number.
func alive(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// interrupt asks a process to stop. One that is gone already has no need to be asked.
func interrupt(pid int) {
	if pid > 0 {
		_ = syscall.Kill(pid, syscall.SIGINT)
	}
}

// killGroup ends a process and all that it started. A group that is gone has no need to be killed.
func killGroup(pid int) {
	if pid > 0 {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}
