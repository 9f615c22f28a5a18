//go:build unix

package child

import "syscall"

// The group may be gone already, which is what both want; there is nothing to do about another error.

// terminate asks the leader alone: what it has started is its own to end, and two signals are one too many for some.
func terminate(pid int) { _ = syscall.Kill(pid, syscall.SIGINT) }

func kill(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func killAlone(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }
