package clickhouse

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the store counts.
type metrics struct {
	rows    *prometheus.CounterVec   // stored, by table
	inserts *prometheus.CounterVec   // by table and result
	seconds *prometheus.HistogramVec // of inserts, by table
	inDoubt prometheus.Counter       // blocks that had to be asked about
	spared  *prometheus.CounterVec   // rows that were found stored already, by table
}

func newMetrics(to prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_store_rows_total", Help: "Rows stored, by table.",
		}, []string{"table"}),
		inserts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_store_inserts_total", Help: "Inserts, by table and result (ok, failed).",
		}, []string{"table", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "throughline_store_insert_seconds", Help: "Duration of inserts, by table.",
			Buckets: prometheus.ExponentialBuckets(0.002, 2, 13),
		}, []string{"table"}),
		inDoubt: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_store_blocks_in_doubt_total", Help: "Blocks that the store was asked about before they were inserted again.",
		}),
		spared: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_store_rows_found_total", Help: "Rows of blocks in doubt that were stored already, by table.",
		}, []string{"table"}),
	}
	if to == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.rows, m.inserts, m.seconds, m.inDoubt, m.spared} {
		if err := to.Register(c); err != nil {
			return nil, wrap("clickhouse.New", err)
		}
	}
	return m, nil
}

func (m *metrics) inserted(table string, rows int, took time.Duration, err error) {
	m.seconds.WithLabelValues(table).Observe(took.Seconds())
	if err != nil {
		m.inserts.WithLabelValues(table, "failed").Inc()
		return
	}
	m.inserts.WithLabelValues(table, "ok").Inc()
	m.rows.WithLabelValues(table).Add(float64(rows))
}
