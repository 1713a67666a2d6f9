package sweeper

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/slo"
)

type metrics struct {
	transitions *prometheus.CounterVec
	late        *prometheus.HistogramVec
	duration    prometheus.Histogram
	failures    *prometheus.CounterVec
}

func newMetrics(s *Sweeper, r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		transitions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_slo_transitions_total", Help: "What happened to clocks, by SLA and kind.",
		}, []string{"sla", "kind"}),
		late: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "throughline_slo_detection_seconds", Help: "Time between a deadline and the moment its breach was noticed.",
			Buckets: []float64{0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600, 86400},
		}, []string{"sla"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "throughline_slo_sweep_seconds", Help: "Time of one sweep.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_slo_failures_total", Help: "Commits to the ledger (record) and writes to ClickHouse (store) that failed; they are tried again.",
		}, []string{"op"}),
	}
	for _, c := range []prometheus.Collector{m.transitions, m.late, m.duration, m.failures, newGauges(s)} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) told(transitions []slo.Transition) {
	for i := range transitions {
		t := &transitions[i]
		m.transitions.WithLabelValues(t.Clock.SLA, string(t.Kind)).Inc()
		if t.Kind == slo.BreachKind {
			m.late.WithLabelValues(t.Clock.SLA).Observe(t.LateBy.Seconds())
		}
	}
}

// gauges reads the figures when they are asked for.
type gauges struct {
	s                     *Sweeper
	clocks, mark, judging *prometheus.Desc
}

func newGauges(s *Sweeper) *gauges {
	return &gauges{
		s:       s,
		clocks:  prometheus.NewDesc("throughline_slo_clocks", "Open clocks, by SLA: running (or on hold), breached, or provisional, a breach that a source which is behind may take back.", []string{"sla", "state"}, nil),
		judging: prometheus.NewDesc("throughline_slo_judging", "Whether deadlines are judged: 0 until all is known that was acknowledged before the start.", nil, nil),
		mark:    prometheus.NewDesc("throughline_slo_watermark_age_seconds", "How long ago the moment is up to which everything is known.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	out <- g.clocks
	out <- g.mark
	out <- g.judging
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	figures, _ := g.s.Figures(context.Background(), g.s.cfg.Tenant) // it fails for nobody
	for _, f := range figures {
		for state, n := range map[string]int{"running": f.Open - f.Breached - f.Waiting, "breached": f.Breached, "provisional": f.Waiting} {
			out <- prometheus.MustNewConstMetric(g.clocks, prometheus.GaugeValue, float64(n), f.SLA.Name, state)
		}
	}
	g.s.mu.Lock()
	mark, judging := g.s.mark, 0.0
	if g.s.caughtUp {
		judging = 1
	}
	g.s.mu.Unlock()
	out <- prometheus.MustNewConstMetric(g.judging, prometheus.GaugeValue, judging)
	if !mark.IsZero() {
		out <- prometheus.MustNewConstMetric(g.mark, prometheus.GaugeValue, g.s.deps.Now().Sub(mark).Seconds())
	}
}
