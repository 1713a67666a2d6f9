package embedded

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// complete checks what is required and fills what is left open.
func (c SupervisorConfig) complete() (SupervisorConfig, error) {
	const op = "embedded.SupervisorConfig"
	if c.Path == "" {
		return c, lineage.Errorf(lineage.Invalid, op, "path is empty: name the engine's data directory")
	}
	if c.Executable == "" {
		executable, err := os.Executable()
		if err != nil {
			return c, lineage.Errorf(lineage.Internal, op, "cannot tell which program this is: %w", err)
		}
		c.Executable = executable
	}
	if c.Args == nil {
		c.Args = []string{"clickhouse", "--path", "{path}", "--listen", "{listen}"}
	}
	c.Listen, c.Token = or(c.Listen, "127.0.0.1:0"), or(c.Token, rand.Text())
	c.Backoff, c.MaxBackoff = or(c.Backoff, 100*time.Millisecond), or(c.MaxBackoff, 10*time.Second)
	c.StartTimeout, c.StopTimeout = or(c.StartTimeout, time.Minute), or(c.StopTimeout, 15*time.Second)
	if strings.ContainsAny(c.Token, "\x00\r\n") {
		return c, lineage.Errorf(lineage.Invalid, op, "the token has a line end or a NUL in it")
	}
	return c, nil
}

// Addr is the engine's address, host:port, the same after every restart; empty
// before Start.
func (s *Supervisor) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Token is what the engine's port asks for.
func (s *Supervisor) Token() string { return s.config.Token }

// PID is the process id of the engine, 0 while it is down.
func (s *Supervisor) PID() int {
	if c := s.child.Load(); c != nil {
		return c.cmd.Process.Pid
	}
	return 0
}

// DSN is what clickhouse-go opens the engine with, over HTTP.
func (s *Supervisor) DSN() string {
	dsn := url.URL{Scheme: "http", User: url.UserPassword(user, s.config.Token), Host: s.Addr(), Path: "/default"}
	return dsn.String()
}

// supervisorMetrics tell how the engine's process fares.
type supervisorMetrics struct {
	restarts prometheus.Counter
	up       prometheus.Gauge
}

func newSupervisorMetrics(to prometheus.Registerer) (*supervisorMetrics, error) {
	m := &supervisorMetrics{
		restarts: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "throughline", Subsystem: "clickhouse", Name: "restarts_total",
			Help: "Times that the embedded engine ended by itself and was started again.",
		}),
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "throughline", Subsystem: "clickhouse", Name: "up",
			Help: "1 while the embedded engine answers, else 0.",
		}),
	}
	if to == nil {
		return m, nil
	}
	return m, register(to, m.restarts, m.up)
}
