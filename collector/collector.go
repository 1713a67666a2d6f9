// Package collector is where the outside comes in: OTLP traces and logs over
// gRPC and HTTP, CloudEvents over HTTP.
//
//	socket ──▶ wire ──▶ inflater ──▶ scanner ──▶ journal ──▶ answer
//	           slow?    too large?   sound?      durable
//
// A request is answered with success only after the journal has said that its
// bytes are durable; until then nothing of it is kept anywhere else, and what
// all requests hold meanwhile is bounded by one budget.
package collector

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/time/rate"

	"throughline/lineage"
)

// Collector takes in OTLP and CloudEvents and answers for them. It is safe for
// concurrent use.
type Collector struct {
	cfg      Config
	deps     Deps
	budget   *budget
	guard    guard
	buffers  buffers
	inflater inflater
	metrics  *metrics
	server   *http.Server
	loud     rate.Sometimes // failures of ours are logged, but not ten thousand times a second

	mu     sync.Mutex
	addrs  Addrs
	served sync.WaitGroup
}

// Addrs are the addresses that are listened on, as host:port.
type Addrs struct{ OTLPHTTP, OTLPGRPC string }

// New makes a collector that does not listen yet.
func New(cfg Config, deps Deps) (*Collector, error) {
	if err := ready(&cfg, &deps); err != nil {
		return nil, err
	}
	c := &Collector{
		cfg:    cfg,
		deps:   deps,
		budget: newBudget(cfg.MaxInFlightBytes, cfg.AdmissionWait),
		guard:  newGuard(cfg.Token),
		loud:   rate.Sometimes{Interval: time.Second},
	}
	c.cfg.Token = ""
	c.inflater.buffers = &c.buffers
	var err error
	if c.metrics, err = newMetrics(deps.Registerer, c.budget); err != nil {
		return nil, lineage.E(lineage.Internal, "new collector", err)
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	c.server = &http.Server{
		Handler:           c,
		Protocols:         &protocols,
		ReadHeaderTimeout: cfg.HeaderTimeout,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    cfg.MaxHeader,
		ErrorLog:          slog.NewLogLogger(deps.Log.Handler(), slog.LevelWarn),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 256,
			SendPingTimeout:      cfg.IdleTimeout / 2,
			PingTimeout:          cfg.AnswerTimeout,
			WriteByteTimeout:     cfg.AnswerTimeout,
		},
	}
	return c, nil
}

// Start listens on both addresses and serves until Stop. It fails when an
// address is taken.
func (c *Collector) Start(ctx context.Context) error {
	web, err := c.listen(ctx, c.cfg.OTLPHTTP)
	if err != nil {
		return err
	}
	rpc, err := c.listen(ctx, c.cfg.OTLPGRPC)
	if err != nil {
		return errors.Join(err, web.Close())
	}
	c.mu.Lock()
	c.addrs = Addrs{OTLPHTTP: web.Addr().String(), OTLPGRPC: rpc.Addr().String()}
	c.mu.Unlock()
	for _, l := range []net.Listener{web, rpc} {
		c.served.Go(func() {
			if err := c.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				c.deps.Log.Error("the collector no longer listens", "address", l.Addr().String(), "error", err)
			}
		})
	}
	return nil
}

func (c *Collector) listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, lineage.E(lineage.Unavailable, "listen for telemetry", err)
	}
	return netutil.LimitListener(l, c.cfg.MaxConnections), nil
}

// Addrs returns the addresses that are listened on; they are empty before Start.
func (c *Collector) Addrs() Addrs {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.addrs
}

// Stop takes no new requests and waits for those that are being answered, until
// ctx ends; then they are cut. It may be called twice, and before Start.
func (c *Collector) Stop(ctx context.Context) error {
	err := c.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(lineage.E(lineage.Unavailable, "stop the collector", err), c.server.Close())
	}
	c.served.Wait()
	return err
}

// complain logs what the sender was told, loudly when it is our own doing.
func (c *Collector) complain(in *intake, err error) {
	log := func(level slog.Level) {
		c.deps.Log.Log(context.Background(), level, "request refused",
			"signal", in.signal.String(), "protocol", in.protocol, "items", in.items, "error", err)
	}
	switch lineage.KindOf(err) {
	case lineage.Unknown, lineage.Internal, lineage.Unavailable, lineage.Exhausted:
		c.loud.Do(func() { log(slog.LevelWarn) })
	default:
		log(slog.LevelDebug)
	}
}
