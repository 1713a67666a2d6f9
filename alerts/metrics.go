package alerts

import (
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// metrics count what happens, and read what stands from the memory.
type metrics struct {
	a             *Alerts
	all           []prometheus.Collector
	opened        *prometheus.CounterVec
	resolved      *prometheus.CounterVec
	notifications *prometheus.CounterVec

	incidents *prometheus.Desc
	waiting   *prometheus.Desc
	oldest    *prometheus.Desc
	untold    *prometheus.Desc
}

func newMetrics(a *Alerts) *metrics {
	const ns = "throughline"
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: ns, Name: name, Help: help}, labels)
	}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(ns, "", name), help, labels, nil)
	}
	m := &metrics{
		a:             a,
		opened:        counter("incidents_opened_total", "Incidents that opened since start, also those that were over when they were noticed.", "sla"),
		resolved:      counter("incidents_resolved_total", "Incidents that were resolved since start, by why.", "sla", "resolution"),
		notifications: counter("notifications_total", "Attempts to tell a receiver: failed ones are made again, undeliverable ones are not; dropped is the end of what it never took as firing.", "receiver", "result"),
		incidents:     desc("incidents", "Incidents that fire: acknowledged, or firing with nobody who looks after them.", "sla", "state"),
		waiting:       desc("notifications_waiting", "Notices that a receiver is owed."),
		oldest:        desc("notification_oldest_seconds", "Age of the oldest notice that a receiver is owed; 0 without any."),
		untold:        desc("incidents_untold", "Incidents that fire and that a receiver refused to hear of."),
	}
	for _, f := range []fate{delivered, failed, undeliverable, dropped} {
		m.notifications.WithLabelValues(receiver, string(f))
	}
	m.all = []prometheus.Collector{m.opened, m.resolved, m.notifications, m}
	return m
}

func (m *metrics) notified(f fate) { m.notifications.WithLabelValues(receiver, string(f)).Inc() }

// Describe sends the descriptions of what stands.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.incidents, m.waiting, m.oldest, m.untold} {
		ch <- d
	}
}

// Collect sends what stands now.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	m.a.mu.Lock()
	firing := map[standing]int{}
	waiting, untold, oldest := 0, 0, time.Duration(0)
	if memory := m.a.memory; memory != nil {
		maps.Copy(firing, memory.firing)
		untold = memory.untoldFiring()
		if waiting = len(memory.outbox); waiting > 0 {
			oldest = max(0, m.a.deps.Now().Sub(time.Unix(0, memory.outbox[0].at)))
		}
	}
	m.a.mu.Unlock()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for s, n := range firing {
		state := "firing"
		if s.acknowledged {
			state = "acknowledged"
		}
		gauge(m.incidents, float64(n), s.name, state)
	}
	gauge(m.waiting, float64(waiting))
	gauge(m.oldest, oldest.Seconds())
	gauge(m.untold, float64(untold))
}

func (m *metrics) register(r prometheus.Registerer) error {
	for i, c := range m.all {
		if err := r.Register(c); err != nil {
			for _, done := range m.all[:i] {
				r.Unregister(done)
			}
			return lineage.E(lineage.Internal, "register alerts metrics", err)
		}
	}
	return nil
}

func (m *metrics) unregister(r prometheus.Registerer) {
	for _, c := range m.all {
		r.Unregister(c)
	}
}
