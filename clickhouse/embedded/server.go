package embedded

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

var _ http.Handler = (*Server)(nil)

// Deps are what a Server is given; all of them may be nil.
type Deps struct {
	Logger  *slog.Logger
	Metrics prometheus.Registerer
	// Scrape answers GET /metrics, behind the token; nil means 404.
	Scrape http.Handler
}

// Server is ClickHouse's HTTP interface before the engine of this process. There
// is one engine a process, so one started Server at a time.
type Server struct {
	config  Config
	log     *slog.Logger
	scrape  http.Handler
	gate    gate
	metrics *metrics
	readers lane
	writers lane

	mu     sync.Mutex
	engine *engine
	http   *http.Server
	addr   string
	abort  context.CancelFunc
	done   chan struct{}
}

// New checks the configuration. Nothing is opened before Start.
func New(config Config, deps Deps) (*Server, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	counts, err := newMetrics(deps.Metrics)
	if err != nil {
		return nil, err
	}
	return &Server{
		config:  config,
		log:     or(deps.Logger, slog.New(slog.DiscardHandler)),
		scrape:  deps.Scrape,
		gate:    newGate(config.Token),
		metrics: counts,
	}, nil
}

// Start opens the engine and then the port. It fails with Conflict when another
// engine has the directory open, and with NotFound when libchdb is missing.
func (s *Server) Start(ctx context.Context) error {
	const op = "embedded.Start"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return lineage.Errorf(lineage.Conflict, op, "the engine is already started")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return lineage.Errorf(lineage.Unavailable, op, "cannot listen: %w", err)
	}
	begun := time.Now()
	if s.engine, err = openEngine(s.config); err != nil {
		_ = listener.Close()
		return err
	}
	s.readers = newLane("readers", s.config.Readers, s.config.QueueTimeout)
	s.writers = newLane("writers", s.config.Writers, s.config.QueueTimeout)
	base, abort := context.WithCancel(context.WithoutCancel(ctx))
	s.abort, s.addr, s.done = abort, listener.Addr().String(), make(chan struct{})
	s.http = &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    mib, // parameters travel in the URL
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	front, done := s.http, s.done
	go func() {
		defer close(done)
		if err := front.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the engine's port is closed", "error", err)
		}
	}()
	s.log.Info("clickhouse is open", "path", s.config.Path, "addr", s.addr, "version", s.engine.version,
		"memory_limit", s.config.MemoryLimit, "took", time.Since(begun))
	return nil
}

// Addr is the bound address, host:port; empty before Start.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Stop lets running statements end for StopTimeout, or until ctx ends, kills
// those that are left, and closes the engine. Stopping twice is harmless.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http == nil {
		return nil
	}
	grace, cancel := context.WithTimeout(ctx, s.config.StopTimeout)
	defer cancel()
	err := s.http.Shutdown(grace)
	s.abort()
	if err != nil {
		// What is left is being killed; its sessions have to be closed first.
		s.readers.drain()
		s.writers.drain()
		_ = s.http.Close()
	}
	<-s.done
	s.engine.close()
	s.http = nil
	return nil
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/ping":
		answerText(w, "Ok.\n")
		return
	case r.URL.Path == "/metrics" && s.scrape != nil:
	case r.URL.Path != "/":
		http.Error(w, "There is no handle "+r.URL.Path+". Use / or /ping for health checks.", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "Send the statement by GET or POST.", http.StatusMethodNotAllowed)
		return
	case r.Method != http.MethodPost && r.URL.RawQuery == "":
		answerText(w, "Ok.\n")
		return
	}
	if refused := s.gate.admit(r); refused != nil {
		s.metrics.refused.Inc()
		s.fail(w, refused)
		return
	}
	if r.URL.Path == "/metrics" {
		s.scrape.ServeHTTP(w, r)
		return
	}
	s.answer(w, r)
}

// answer reads a statement, runs it, and sends what comes of it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	q, refused := readRequest(r)
	if q.id == "" {
		q.id = uuid.NewString()
	}
	header := w.Header()
	header.Set("X-ClickHouse-Query-Id", headerText(q.id))
	header.Set("X-ClickHouse-Server-Display-Name", "throughline")
	header.Set("X-ClickHouse-Timezone", s.engine.zone)
	if refused != nil {
		s.fail(w, refused)
		return
	}
	out := newOutput(w, &q)
	// A connection is used again; its next call has deadlines of its own.
	defer out.rest()
	c := &call{server: s, request: &q, writer: w, http: r, out: out}
	if err := c.run(r.Context()); err != nil {
		s.failed(c, err)
	}
}

func answerText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	_, _ = w.Write([]byte(text))
}
