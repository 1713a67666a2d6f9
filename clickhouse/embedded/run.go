package embedded

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// supervisedEnv tells the engine's process that a supervisor holds the other end
// of its standard input, and that it has to go when that end closes.
const supervisedEnv = "THROUGHLINE_CLICKHOUSE_SUPERVISED"

// Run is the whole engine process: it serves until ctx ends, SIGTERM or SIGINT
// comes, or the supervisor that started it is gone. A nil error is a clean stop.
func Run(ctx context.Context, config Config, log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	if os.Getenv(supervisedEnv) != "" {
		ctx = untilClosed(ctx, os.Stdin)
	}
	registry := prometheus.NewRegistry()
	server, err := New(config, Deps{Logger: log, Metrics: registry, Scrape: promhttp.HandlerFor(registry, promhttp.HandlerOpts{})})
	if err != nil {
		return err
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return server.Stop(context.WithoutCancel(ctx))
}

// errOrphaned ends an engine whose supervisor is gone.
var errOrphaned = errors.New("the supervisor is gone")

// untilClosed returns a context that ends when nothing more can come from a pipe.
// A hanging stop cannot keep an orphan alive for ever.
func untilClosed(ctx context.Context, pipe io.Reader) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		cancel(errOrphaned)
		time.AfterFunc(30*time.Second, func() { os.Exit(1) })
	}()
	return ctx
}
