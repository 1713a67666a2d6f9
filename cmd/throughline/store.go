package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"throughline/clickhouse"
	"throughline/clickhouse/embedded"
	"throughline/lineage"
)

// startStore starts the embedded engine, unless a server is named, and begins to
// connect. A server may be away: the journal takes in meanwhile.
func (p *Program) startStore(ctx context.Context) error {
	dsn := p.cfg.ClickHouse
	if dsn == "" {
		if err := p.startEngine(ctx); err != nil {
			return err
		}
		dsn = p.engine.DSN()
	}
	var err error
	p.store, err = clickhouse.New(clickhouse.Config{DSN: dsn, Database: databaseOf(p.cfg.ClickHouse)}, clickhouse.Deps{Log: p.log, Registerer: p.metrics})
	if err != nil {
		return err
	}
	p.onStop("store", p.store.Stop)
	p.loops.Go(p.connect)
	return nil
}

// databaseOf leaves the database to a server's DSN; the embedded engine's is ours.
func databaseOf(dsn string) string {
	if dsn == "" {
		return "throughline"
	}
	return ""
}

func (p *Program) startEngine(ctx context.Context) error {
	path, err := filepath.Abs(filepath.Join(p.cfg.Data, "clickhouse"))
	if err != nil {
		return err
	}
	token, err := keepToken(filepath.Join(p.cfg.Data, tokenFile))
	if err != nil {
		return err
	}
	p.engine, err = embedded.NewSupervisor(embedded.SupervisorConfig{
		Path: path, Listen: "127.0.0.1:0", Token: token, Patience: 20 * time.Second,
		Args: []string{"clickhouse", "--path", "{path}", "--listen", "{listen}", "--memory", p.cfg.Memory.String(), "--log-format", logFormat(os.Stderr, p.cfg.LogFormat)},
	}, embedded.SupervisorDeps{Logger: p.log, Metrics: p.metrics})
	if err != nil {
		return err
	}
	p.onStop("engine", p.engine.Stop)
	return p.engine.Start(ctx)
}

// tokenFile holds what the embedded engine's port asks for, so that its owner can
// query it with curl or Grafana: user default, and this as the password.
const tokenFile = "clickhouse.token"

// keepToken returns the token in a file, and makes one the first time.
func keepToken(path string) (string, error) {
	text, err := os.ReadFile(path)
	if token := strings.TrimSpace(string(text)); err == nil && token != "" {
		return token, nil
	}
	token := rand.Text()
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the engine's token: %w", err)
	}
	return token, nil
}

// connect migrates and opens the store, trying again for as long as it is away.
// Anything but being away is fatal: it would not get better.
func (p *Program) connect() {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := p.store.Migrate(p.life)
		if err == nil {
			err = p.store.Start(p.life)
		}
		switch {
		case err == nil || p.life.Err() != nil:
			return
		case !lineage.KindOf(err).Retryable():
			p.failed <- fmt.Errorf("clickhouse: %w", err)
			return
		}
		p.log.Warn("ClickHouse is not ready; what comes in waits in the journal", "error", err, "retry_in", wait)
		select {
		case <-p.life.Done():
			return
		case <-time.After(wait):
		}
	}
}

// hostOf is the host:port of a URL, without its secrets.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
