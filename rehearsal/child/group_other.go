//go:build !unix

package child

import (
	"os"
	"os/exec"
)

func detach(*exec.Cmd) {}

func terminate(pid int) { kill(pid) }

func killAlone(pid int) { kill(pid) }

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}
