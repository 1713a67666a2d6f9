package journal

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// metrics are the journal's own counters. With no Registerer they count all the
// same, and nobody reads them.
type metrics struct {
	registerer prometheus.Registerer
	all        []prometheus.Collector

	records  prometheus.Counter
	written  prometheus.Counter
	commits  prometheus.Counter
	fsync    prometheus.Histogram
	refusals *prometheus.CounterVec
	damages  prometheus.Counter
	missing  prometheus.Counter
}

func newMetrics(j *Journal) (*metrics, error) {
	labels := prometheus.Labels{"journal": j.deps.Name}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "throughline", Subsystem: "journal", Name: name, Help: help, ConstLabels: labels,
		})
	}
	gauge := func(name, help string, read func(Stats) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "throughline", Subsystem: "journal", Name: name, Help: help, ConstLabels: labels,
		}, func() float64 { return read(j.Stats()) })
	}
	m := &metrics{
		registerer: j.deps.Registerer,
		records:    counter("records_total", "Records on disk for good."),
		written:    counter("written_bytes_total", "Bytes written."),
		commits:    counter("commits_total", "Groups of records that one fsync answered."),
		damages:    counter("damaged_bytes_total", "Bytes that the reader could make nothing of."),
		missing:    counter("lost_records_total", "Records that damage has cost."),
		fsync: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "throughline", Subsystem: "journal", Name: "fsync_seconds", ConstLabels: labels,
			Help: "How long an fsync took.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 12),
		}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "throughline", Subsystem: "journal", Name: "refused_total", ConstLabels: labels,
			Help: "Records refused: exhausted (no room, try later) or unavailable (the disk has failed).",
		}, []string{"reason"}),
	}
	m.all = []prometheus.Collector{
		m.records, m.written, m.commits, m.damages, m.missing, m.fsync, m.refusals,
		gauge("bytes", "Bytes of all segments.", func(s Stats) float64 { return float64(s.Bytes) }),
		gauge("bytes_max", "The bound at which records are refused.", func(s Stats) float64 { return float64(s.MaxBytes) }),
		gauge("segments", "Segment files.", func(s Stats) float64 { return float64(s.Segments) }),
		gauge("torn_bytes", "Bytes of unfinished writes cut off at start.", func(s Stats) float64 { return float64(s.Torn) }),
		gauge("failed", "1 when the disk has failed and nothing is accepted any more.", func(s Stats) float64 {
			if s.Err != nil {
				return 1
			}
			return 0
		}),
	}
	if m.registerer == nil {
		return m, nil
	}
	for i, c := range m.all {
		if err := m.registerer.Register(c); err != nil {
			m.all = m.all[:i]
			m.unregister()
			return nil, lineage.E(lineage.Internal, "journal", err)
		}
	}
	return m, nil
}

func (m *metrics) unregister() {
	if m.registerer == nil {
		return
	}
	for _, c := range m.all {
		m.registerer.Unregister(c)
	}
}

func (m *metrics) committed(records, bytes int, took time.Duration) {
	m.records.Add(float64(records))
	m.written.Add(float64(bytes))
	m.commits.Inc()
	m.fsync.Observe(took.Seconds())
}

func (m *metrics) refused(err error) {
	var e *lineage.Error
	if errors.As(err, &e) && e.Kind == lineage.Exhausted {
		m.refusals.WithLabelValues("exhausted").Inc()
		return
	}
	m.refusals.WithLabelValues("unavailable").Inc()
}

func (m *metrics) damage(bytes int64)  { m.damages.Add(float64(bytes)) }
func (m *metrics) lost(records uint64) { m.missing.Add(float64(records)) }
