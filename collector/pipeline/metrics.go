package pipeline

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// metrics are the pipeline's counters, and the accounting of Status.
type metrics struct {
	p        *Pipeline
	all      []prometheus.Collector
	blocks   prometheus.Counter
	rows     prometheus.Histogram
	inserts  prometheus.Histogram
	failures *prometheus.CounterVec
	replayed prometheus.Counter
	givenUp  prometheus.Counter

	items    *prometheus.Desc
	stitched *prometheus.Desc
	inFlight *prometheus.Desc
	lag      *prometheus.Desc
	pending  *prometheus.Desc
}

func newMetrics(p *Pipeline) *metrics {
	const ns, sub = "throughline", "pipeline"
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: ns, Subsystem: sub, Name: name, Help: help})
	}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(ns, sub, name), help, labels, nil)
	}
	m := &metrics{
		p:        p,
		blocks:   counter("blocks_total", "Blocks that were cut."),
		replayed: counter("blocks_replayed_total", "Blocks in doubt that were made again after a restart."),
		givenUp:  counter("blocks_given_up_total", "Blocks in doubt that did not come out the same and were cut anew."),
		rows: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: ns, Subsystem: sub, Name: "block_rows", Help: "Rows of a block over all tables.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 10),
		}),
		inserts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: ns, Subsystem: sub, Name: "insert_seconds", Help: "How long the store took for a block.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 12),
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Subsystem: sub, Name: "failures_total", Help: "Attempts that failed and are made again.",
		}, []string{"what"}),
		items:    desc("items_total", "Items since the journal began, by what became of them; received is their sum with those in flight.", "signal", "fate"),
		stitched: desc("stitched_events_total", "Events that are durable in the stitcher.", "signal"),
		inFlight: desc("in_flight", "Items that are acknowledged and have no fate yet.", "signal"),
		lag:      desc("lag_seconds", "Age of the oldest item in flight.", "signal"),
		pending:  desc("pending_blocks", "Blocks that are not stored yet."),
	}
	m.all = []prometheus.Collector{m.blocks, m.replayed, m.givenUp, m.rows, m.inserts, m.failures, m}
	return m
}

// Describe sends the descriptions of the accounting.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.items, m.stitched, m.inFlight, m.lag, m.pending} {
		ch <- d
	}
}

// Collect sends the accounting as it is now.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	s := m.p.Status()
	gauge(m.pending, float64(s.Pending))
	for _, g := range s.Signals {
		name := g.Signal.String()
		counter(m.items, g.Received, name, "received")
		counter(m.items, g.Stored, name, "stored")
		counter(m.items, g.Quarantined, name, "quarantined")
		counter(m.items, g.Deduplicated, name, "deduplicated")
		counter(m.stitched, g.Stitched, name)
		gauge(m.inFlight, float64(g.InFlight), name)
		gauge(m.lag, g.Lag.Seconds(), name)
	}
}

func (m *metrics) register(r prometheus.Registerer) error {
	if r == nil {
		return nil
	}
	for i, c := range m.all {
		if err := r.Register(c); err != nil {
			for _, done := range m.all[:i] {
				r.Unregister(done)
			}
			return lineage.E(lineage.Internal, "pipeline", err)
		}
	}
	return nil
}

func (m *metrics) unregister(r prometheus.Registerer) {
	if r == nil {
		return
	}
	for _, c := range m.all {
		r.Unregister(c)
	}
}

func (m *metrics) cut(d *draft) {
	m.blocks.Inc()
	m.rows.Observe(float64(d.block.Rows()))
}

func (m *metrics) inserted(took time.Duration, err error) {
	if err == nil {
		m.inserts.Observe(took.Seconds())
	}
}
