package pipeline

import (
	"strings"
	"testing"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

func TestOnlyTheHouseItselfWritesDecisions(t *testing.T) {
	t.Parallel()
	want := lineage.Decision{
		Tenant: "default", ID: "d-1", Kind: lineage.DecideReject, Source: "/shop", EventID: "e-1", By: "Ada", Comment: "wrong order", At: time.Unix(9, 0).UTC(),
	}
	raw := must(want.CloudEvent())
	decode := func(source string, payload []byte) lineage.Block {
		var b lineage.Block
		rec := journal.Record{Tenant: "default", Source: source, Signal: lineage.Events, Encoding: journal.CloudEvent, Payload: payload}
		if err := NewDecoder().Decode(&rec, must(lineage.ParseCatalogue(nil)), &b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := decode(journal.Own, raw)
	if len(b.Events) != 1 || b.Events[0].Kind != lineage.DecisionEvent {
		t.Fatalf("read as %+v, quarantined %+v", b.Events, b.Quarantine)
	}
	if got, err := b.Events[0].Decision(); err != nil || got != want {
		t.Errorf("%v: %+v", err, got)
	}
	b = decode("cloudevents 10.0.0.7", raw)
	if len(b.Events) != 0 || len(b.Quarantine) != 1 || !strings.Contains(b.Quarantine[0].Reason, "source is") {
		t.Errorf("a forged one is read as %+v, quarantined %+v", b.Events, b.Quarantine)
	}
	b = decode(journal.Own, []byte(`{"specversion":"1.0","id":"1","source":"/shop","type":"order.created","subject":"order/1"}`))
	if len(b.Events) != 1 || b.Events[0].Kind != lineage.BusinessEvent {
		t.Errorf("what the house says of an order is read as %+v", b.Events)
	}
}
