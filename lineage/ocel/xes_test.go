package ocel_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/lineage/ocel"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestAFlowIsWrittenAsXES(t *testing.T) {
	t.Parallel()
	order := lineage.Object{Type: "order", System: "erp", ID: "4711"}
	shared := &lineage.Event{
		Source: "/ship", ID: "9", Type: "package.sent", Time: today.Add(time.Hour + 1500*time.Microsecond), Stage: `sent "fast" & <safe>`,
		Refs: []lineage.Ref{{Object: order, Role: lineage.Mentions}},
	}
	var b bytes.Buffer
	x := ocel.NewXES(&b, "sales")
	x.Trace(&lineage.Execution{Flow: "sales", Anchor: order, State: lineage.StateOpen, Events: []*lineage.Event{
		{
			Source: "/erp", ID: "1", Type: "order.booked", Time: today, Stage: "ordered", Outcome: lineage.OutcomeRetrying, Attempt: 2, Reason: "Busy.",
			Amount: lineage.Money{Minor: -1250, Currency: "EUR"},
			Refs:   []lineage.Ref{{Object: order, Role: lineage.Subject}, {Object: lineage.Object{Type: "payment", ID: "P-1"}, Role: "pays", Amount: lineage.Money{Minor: 500, Currency: "JPY"}}},
		},
		{Source: "otel:erp", ID: "ab-cd", Kind: lineage.SpanEvent, Type: "POST /invoices", Time: today.Add(time.Minute), Outcome: lineage.OutcomeFailed},
		shared,
	}})
	x.Trace(&lineage.Execution{Flow: "sales", Anchor: lineage.Object{Type: "package", ID: "P\x01 1"}, State: lineage.StateObserved, Unanchored: true, Truncated: true, Events: []*lineage.Event{shared}})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	golden := "testdata/flow.xes"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("it is not as in %s (write it anew with -update):\n%s", golden, b.Bytes())
	}
	for d := xml.NewDecoder(bytes.NewReader(want)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("it is no XML: %v", err)
		}
	}
}

func TestWritingEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	x := ocel.NewXES(full{}, "sales")
	for range 2000 {
		x.Trace(&lineage.Execution{})
	}
	if err := x.Close(); err == nil {
		t.Error("a full disk is not noticed")
	}
	l := &ocel.Log{ObjectTypes: make([]ocel.Type, 5000)}
	if err := ocel.Encode(full{}, l); err == nil {
		t.Error("a full disk is not noticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
