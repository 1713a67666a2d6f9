package stitcher

import (
	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

type metrics struct {
	events     prometheus.Counter
	clashes    prometheus.Counter
	recomputed prometheus.Counter
	written    prometheus.Counter
	failures   prometheus.Counter
	resident   prometheus.Gauge
	held       prometheus.Gauge
	recalled   prometheus.Counter
	forgotten  prometheus.Counter
	duration   prometheus.Histogram
	recalls    prometheus.Histogram
	retries    *prometheus.CounterVec
	stages     map[string]bool // of the catalogue: what else events call a stage would be a label without bound
}

func newMetrics(r prometheus.Registerer, cat *lineage.Catalogue) (*metrics, error) {
	m := &metrics{
		stages: make(map[string]bool),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_retries_total", Help: "Events that report a try which failed and will be made again, by stage.",
		}, []string{"stage"}),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_events_total", Help: "Events taken into the graph since start.",
		}),
		clashes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_clashes_total", Help: "Events that lost to another content under the same identity.",
		}),
		recomputed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_recomputed_executions_total", Help: "Executions computed anew.",
		}),
		written: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_written_executions_total", Help: "Execution rows written to the store.",
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_store_failures_total", Help: "Writes and reads that the store refused; they are tried again.",
		}),
		resident: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "throughline_stitcher_resident_events", Help: "Events in the resident graph.",
		}),
		held: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "throughline_stitcher_held_back_objects", Help: "Objects that a guard or a decision holds back, as last looked for.",
		}),
		recalled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_recalled_events_total", Help: "Events that came back from the store into the resident graph.",
		}),
		forgotten: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_stitcher_forgotten_executions_total", Help: "Closed executions that the resident graph has let go of.",
		}),
		recalls: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "throughline_stitcher_recall_seconds", Help: "Time of one look into the store for evidence that is not resident.",
			Buckets: prometheus.ExponentialBuckets(0.001, 3, 9),
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "throughline_stitcher_recompute_seconds", Help: "Time of one recomputation.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}),
	}
	for _, c := range []prometheus.Collector{
		m.events, m.clashes, m.recomputed, m.written, m.failures, m.resident, m.held, m.duration, m.retries,
		m.recalled, m.forgotten, m.recalls,
	} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	for _, f := range cat.Flows() {
		for _, s := range f.Stages {
			m.stages[s.Name] = true
			m.retries.WithLabelValues(s.Name)
		}
	}
	return m, nil
}

// retried counts a try that will be made again.
func (m *metrics) retried(stage string) {
	if !m.stages[stage] {
		stage = "other"
	}
	m.retries.WithLabelValues(stage).Inc()
}
