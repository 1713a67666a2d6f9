//go:build unix && !linux

package embedded

import "syscall"

// tied keeps a Ctrl-C for the parent alone. Where the kernel does not end orphans,
// the child goes when its standard input closes.
func tied() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
