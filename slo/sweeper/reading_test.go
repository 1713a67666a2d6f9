package sweeper

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
	"throughline/slo"
)

func TestTransitionsWaitForAStoreThatIsAwayAndForEveryReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		r.store.mu.Lock()
		r.store.away = true
		r.store.mu.Unlock()
		r.booked("1", time.Now())
		tick(10 * time.Minute)
		r.store.mu.Lock()
		r.store.away = false
		r.store.mu.Unlock()
		tick(time.Minute)
		if got := r.store.history("1"); !slices.Equal(got, []string{"started", "breached 1s"}) {
			t.Fatalf("after the outage the store has %v", got)
		}
		ctx := context.Background()
		read, err := r.sweeper.After(ctx, 0, 10)
		if err != nil || len(read) != 2 {
			t.Fatalf("the other reader finds %d transitions: %v", len(read), err)
		}
		if err := r.sweeper.Done(ctx, "alerts", read[1].Seq); err != nil {
			t.Fatal(err)
		}
		left, err := r.sweeper.ledger.read(0, 10)
		if err != nil || len(left) != 0 {
			t.Errorf("%d transitions are kept that everybody has read: %v", len(left), err)
		}
		if _, err := r.sweeper.After(ctx, 99, 10); lineage.KindOf(err) != lineage.NotFound {
			t.Errorf("a place that the ledger never came to: %v", err)
		}
	})
}

func TestMoneyAtRiskIsToldByCurrencyAndEndsWithTheBreach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := invoicedWithin(time.Minute)
		again.Name = "invoiced-too"
		r := newRig(t, invoicedWithin(time.Minute), again)
		defer r.kill()
		for i, m := range []lineage.Money{{Minor: 100, Currency: "EUR"}, {Minor: 250, Currency: "EUR"}, {Minor: 900, Currency: "JPY"}, {}} {
			id := fmt.Sprint(i)
			r.order(id).Members[0].Amount = m
			r.booked(id, time.Now())
		}
		tick(2 * time.Minute)
		f, _ := r.sweeper.Figures(context.Background(), "default")
		want := map[string]lineage.Money{"EUR": {Minor: 350, Currency: "EUR"}, "JPY": {Minor: 900, Currency: "JPY"}}
		if diff := cmp.Diff(slo.Risk{Amounts: want, Unpriced: 1}, f[0].Risk); diff != "" || f[0].Breached != 4 || f[1].Breached != 4 {
			t.Errorf("%+v %s", f[0], diff)
		}
		if diff := cmp.Diff(f[0].Risk, slo.Total(f)); diff != "" {
			t.Errorf("an order that missed two deadlines is counted twice: %s", diff)
		}
		r.invoiced("1", time.Now())
		tick(2 * time.Second)
		f, _ = r.sweeper.Figures(context.Background(), "default")
		if f[0].Risk.Amounts["EUR"].Minor != 100 || f[0].Missed != 1 {
			t.Errorf("after an invoice: %+v", f[0])
		}
	})
}

func TestTheFiguresAreMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, invoicedWithin(time.Minute))
		defer r.kill()
		registry := prometheus.NewRegistry()
		registry.MustRegister(newGauges(r.sweeper))
		r.booked("1", time.Now())
		r.booked("2", time.Now().Add(10*time.Minute))
		tick(2 * time.Minute)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				name := f.GetName()
				for _, l := range m.GetLabel() {
					name += " " + l.GetValue()
				}
				got[name] = m.GetGauge().GetValue()
			}
		}
		delete(got, "throughline_slo_watermark_age_seconds")
		want := map[string]float64{
			"throughline_slo_clocks invoiced running": 1, "throughline_slo_clocks invoiced breached": 1, "throughline_slo_clocks invoiced provisional": 0,
			"throughline_slo_judging": 1,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
