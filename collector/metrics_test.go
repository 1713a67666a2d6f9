package collector

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"throughline/lineage"
)

func TestEveryItemIsReceivedAndMaybeRefused(t *testing.T) {
	t.Parallel()
	full := false
	r := start(t, func(_ *Config, l *ledger) {
		l.before = func(context.Context) error {
			if full {
				return errors.New("full")
			}
			return nil
		}
	})
	traces := func(body []byte) {
		r.send(request{path: "/v1/traces", header: map[string]string{"Content-Type": protobuf}, body: body})
	}
	traces(spans(5, nil))
	traces([]byte{0xff})
	full = true
	traces(spans(3, nil))
	r.send(request{path: "/v1/events", header: map[string]string{"Content-Type": "text/html"}})
	r.send(request{path: "/nowhere"})

	if diff := cmp.Diff(map[lineage.Signal]Count{
		lineage.Traces: {Received: 9, Refused: 4},
		lineage.Logs:   {},
		lineage.Events: {Received: 1, Refused: 1},
	}, r.Counts()); diff != "" {
		t.Error(diff)
	}
	want := map[string]float64{
		"throughline_collector_received_total{signal=traces}":                       9,
		"throughline_collector_received_total{signal=logs}":                         0,
		"throughline_collector_received_total{signal=events}":                       1,
		"throughline_collector_refused_total{kind=invalid,signal=traces}":           1,
		"throughline_collector_refused_total{kind=unknown,signal=traces}":           3,
		"throughline_collector_refused_total{kind=invalid,signal=events}":           1,
		"throughline_collector_received_bytes_total{signal=traces}":                 float64(len(spans(5, nil)) + len(spans(3, nil)) + 1),
		"throughline_collector_received_bytes_total{signal=logs}":                   0,
		"throughline_collector_received_bytes_total{signal=events}":                 0,
		"throughline_collector_request_seconds{protocol=otlp/http,signal=traces}":   3,
		"throughline_collector_request_seconds{protocol=cloudevents,signal=events}": 1,
		"throughline_collector_turned_away_total{kind=not_found}":                   1,
		"throughline_collector_requests_in_flight{}":                                0,
		"throughline_collector_in_flight_bytes{}":                                   0,
	}
	if diff := cmp.Diff(want, r.gathered()); diff != "" {
		t.Error(diff)
	}
}

// gathered is every metric by its name and labels; of a histogram, its count.
func (r *rig) gathered() map[string]float64 {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	all := make(map[string]float64)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := family.GetName() + "{"
			for i, label := range m.GetLabel() {
				if i > 0 {
					name += ","
				}
				name += label.GetName() + "=" + label.GetValue()
			}
			all[name+"}"] = value(m)
		}
	}
	return all
}

func value(m *dto.Metric) float64 {
	return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
}
