package queues

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// metrics show the latest measurement as it is, so a queue that is gone is gone
// from them too. There are at most MostQueues of each gauge.
type metrics struct {
	w        *Watcher
	all      []prometheus.Collector
	measured *prometheus.CounterVec
	dropped  prometheus.Counter

	depth       *prometheus.Desc
	inHand      *prometheus.Desc
	redelivered *prometheus.Desc
	oldest      *prometheus.Desc
	dead        *prometheus.Desc
	cut         *prometheus.Desc
}

func newMetrics(w *Watcher) *metrics {
	const ns = "throughline"
	queue := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(ns, "queue", name), help, []string{"system", "queue", "consumer"}, nil)
	}
	m := &metrics{
		w: w,
		measured: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Subsystem: "queue", Name: "measurements_total", Help: "Measurements of the broker's queues, by how they went.",
		}, []string{"result"}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: ns, Subsystem: "queue", Name: "rows_dropped_total", Help: "Rows that the store did not take in time.",
		}),
		depth:       queue("depth", "Messages that a stream holds, or that a consumer still has to confirm."),
		inHand:      queue("in_hand", "Messages that were handed out and are not confirmed."),
		redelivered: queue("redelivered", "Messages in hand that were handed out more than once, as far as the broker tells."),
		oldest:      queue("oldest_seconds", "Age of the oldest message that is not dealt with; 0 when there is none."),
		dead:        prometheus.NewDesc(ns+"_dead_letters", "Messages in a stream for those that nobody could deal with.", []string{"system", "queue"}, nil),
		cut:         prometheus.NewDesc(ns+"_queue_limit_exceeded", "1 while there are more streams and consumers than are measured.", nil, nil),
	}
	for _, result := range []string{"ok", "failed"} {
		m.measured.WithLabelValues(result)
	}
	m.all = []prometheus.Collector{m.measured, m.dropped, m}
	return m
}

// Describe sends the descriptions of the gauges.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.depth, m.inHand, m.redelivered, m.oldest, m.dead, m.cut} {
		ch <- d
	}
}

// Collect sends the latest measurement, unless it is too old to speak of now.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	latest, at := m.w.last()
	now := m.w.deps.Now()
	if at.IsZero() || now.Sub(at) > m.stale() {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, q := range latest.queues {
		gauge(m.depth, float64(q.Depth), q.System, q.Name, q.Consumer)
		gauge(m.inHand, float64(q.InHand), q.System, q.Name, q.Consumer)
		gauge(m.redelivered, float64(q.Redelivered), q.System, q.Name, q.Consumer)
		gauge(m.oldest, q.Age(now).Seconds(), q.System, q.Name, q.Consumer)
		if q.DeadLetter && q.Consumer == "" {
			gauge(m.dead, float64(q.Depth), q.System, q.Name)
		}
	}
	exceeded := 0.0
	if latest.cut {
		exceeded = 1
	}
	gauge(m.cut, exceeded)
}

// stale is the age at which a measurement is no longer shown as what is so now: a
// hiccup makes no gap, and an outage shows no figures of before.
func (m *metrics) stale() time.Duration { return max(time.Minute, 5*m.w.cfg.Every) }

func (m *metrics) register(r prometheus.Registerer) error {
	if r == nil {
		return nil
	}
	for i, c := range m.all {
		if err := r.Register(c); err != nil {
			for _, done := range m.all[:i] {
				r.Unregister(done)
			}
			return lineage.E(lineage.Internal, "queues", err)
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
