package child

import (
	"os/exec"
	"syscall"
)

// detach gives the child a process group of its own and has the kernel kill it when its parent dies, however that
// happens.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
