package collector

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Count is what became of one signal's items (spans, log records, events) since
// the start. An item of a request that could not be read far enough to count
// them stands for the whole request.
type Count struct {
	Received uint64 // all that arrived
	Refused  uint64 // those of them that were not acknowledged
}

type metrics struct {
	received *prometheus.CounterVec
	refused  *prometheus.CounterVec
	bytes    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	requests prometheus.Gauge
	away     *prometheus.CounterVec
	counts   map[lineage.Signal]*count // fixed keys, so read without a lock
}

type count struct{ received, refused atomic.Uint64 }

func newMetrics(reg prometheus.Registerer, b *budget) (*metrics, error) {
	m := &metrics{
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_collector_received_total",
			Help: "Spans, log records and events that arrived, refused ones included.",
		}, []string{"signal"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_collector_refused_total",
			Help: "Spans, log records and events that were refused, by the kind of failure.",
		}, []string{"signal", "kind"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_collector_received_bytes_total",
			Help: "Bytes of request bodies that were read whole, after decompression.",
		}, []string{"signal"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "throughline_collector_request_seconds",
			Help:    "Time from a request's header to its answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"signal", "protocol"}),
		requests: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "throughline_collector_requests_in_flight",
			Help: "Requests being taken in now.",
		}),
		away: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_collector_turned_away_total",
			Help: "Requests refused before their signal mattered: no token, no such address, a wrong method.",
		}, []string{"kind"}),
		counts: make(map[lineage.Signal]*count),
	}
	held := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "throughline_collector_in_flight_bytes",
		Help: "Memory reserved for the requests being taken in now.",
	}, func() float64 { return float64(b.inFlight()) })
	for _, s := range []lineage.Signal{lineage.Traces, lineage.Logs, lineage.Events} {
		m.counts[s] = new(count)
		m.received.WithLabelValues(s.String())
		m.bytes.WithLabelValues(s.String())
	}
	var errs []error
	for _, metric := range []prometheus.Collector{m.received, m.refused, m.bytes, m.seconds, m.requests, m.away, held} {
		errs = append(errs, reg.Register(metric))
	}
	return m, errors.Join(errs...)
}

// arrive counts the items of a request once they are known, so that what is
// stored is never ahead of what was received.
func (m *metrics) arrive(in *intake, items int) {
	in.counted = true
	m.counts[in.signal].received.Add(uint64(items))
	m.received.WithLabelValues(in.signal.String()).Add(float64(items))
}

// turnAway counts a request that never became an intake, and returns its error.
func (m *metrics) turnAway(err error) error {
	m.away.WithLabelValues(answerTo(lineage.KindOf(err)).name).Inc()
	return err
}

// visit is one request as the metrics see it.
type visit struct {
	metrics *metrics
	in      *intake
	began   time.Time
}

func (m *metrics) begin(in *intake) visit {
	m.requests.Inc()
	return visit{m, in, time.Now()}
}

// end counts the request; *err is how it ended.
func (v visit) end(err *error) {
	m, signal, items := v.metrics, v.in.signal, v.in.items
	m.requests.Dec()
	m.seconds.WithLabelValues(signal.String(), v.in.protocol).Observe(time.Since(v.began).Seconds())
	m.bytes.WithLabelValues(signal.String()).Add(float64(v.in.bytes))
	if *err == nil {
		return
	}
	items = max(items, 1)
	if !v.in.counted {
		m.arrive(v.in, items)
	}
	m.counts[signal].refused.Add(uint64(items))
	m.refused.WithLabelValues(signal.String(), answerTo(lineage.KindOf(*err)).name).Add(float64(items))
}

// Counts returns what became of every signal's items since the start. The
// numbers of one signal are read one after the other, refused first, so that
// received is never behind.
func (c *Collector) Counts() map[lineage.Signal]Count {
	counts := make(map[lineage.Signal]Count, len(c.metrics.counts))
	for signal, n := range c.metrics.counts {
		refused := n.refused.Load()
		counts[signal] = Count{Received: n.received.Load(), Refused: refused}
	}
	return counts
}
