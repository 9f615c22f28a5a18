//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// detach gives the child a process group of its own. These systems have no parent-death signal: what a crash
// leaves is swept by the next start.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
