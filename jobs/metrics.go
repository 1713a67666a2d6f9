package jobs

import "github.com/prometheus/client_golang/prometheus"

// register shows how far the re-mapping is.
func (r *Remap) register(to prometheus.Registerer) error {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "throughline", Subsystem: "remap", Name: name, Help: help}, value)
	}
	for _, c := range []prometheus.Collector{
		gauge("done", "Pieces of stored evidence that are mapped by the catalogue in force.", func() float64 { return float64(r.Remapping().Done) }),
		gauge("total", "Pieces of stored evidence that are to be mapped by it.", func() float64 { return float64(r.Remapping().Total) }),
		gauge("changed", "Of those that are done, how many are mapped otherwise than before.", func() float64 { return float64(r.Remapping().Changed) }),
		gauge("running", "Whether stored evidence is being mapped anew, 1 or 0.", func() float64 {
			if m := r.Remapping(); m.Catalogue != "" && m.FinishedAt.IsZero() {
				return 1
			}
			return 0
		}),
	} {
		if err := to.Register(c); err != nil {
			return err
		}
	}
	return nil
}
