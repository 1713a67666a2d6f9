package embedded

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"throughline/lineage"
)

// child is one run of the engine's process.
type child struct {
	cmd  *exec.Cmd
	pipe io.Closer // the child's standard input: it goes when this end closes
	said *tail
}

// spawn starts the engine's process.
func (s *Supervisor) spawn() (*child, error) {
	const op = "embedded.spawn"
	fill := strings.NewReplacer("{path}", s.config.Path, "{listen}", s.addr)
	args := make([]string, len(s.config.Args))
	for i, arg := range s.config.Args {
		args[i] = fill.Replace(arg)
	}
	c := &child{said: &tail{to: os.Stderr}}
	c.cmd = exec.Command(s.config.Executable, args...)
	c.cmd.Env = append(os.Environ(), s.config.Env...)
	c.cmd.Env = append(c.cmd.Env, TokenEnv+"="+s.config.Token, supervisedEnv+"=1")
	c.cmd.Stdout, c.cmd.Stderr = c.said, c.said
	c.cmd.SysProcAttr = tied()
	pipe, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, lineage.E(lineage.Internal, op, err)
	}
	c.pipe = pipe
	if err := c.cmd.Start(); err != nil {
		return nil, lineage.Errorf(lineage.Internal, op, "cannot start the engine: %w", err)
	}
	return c, nil
}

// end asks a child to stop and kills it when it takes too long.
func (s *Supervisor) end(c *child, ended <-chan error) error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(s.config.StopTimeout)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		s.log.Warn("the engine does not stop in time and is killed", "timeout", s.config.StopTimeout)
		_ = c.cmd.Process.Kill()
		return <-ended
	}
}

// kill ends the child without asking.
func (s *Supervisor) kill() {
	if c := s.child.Load(); c != nil {
		_ = c.cmd.Process.Kill()
	}
}

// epitaph says how a child ended, with its last words.
func (c *child) epitaph(err error) error {
	reason := "it stopped by itself"
	if err != nil {
		reason = err.Error()
	}
	if words := c.said.words(); words != "" {
		reason = fmt.Sprintf("%s: %s", reason, words)
	}
	return lineage.Errorf(lineage.Unavailable, "embedded.Supervisor", "the engine has ended: %s", reason)
}

// tail passes on what a child writes and keeps the end of it.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 2 << 10
	t.mu.Lock()
	t.last = append(t.last, p...)
	if excess := len(t.last) - most; excess > 0 {
		t.last = append(t.last[:0], t.last[excess:]...)
	}
	t.mu.Unlock()
	return t.to.Write(p)
}

func (t *tail) words() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}
