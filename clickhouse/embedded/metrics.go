package embedded

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what the front does, in the engine's own process.
type metrics struct {
	statements *prometheus.CounterVec // by way: stream, insert, whole
	failures   *prometheus.CounterVec // by ClickHouse's code
	refused    prometheus.Counter
	cancelled  prometheus.Counter
	purges     prometheus.Counter
}

func newMetrics(to prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "throughline", Subsystem: "clickhouse", Name: name, Help: help})
	}
	vector := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "throughline", Subsystem: "clickhouse", Name: name, Help: help}, []string{label})
	}
	m := &metrics{
		statements: vector("statements_total", "Statements begun, by the way they are run.", "way"),
		failures:   vector("failures_total", "Statements that failed, by ClickHouse's error code.", "code"),
		refused:    counter("unauthenticated_total", "Calls without the right token."),
		cancelled:  counter("cancelled_total", "Statements killed because their client went away."),
		purges:     counter("memory_purges_total", "Times that unused memory was given back after a statement hit the cap."),
	}
	if to == nil {
		return m, nil
	}
	return m, register(to, m.statements, m.failures, m.refused, m.cancelled, m.purges)
}

func register(to prometheus.Registerer, collectors ...prometheus.Collector) error {
	var errs []error
	for _, c := range collectors {
		errs = append(errs, to.Register(c))
	}
	return errors.Join(errs...)
}
