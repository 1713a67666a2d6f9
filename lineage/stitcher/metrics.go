package stitcher

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	events     prometheus.Counter
	clashes    prometheus.Counter
	recomputed prometheus.Counter
	written    prometheus.Counter
	failures   prometheus.Counter
	resident   prometheus.Gauge
	duration   prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
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
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "throughline_stitcher_recompute_seconds", Help: "Time of one recomputation.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}),
	}
	for _, c := range []prometheus.Collector{
		m.events, m.clashes, m.recomputed, m.written, m.failures, m.resident, m.duration,
	} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}
