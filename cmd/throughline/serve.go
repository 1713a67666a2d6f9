package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// stopWithin bounds a graceful stop: what is journalled is safe without it.
const stopWithin = 30 * time.Second

func newServe(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Take in, keep, stitch and show (the default)",
		Example: "  throughline serve --data /var/lib/throughline\n  THROUGHLINE_CLICKHOUSE=clickhouse://ch:9000/throughline throughline serve --catalog ./catalog",
		Args:    cobra.NoArgs,
	}
	o := addOptions(cmd.Flags(), false)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := o.load(console.Env)
		if err != nil {
			return err
		}
		return run(cmd.Context(), console, cfg, build)
	}
	return cmd
}

func newDemo(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Serve, and run the reference CRM→ERP pipeline against it",
		Example: "  throughline demo\n  throughline demo --rate 20 --data ./try",
		Args:    cobra.NoArgs,
	}
	o := addOptions(cmd.Flags(), true)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := o.load(console.Env)
		if err != nil {
			return err
		}
		cfg.Demo = true
		return run(cmd.Context(), console, cfg, build)
	}
	return cmd
}

// run holds the data directory, starts the house, says where it is, and stops
// it at the first signal. A second signal leaves at once.
func run(ctx context.Context, console Console, cfg Config, build func(Config, *slog.Logger) (house, error)) (err error) {
	log := newLogger(console.Err, cfg.LogFormat)
	dir, err := openDataDir(cfg.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if err := removeRunFile(cfg.Data); err != nil { // a killed run left it
		return err
	}
	h, err := build(cfg, log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, unix.SIGTERM)
	defer stop()
	defer func() { err = errors.Join(err, halt(h, log)) }()
	if err := h.Start(ctx); err != nil {
		if ctx.Err() != nil { // told to stop before it was up
			return nil
		}
		return fmt.Errorf("start: %w", err)
	}
	if err := announce(console, cfg, h.Addresses(), log); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeRunFile(cfg.Data)) }()
	return wait(ctx, h, log)
}

// announce publishes the bound addresses, in run.json and for whoever reads along.
func announce(console Console, cfg Config, a Addresses, log *slog.Logger) error {
	if err := writeRunFile(cfg.Data, a); err != nil {
		return err
	}
	log.Info("ready", "version", version, "http", a.HTTP, "otlp_http", a.OTLPHTTP, "otlp_grpc", a.OTLPGRPC,
		"clickhouse", a.ClickHouse, "config", cfg)
	return writeBanner(console.Out, cfg, a)
}

// wait returns at the first signal, or when a part of the house fails. SIGHUP
// reads the catalogue again.
func wait(ctx context.Context, h house, log *slog.Logger) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, unix.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-h.Failed():
			return err
		case <-hangup:
			reload(ctx, h, log)
		}
	}
}

func reload(ctx context.Context, h house, log *slog.Logger) {
	r, ok := h.(reloader)
	if !ok {
		log.Warn("this build cannot reload; restart to read the catalogue again")
		return
	}
	if err := r.Reload(ctx); err != nil {
		log.Error("the catalogue was not reloaded; the old one stays in force", "error", err)
		return
	}
	log.Info("the catalogue was reloaded")
}

// halt stops the house within bounds. The next signal while it does ends the
// process at once: what was acknowledged is in the journal.
func halt(h house, log *slog.Logger) error {
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, unix.SIGTERM)
	stopped := make(chan struct{})
	defer close(stopped)
	defer signal.Stop(again)
	go func() {
		select {
		case <-again:
			log.Warn("stopped at once by a second signal; nothing acknowledged is lost")
			os.Exit(130)
		case <-stopped:
		}
	}()
	began := time.Now()
	log.Info("stopping; a second signal leaves at once")
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := h.Stop(ctx); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	log.Info("stopped", "took", time.Since(began).Round(time.Millisecond))
	return nil
}
