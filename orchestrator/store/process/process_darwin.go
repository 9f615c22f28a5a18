package process

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// system names this start of the kernel.
func system() string {
	session, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return session
}

// started is when a process began, or empty if that cannot be read.
func started(pid int) string {
	process, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return ""
	}
	began := process.Proc.P_starttime
	return strconv.FormatInt(began.Sec, 10) + "." + strconv.Itoa(int(began.Usec))
}
