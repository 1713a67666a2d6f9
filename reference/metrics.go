package reference

import "github.com/prometheus/client_golang/prometheus"

// metrics are the pipeline's own, beside what its telemetry says.
type metrics struct {
	retries *prometheus.CounterVec
	dead    *prometheus.CounterVec
	faults  *prometheus.CounterVec
}

func newMetrics(r *Reference, registerer prometheus.Registerer) (*metrics, error) {
	vector := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "throughline_reference_" + name, Help: help}, []string{label})
	}
	m := &metrics{
		retries: vector("redeliveries_total", "Messages that NATS will deliver again because a consumer failed.", "consumer"),
		dead:    vector("dead_letters_total", "Messages that the other system has refused too often.", "consumer"),
		faults:  vector("faults_total", "Orders that a seeded fault has bitten.", "fault"),
	}
	read := func(of func(Progress) int) func() float64 {
		return func() float64 { return float64(of(r.Progress())) }
	}
	counter := func(name, help string, of func(Progress) int) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "throughline_reference_" + name, Help: help}, read(of))
	}
	for _, c := range []prometheus.Collector{
		m.retries, m.dead, m.faults,
		counter("opportunities_won_total", "Opportunities that the CRM has won.", func(p Progress) int { return p.Won }),
		counter("orders_total", "Orders that the ERP has taken in.", func(p Progress) int { return p.Ordered }),
		counter("orders_completed_total", "Orders that are delivered, billed and paid.", func(p Progress) int { return p.Completed }),
		counter("posts_refused_total", "Events and webhooks that the receiver will never take.", func(p Progress) int { return p.Refused }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "throughline_reference_posts_unsent", Help: "Events and webhooks that wait to be accepted.",
		}, read(func(p Progress) int { return p.Unsent })),
	} {
		if err := registerer.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}
