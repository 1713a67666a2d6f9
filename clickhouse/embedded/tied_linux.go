package embedded

import "syscall"

// tied makes the kernel kill the child when the thread that starts it ends, and
// so with this process; and keeps a Ctrl-C for the parent alone.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
