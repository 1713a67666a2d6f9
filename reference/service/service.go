package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// callTimeout bounds one HTTP exchange with anybody.
const callTimeout = 10 * time.Second

// Config says who a service is and where its neighbours are.
type Config struct {
	Name   string // service.name, and the name of its file of documents
	Source string // CloudEvents source of its events
	Listen string // host:port of its HTTP face; port 0 takes any. Empty: it has none
	Dir    string // folder of its documents
	OTLP   string // base URL of the OTLP/HTTP receiver; /v1/traces is appended
	Events string // base URL of the CloudEvents receiver; /v1/events is appended
}

// Deps are what a service is given.
type Deps struct {
	Log    *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now
	Bitten func(Fault)      // called when a fault has bitten an order, once; nil: nobody
}

// Service is one system of the pipeline: its documents, its HTTP face, its
// spans and its events. It stops as a whole and goes on where it stopped.
type Service struct {
	DB     *DB
	Agenda *Agenda
	Events *Events
	Log    *slog.Logger
	Now    func() time.Time
	Bitten func(Fault)

	cfg       Config
	mux       *http.ServeMux
	http      *http.Client
	transport *http.Transport
	tracing   *tracing
	tracer    trace.Tracer
	loops     []func(context.Context)

	listener net.Listener
	server   *http.Server
	cancel   context.CancelFunc
	running  sync.WaitGroup
	stopped  sync.Once
	stopErr  error
}

// New makes a service that does nothing yet. Add tables, handlers and loops,
// then Open it, then Run it.
func New(cfg Config, deps Deps) (*Service, error) {
	for what, value := range map[string]string{"Name": cfg.Name, "Source": cfg.Source, "Dir": cfg.Dir, "OTLP": cfg.OTLP, "Events": cfg.Events} {
		if value == "" {
			return nil, fmt.Errorf("service %s: %s is missing", cfg.Name, what)
		}
	}
	cfg.OTLP, cfg.Events = baseURL(cfg.OTLP), baseURL(cfg.Events)
	s := &Service{cfg: cfg, mux: http.NewServeMux(), Log: deps.Log, Now: deps.Now, Bitten: deps.Bitten}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.Log = s.Log.With("service", cfg.Name)
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Bitten == nil {
		s.Bitten = func(Fault) {}
	}
	s.DB = NewDB(filepath.Join(cfg.Dir, cfg.Name+".jsonl"))
	s.Agenda = NewAgenda(s.Now)
	s.Events = newEvents(s, cfg.Source, cfg.Events+"/v1/events")
	s.Go(s.Agenda.Run)
	s.Go(s.Events.Run)
	return s, nil
}

// Go adds a loop that runs until the service stops.
func (s *Service) Go(loop func(context.Context)) { s.loops = append(s.loops, loop) }

// Open reads the documents back, starts tracing and binds the address.
func (s *Service) Open(ctx context.Context) error {
	s.transport = &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}
	s.http = &http.Client{Transport: s.transport, Timeout: callTimeout}
	if err := s.DB.Open(); err != nil {
		return err
	}
	var err error
	if s.tracing, err = newTracing(ctx, s.cfg.Name, s.cfg.OTLP, s.transport); err != nil {
		return err
	}
	s.tracer = s.tracing.Tracer("throughline/reference")
	if s.cfg.Listen == "" {
		return nil
	}
	s.listener, err = net.Listen("tcp", s.cfg.Listen)
	return err
}

// Run answers HTTP and starts the loops.
func (s *Service) Run() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for _, loop := range s.loops {
		s.running.Go(func() { loop(ctx) })
	}
	if s.listener == nil {
		return
	}
	s.server = &http.Server{Handler: s.mux, ReadHeaderTimeout: callTimeout, IdleTimeout: time.Minute}
	s.running.Go(func() {
		if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("HTTP stopped", "err", err)
		}
	})
}

// Stop ends the loops and the HTTP face and sends the spans that are left, until
// ctx ends. Events that are still unsent are posted after the next Open.
func (s *Service) Stop(ctx context.Context) error {
	s.stopped.Do(func() { s.stopErr = s.end(ctx) })
	return s.stopErr
}

func (s *Service) end(ctx context.Context) error {
	var err error
	if s.cancel != nil {
		s.cancel()
	}
	switch {
	case s.server != nil:
		if err = s.server.Shutdown(ctx); err != nil {
			err = errors.Join(err, s.server.Close())
		}
	case s.listener != nil:
		err = s.listener.Close()
	}
	s.running.Wait()
	if s.tracing != nil {
		err = errors.Join(err, s.tracing.stop(ctx))
	}
	if s.transport != nil {
		s.transport.CloseIdleConnections()
	}
	return errors.Join(err, s.DB.Close())
}

// Addr returns the bound host:port, or "" before Open or without HTTP.
func (s *Service) Addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// URL returns http:// and Addr.
func (s *Service) URL() string { return "http://" + s.Addr() }

// baseURL takes host:port or a URL, with or without a slash at its end.
func baseURL(address string) string {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	return strings.TrimRight(address, "/")
}
