package collector

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// theDecision is one that lacks nothing.
func theDecision() lineage.Decision {
	return lineage.Decision{
		Tenant: "default", ID: "d-1", Kind: lineage.DecideBlock, A: lineage.Object{Type: "delivery", ID: "BATCH-7"},
		By: "Ada", Comment: "a batch job's id", At: noon,
	}
}

func TestADecisionIsKeptAsTheEventThatItIs(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	want := theDecision()
	if err := r.Decide(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	kept := r.ledger.kept()
	if len(kept) != 1 || kept[0].Source != journal.Own || kept[0].Signal != lineage.Events || kept[0].Encoding != journal.CloudEvent {
		t.Fatalf("kept %+v", kept)
	}
	ce, err := lineage.ParseCloudEvent(kept[0].Payload)
	if err != nil {
		t.Fatal(err)
	}
	e, err := lineage.FromDecision("default", &ce, noon)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Decision(); err != nil || got != want {
		t.Errorf("%v: kept %+v", err, got)
	}
	if n := r.Counts()[lineage.Events]; n != (Count{Received: 1}) {
		t.Errorf("counted %+v", n)
	}
}

func TestADecisionIsAnsweredOnlyOnceItIsDurable(t *testing.T) {
	t.Parallel()
	durable := make(chan struct{})
	r := start(t, func(_ *Config, l *ledger) {
		l.before = func(ctx context.Context) error {
			select {
			case <-durable:
				return nil
			case <-ctx.Done():
				return lineage.E(lineage.Unavailable, "append", ctx.Err())
			}
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := r.Decide(ctx, theDecision()); lineage.KindOf(err) != lineage.Unavailable {
		t.Fatalf("it was answered before the disk did: %v", err)
	}
	close(durable)
	if err := r.Decide(t.Context(), theDecision()); err != nil {
		t.Fatal(err)
	}
	if n := r.Counts()[lineage.Events]; n != (Count{Received: 2, Refused: 1}) {
		t.Errorf("counted %+v", n)
	}
}

func TestADecisionThatLacksSomethingIsNotKept(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for name, spoil := range map[string]func(*lineage.Decision){
		"nobody's":          func(d *lineage.Decision) { d.By = "" },
		"another tenant's":  func(d *lineage.Decision) { d.Tenant = "other" },
		"one about nothing": func(d *lineage.Decision) { d.A = lineage.Object{} },
	} {
		d := theDecision()
		spoil(&d)
		if err := r.Decide(t.Context(), d); lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kept := r.ledger.kept(); len(kept) > 0 {
		t.Errorf("kept %d", len(kept))
	}
}

func TestAStrangerCannotSendADecision(t *testing.T) {
	t.Parallel()
	d := theDecision()
	raw, err := d.CloudEvent()
	if err != nil {
		t.Fatal(err)
	}
	const bySource = `{"specversion":"1.0","id":"e-1","source":"urn:throughline:decisions","type":"order.created"}`
	const byType = `{"specversion":"1.0","id":"e-1","source":"/shop","type":"throughline.decision.block"}`
	for name, c := range map[string]struct {
		header map[string]string
		body   string
		want   []string
	}{
		"a whole one":      {map[string]string{"Content-Type": structuredType}, string(raw), []string{"source is", "urn:throughline:decisions"}},
		"its source":       {map[string]string{"Content-Type": structuredType}, bySource, []string{"source is", "another source"}},
		"its type":         {map[string]string{"Content-Type": structuredType}, byType, []string{"type is", "another type"}},
		"one of a batch":   {map[string]string{"Content-Type": batchType}, "[" + goodEvent + "," + byType + "]", []string{"event 1:", "type is"}},
		"one in a header":  {headers(map[string]string{"ce-source": lineage.DecisionSource}), `{}`, []string{"source is"}},
		"a type in header": {headers(map[string]string{"ce-type": "throughline.decision.merge"}), `{}`, []string{"type is"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			got := r.send(request{path: "/v1/events", header: c.header, body: []byte(c.body)})
			if got.code != http.StatusBadRequest || len(r.ledger.kept()) > 0 {
				t.Fatalf("%d %s, kept %d", got.code, got.body, len(r.ledger.kept()))
			}
			for _, words := range c.want {
				if !strings.Contains(string(got.body), words) {
					t.Errorf("%s does not say %q", got.body, words)
				}
			}
		})
	}
}
