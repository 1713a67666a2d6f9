package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Deps is what the web edge needs from the rest of the house.
type Deps struct {
	Lineage    Lineage                   // required
	Traces     Traces                    // required
	Quarantine Quarantine                // required
	Clocks     Clocks                    // required
	Incidents  Incidents                 // required
	Queues     Queues                    // required
	History    Judged                    // required
	Trends     Trends                    // required
	Variants   Variants                  // required
	Stitching  Stitching                 // required
	Traffic    Traffic                   // required
	Exports    Exports                   // required
	Status     StatusSource              // required
	Suppressed Suppressed                // required
	Texts      Texts                     // required
	Decisions  Decisions                 // required
	Guards     Guards                    // required
	Audit      Audit                     // required
	Absences   Absences                  // required
	Catalogue  func() *lineage.Catalogue // what is in force: flows, SLAs, and what people call sources and systems. Required
	Rules      Rules                     // optional: without it catalogues are neither shown nor put in force
	Ready      func() []string           // why the house is not ready, in sentences; none when it is. Required
	Registerer prometheus.Registerer     // required
	Gatherer   prometheus.Gatherer       // what /metrics shows. Required
	Log        *slog.Logger              // nil: discard
	Now        func() time.Time          // nil: time.Now
}

// Server serves the pages, the API and the live updates. Its methods may be
// called from many goroutines.
type Server struct {
	config  Config
	deps    Deps
	metrics *metrics
	assets  *assets
	hub     *hub
	seeks   chan struct{} // holds one for each search for what is missing
	zones   zoneBook
	server  *http.Server
	life    context.Context // ends at Stop
	end     context.CancelFunc

	mu       sync.Mutex
	listener net.Listener
	done     chan struct{} // closed when the listener's loop has ended
}

// New checks what is required and joins the parts; nothing runs and nothing
// listens until Start. Errors are of kind Invalid.
func New(c Config, d Deps) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, lineage.E(lineage.Invalid, "new web", err)
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	m, err := newMetrics(d.Registerer)
	if err != nil {
		return nil, lineage.E(lineage.Invalid, "new web", err)
	}
	a, err := newAssets()
	if err != nil {
		return nil, lineage.E(lineage.Internal, "new web", err)
	}
	s := &Server{config: c, deps: d, metrics: m, assets: a, seeks: make(chan struct{}, maxSeeks)}
	s.life, s.end = context.WithCancel(context.Background())
	s.hub = newHub(s.life, hubDeps{subscribe: d.Lineage.Subscribe, now: d.Now, metrics: m, log: d.Log, tenant: c.Tenant, most: c.MaxLive})
	s.server = &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(d.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

func (d Deps) check() error {
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"Lineage", d.Lineage == nil},
		{"Traces", d.Traces == nil},
		{"Quarantine", d.Quarantine == nil},
		{"Clocks", d.Clocks == nil},
		{"Incidents", d.Incidents == nil},
		{"Queues", d.Queues == nil},
		{"History", d.History == nil},
		{"Trends", d.Trends == nil},
		{"Variants", d.Variants == nil},
		{"Stitching", d.Stitching == nil},
		{"Traffic", d.Traffic == nil},
		{"Exports", d.Exports == nil},
		{"Status", d.Status == nil},
		{"Suppressed", d.Suppressed == nil},
		{"Texts", d.Texts == nil},
		{"Decisions", d.Decisions == nil},
		{"Guards", d.Guards == nil},
		{"Audit", d.Audit == nil},
		{"Absences", d.Absences == nil},
		{"Catalogue", d.Catalogue == nil},
		{"Ready", d.Ready == nil},
		{"Registerer", d.Registerer == nil},
		{"Gatherer", d.Gatherer == nil},
	} {
		if need.missing {
			return fmt.Errorf("the dependency %s is missing", need.name)
		}
	}
	return nil
}

// Start listens and serves until Stop. An address that is taken is Unavailable.
func (s *Server) Start(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return lineage.Errorf(lineage.Conflict, "start web", "it is running already")
	}
	if s.life.Err() != nil {
		return lineage.Errorf(lineage.Conflict, "start web", "it was stopped; make a new one")
	}
	l, err := net.Listen("tcp", s.config.Addr)
	if err != nil {
		return lineage.Errorf(lineage.Unavailable, "start web", "listen on %s: %w", s.config.Addr, err)
	}
	s.listener, s.done = l, make(chan struct{})
	for _, missing := range s.assets.missing {
		s.deps.Log.Warn("a browser asset is missing, so pages are not live", "asset", missing, "fix", assetsFix)
	}
	go s.serve(l, s.done)
	return nil
}

func (s *Server) serve(l net.Listener, done chan<- struct{}) {
	defer close(done)
	if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		s.deps.Log.Error("the web server has ended", "error", err)
	}
}

// Addr is the address that the server listens on, as host:port, and "" before
// Start.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Stop tells the live pages to come back later, lets running requests finish
// until ctx ends, and closes. What has not ended by then is left behind, and the
// error is Unavailable. It is safe to call twice, and before Start.
func (s *Server) Stop(ctx context.Context) error {
	s.end()
	s.mu.Lock()
	done := s.done
	s.mu.Unlock()
	var err error
	if done != nil {
		if err = s.server.Shutdown(ctx); err != nil {
			err = errors.Join(err, s.server.Close())
		}
		<-done
	}
	// After Shutdown, which does not know of live pages: now no more can come.
	if err = errors.Join(err, s.hub.wait(ctx)); err != nil {
		return lineage.Errorf(lineage.Unavailable, "stop web", "%w", err)
	}
	return nil
}
