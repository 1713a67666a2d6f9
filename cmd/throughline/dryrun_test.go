package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// ordersBilled is a catalogue of orders and their invoices: where an invoice says which
// order it bills, and where an order says its own number.
func ordersBilled(billed, number string) string {
	return fmt.Sprintf(`kind: flow
name: sales
version: 1
anchor: order
ranks: {order: 0, invoice: 1}
stages:
  - {name: booked, type: order}
  - {name: billed, type: invoice}
---
kind: sla
name: billed-in-time
version: 1
title: Billed within a minute
flow: sales
subject: order
start: booked
stop: billed
target: 1m
---
kind: contract
type: shop.order.booked
version: 1
schema: {type: object, required: [%[2]s]}
map: {subject: {type: order, id: /%[2]s}, stage: booked, outcome: ok}
---
kind: contract
type: shop.invoice.posted
version: 1
map:
  subject: {type: invoice, id: /no}
  refs: [{type: order, id: %[1]s, role: bills}]
  stage: billed
  outcome: ok
`, billed, number)
}

// shopEvent is what a shop tells, an hour ago.
func shopEvent(id, typ, more string) string {
	at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"shop","type":%q,"time":%q%s}`, id, typ, at, more)
}

// sold posts an order, its invoice, and one order that tells its number as shops do of late.
func sold(t testing.TB, address string) {
	t.Helper()
	sent(t, address,
		shopEvent("1", "shop.order.booked", `,"data":{"no":"SO-1","number":"SO-1"}`),
		shopEvent("2", "shop.invoice.posted", `,"customerref":"SO-1","data":{"no":"I-1","customer":"C-7"}`),
		shopEvent("3", "shop.order.booked", `,"data":{"number":"SO-2"}`))
}

// taken waits until a house has stored and stitched what it was sent.
func taken(t testing.TB, address string, stitched, quarantined int) {
	t.Helper()
	eventually(t, 30*time.Second, func() error {
		var s apiStatus
		if err := get(address, "/api/v1/status", &s); err != nil {
			return err
		}
		if e := s.Signals["events"]; s.InFlight > 0 || e.Stitched < stitched || e.Quarantined != quarantined {
			return fmt.Errorf("%+v; want %d stitched and %d quarantined", s, stitched, quarantined)
		}
		return nil
	})
}

func TestADryRunTellsWhatACatalogueWouldChangeAndChangesNothing(t *testing.T) {
	inForce := catalogueDir(t, "sales.yaml", ordersBilled("/customer", "no"))
	tried := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "number"))
	p := startProgram(t, Config{Catalog: []string{inForce}})
	sold(t, p.collector.Addrs().OTLPHTTP)
	taken(t, p.web.Addr(), 2, 1)
	server := "http://" + p.web.Addr()
	code, out := command(t, "catalog", "dry-run", tried, "--server", server)
	for _, want := range []string{
		"replayed 3 pieces of evidence since ", ": 2 CloudEvents, 1 that are in quarantine, 0 spans and 0 log records\n",
		"transactions: 6 of 6 would be otherwise\n",
		"  sales order/erp:C-7: open at billed, 2 objects, 1 events → none\n",
		"  sales order/erp:SO-1: open at booked, 1 objects, 1 events → completed at billed, 2 objects, 2 events\n",
		"      + object invoice/erp:I-1\n",
		"  sales order/erp:SO-2: none → open at booked, 1 objects, 1 events\n",
		"deadlines: 2 of 2 would be otherwise\n",
		"  billed-in-time order/erp:SO-1: running, breached, due ",
		"quarantine: CloudEvents: 1 of 3 would be otherwise\n",
		"  shop 3, shop.order.booked: refused, /: missing property 'no' → taken\n",
	} {
		if code != exitChanges || !strings.Contains(out, want) {
			t.Errorf("exit %d; want %d and %q in\n%s", code, exitChanges, want, out)
		}
	}
	if code, out := command(t, "catalog", "dry-run", inForce, "--server", server); code != 0 || !strings.Contains(out, "nothing changes: 4 transactions and 1 deadlines are as they were") {
		t.Errorf("the catalogue that is in force: exit %d\n%s", code, out)
	}
	if code, out := command(t, "catalog", "dry-run", catalogueDir(t, "bad.yaml", "kind: flaw\n"), "--server", server); code != exitRefused || !strings.Contains(out, "bad.yaml:1:1") {
		t.Errorf("a bad catalogue: exit %d\n%s", code, out)
	}
	if code, out := command(t, "catalog", "dry-run", tried, "--server", server, "--limit", "1"); !strings.Contains(out, "stopped at the limit of 1: not all CloudEvents were replayed, and no CloudEvents in quarantine, no spans, no log records") {
		t.Errorf("at its limit: exit %d\n%s", code, out)
	}
	if code, out := command(t, "catalog", "dry-run", tried, "--server", "http://127.0.0.1:1"); code != exitUndone {
		t.Errorf("of a house that is away: exit %d\n%s", code, out)
	}
	var x apiExecution
	if err := one(p.web.Addr(), "SO-1", &x); err != nil || len(x.Objects) != 1 {
		t.Errorf("afterwards the order is %+v %v", x, err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, out = command(t, "catalog", "dry-run", tried, "--data", p.cfg.Data, "--config", configWith(t, inForce), "--json", "--first", "1")
	var answer dryRunAnswer
	raw, _, _ := strings.Cut(out, "\n")
	if err := json.Unmarshal([]byte(raw), &answer); err != nil {
		t.Fatalf("exit %d: %v in\n%s", code, err, out)
	}
	if code != exitChanges || answer.Replayed.Events != 2 || answer.Executions.Changed != 6 || len(answer.Executions.First) != 1 || answer.Quarantine.Changed != 1 || answer.Clocks.Changed != 2 {
		t.Errorf("of a house that does not run: exit %d: %+v", code, answer)
	}
}

// one finds the only execution of the flow sales that an order is in.
func one(address, order string, into *apiExecution) error {
	var answer apiLineage
	if err := get(address, "/api/v1/lineage/order/"+order+"?flow=sales", &answer); err != nil {
		return err
	}
	if len(answer.Executions) != 1 {
		return fmt.Errorf("%s is in %d executions", order, len(answer.Executions))
	}
	*into = answer.Executions[0]
	return nil
}

// configWith is a config file that names a catalogue.
func configWith(t *testing.T, dir string) string {
	t.Helper()
	return catalogueDir(t, "house.yaml", "catalog: ["+dir+"]\n") + "/house.yaml"
}
