package embedded

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// SupervisorConfig says which process is the engine and how to keep it running.
type SupervisorConfig struct {
	// Executable and Args start the engine; of Args, "{path}" and "{listen}" are
	// replaced. Empty means this program with
	// clickhouse --path {path} --listen {listen}.
	Executable string
	Args       []string
	// Env is added to the child's environment, beside the token.
	Env []string
	// Path is the engine's directory.
	Path string
	// Listen is the engine's address; port 0 takes a free one, and keeps it.
	Listen string
	// Token is what the engine's port asks for; empty makes a random one.
	Token string
	// Backoff is the pause before a restart. It doubles up to MaxBackoff while the
	// engine ends again within ten seconds; 0 means 100 ms and 10 s.
	Backoff, MaxBackoff time.Duration
	// StartTimeout is how long the first start may take; 0 means 60 s.
	StartTimeout time.Duration
	// Patience is how long Start waits for an engine that a killed run left in the
	// directory and that is on its way out; 0 means not at all.
	Patience time.Duration
	// StopTimeout is how long the child may take to stop before it is killed; 0
	// means 15 s.
	StopTimeout time.Duration
}

// SupervisorDeps are what a Supervisor is given; all of them may be nil.
type SupervisorDeps struct {
	Logger  *slog.Logger
	Metrics prometheus.Registerer
	Now     func() time.Time
}

// Supervisor keeps the engine's process running: it starts it, waits until it
// answers, starts it again when it dies, and ends it. All methods are safe for
// concurrent use.
type Supervisor struct {
	config  SupervisorConfig
	log     *slog.Logger
	now     func() time.Time
	metrics *supervisorMetrics
	client  *http.Client
	child   atomic.Pointer[child]

	mu     sync.Mutex
	addr   string
	cancel context.CancelFunc
	done   chan struct{}
}

// NewSupervisor checks the configuration; nothing runs before Start.
func NewSupervisor(config SupervisorConfig, deps SupervisorDeps) (*Supervisor, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	s := &Supervisor{
		config: config,
		log:    or(deps.Logger, slog.New(slog.DiscardHandler)),
		now:    deps.Now,
		client: &http.Client{Timeout: time.Second, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.metrics, err = newSupervisorMetrics(deps.Metrics); err != nil {
		return nil, err
	}
	return s, nil
}

// Start starts the engine and returns when it answers. It fails at once, with
// what the engine said last, when the engine ends before that: a directory that
// another engine has open, a missing library.
func (s *Supervisor) Start(ctx context.Context) error {
	const op = "embedded.Supervisor.Start"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		return lineage.Errorf(lineage.Conflict, op, "the supervisor is already started")
	}
	s.outwait(ctx)
	addr, err := settle(ctx, s.config.Listen)
	if err != nil {
		return err
	}
	s.addr = addr
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	first, done := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		s.supervise(running, first)
	}()
	timeout := time.NewTimer(s.config.StartTimeout)
	defer timeout.Stop()
	select {
	case err = <-first:
	case <-ctx.Done():
		err = lineage.E(lineage.Unavailable, op, context.Cause(ctx))
	case <-timeout.C:
		err = lineage.Errorf(lineage.Unavailable, op, "the engine does not answer within %s", s.config.StartTimeout)
	}
	if err != nil {
		cancel()
		<-done
		return err
	}
	s.cancel, s.done = cancel, done
	return nil
}

// outwait waits, within patience, while another engine has the directory open. If
// it stays, the new one says so.
func (s *Supervisor) outwait(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for isOpen(s.config.Path) {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// Stop ends the engine and waits until it is gone: SIGTERM first, and the kill
// after StopTimeout or when ctx ends. Stopping twice is harmless.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	select {
	case <-s.done:
	case <-ctx.Done():
		s.kill()
		<-s.done
	}
	s.cancel = nil
	return nil
}

// supervise runs the engine again and again until ctx ends. The first time that it
// answers, or ends without having answered, goes to first.
func (s *Supervisor) supervise(ctx context.Context, first chan<- error) {
	// On Linux the child is tied to the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	pause := s.config.Backoff
	for started := false; ; {
		begun := s.now()
		err := s.once(ctx, func() {
			if !started {
				first <- nil
			}
			started = true
		})
		if ctx.Err() != nil {
			return
		}
		if !started {
			first <- err
			return
		}
		s.metrics.restarts.Inc()
		if s.now().Sub(begun) > 10*time.Second {
			pause = s.config.Backoff
		}
		s.log.Warn("the engine has ended and is started again", "error", err, "pause", pause)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, s.config.MaxBackoff)
	}
}

// once runs the engine until it ends, and tells when it answers.
func (s *Supervisor) once(ctx context.Context, answers func()) error {
	c, err := s.spawn()
	if err != nil {
		return err
	}
	s.child.Store(c)
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	defer func() {
		s.child.Store(nil)
		s.metrics.up.Set(0)
	}()
	probing, stop := context.WithCancel(ctx)
	defer stop()
	ready := s.probe(probing)
	for {
		select {
		case <-ready:
			ready = nil
			s.metrics.up.Set(1)
			s.log.Info("the engine answers", "addr", s.addr, "pid", c.cmd.Process.Pid)
			answers()
		case err := <-ended:
			return c.epitaph(err)
		case <-ctx.Done():
			return s.end(c, ended)
		}
	}
}

// probe returns a channel that closes when the engine's port answers.
func (s *Supervisor) probe(ctx context.Context) <-chan struct{} {
	ready := make(chan struct{})
	go func() {
		again := time.NewTicker(20 * time.Millisecond)
		defer again.Stop()
		for !s.answers(ctx) {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
		}
		close(ready)
	}()
	return ready
}

func (s *Supervisor) answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/ping", nil)
	if err != nil {
		return false
	}
	response, err := s.client.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// settle turns port 0 into a free port, so that the address outlives restarts.
func settle(ctx context.Context, listen string) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return "", lineage.Errorf(lineage.Unavailable, "embedded.settle", "the engine cannot listen: %w", err)
	}
	addr := listener.Addr().String()
	return addr, listener.Close()
}
