package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/clickhouse"
	"throughline/collector/journal"
	"throughline/collector/pipeline"
	"throughline/lineage"
)

// filling writes a market into the store of a house that runs, past its journal and its
// stitcher: the same requests go through the same decoder and the same rules, a group
// of orders at a time, and the rows through the same appends. A house that is started
// on it afterwards finds what one has left that took it all in, under another journal's
// name, but for the clocks: those it makes itself, see settle.
type filling struct {
	market    market
	store     *clickhouse.Store
	catalogue *lineage.Catalogue
}

// filler is the name of the journal that the rows are from.
const filler = "filler"

// perBlock is how many orders come in one block: it is cut at 20,000 rows.
const perBlock = 2500

// fill writes the market into the store, by as many at a time as there are cores.
func fill(t testing.TB, c *child, m market) {
	t.Helper()
	token, err := os.ReadFile(filepath.Join(c.dir, tokenFile))
	if err != nil {
		t.Fatal(err)
	}
	f := filling{market: m}
	f.store, err = clickhouse.New(clickhouse.Config{DSN: "http://default:" + strings.TrimSpace(string(token)) + "@" + c.addr.ClickHouse}, clickhouse.Deps{})
	if err == nil {
		err = f.store.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.store.Stop(context.Background()) }()
	if f.catalogue, err = loadCatalogue(nil); err != nil {
		t.Fatal(err)
	}
	work := make(chan group)
	var workers sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range 2 {
		workers.Go(func() {
			decoder := pipeline.NewDecoder()
			for g := range work {
				if err := f.write(t, decoder, g); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	for _, g := range m.groups() {
		work <- g
	}
	close(work)
	workers.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
}

// group is some orders of one day. They come in as one block, and are paid as another.
type group struct {
	from, to     int
	booked, paid uint64 // the blocks' ids, which rise with the days
}

func (m market) groups() []group {
	var all []group
	perDay := m.perDay()
	blocks := (perDay + perBlock - 1) / perBlock // of a day, and as many payments of the day before
	for day := range m.days {
		end := min((day+1)*perDay, m.orders)
		for i := range blocks {
			from := day*perDay + i*perBlock
			if from >= end {
				break
			}
			id := uint64(2*blocks*day + i + 1)
			all = append(all, group{from, min(from+perBlock, end), id, id + uint64(3*blocks)})
		}
	}
	return all
}

// write stores a group: its two blocks, and the executions that they make.
func (f *filling) write(t testing.TB, decoder pipeline.Decoder, g group) error {
	graph := lineage.NewGraph(f.catalogue, "default")
	for _, part := range []struct {
		id   uint64
		came []arrival
	}{
		{g.booked, f.market.booked(t, g.from, g.to)},
		{g.paid, f.market.settled(t, g.from, g.to)},
	} {
		b, err := f.block(decoder, part.id, part.came)
		if err == nil {
			err = f.store.Append(t.Context(), b, false)
		}
		if err != nil {
			return err
		}
		for i := range b.Events {
			graph.Add(&b.Events[i])
		}
	}
	var live []*lineage.Execution
	for _, ref := range graph.Recompute() {
		live = append(live, graph.Execution(ref))
	}
	return f.store.SaveExecutions(t.Context(), "default", uint64(time.Now().UnixMicro()), live, nil)
}

// block makes what the pipeline makes of requests when nothing is sent twice.
func (f *filling) block(decoder pipeline.Decoder, id uint64, came []arrival) (*lineage.Block, error) {
	b := &lineage.Block{Writer: filler, ID: id}
	for _, a := range came {
		b.Day = a.at.Truncate(24 * time.Hour)
		rec := journal.Record{
			Type: journal.Data, Signal: lineage.Events, Encoding: journal.CloudEventBatch, Items: uint32(a.items),
			Tenant: "default", Source: "127.0.0.1", Ingested: a.at, Payload: a.body,
		}
		if a.path == "/v1/traces" {
			rec.Signal, rec.Encoding = lineage.Traces, journal.Protobuf
		}
		before := len(b.Events) + len(b.Spans)
		if err := decoder.Decode(&rec, f.catalogue, b); err != nil {
			return nil, err
		}
		if n := len(b.Events) + len(b.Spans) - before; n != a.items {
			return nil, fmt.Errorf("%s: %d of %d items were read", a.path, n, a.items)
		}
	}
	for i := range b.Events {
		b.Identifiers = append(b.Identifiers, f.catalogue.Identifiers(&b.Events[i])...)
	}
	return b, nil
}

// ready waits until a house says that it can be relied on.
func (c *child) ready(t testing.TB, within time.Duration) {
	t.Helper()
	eventually(t, within, func() error { return askReady(t.Context(), c.dir) })
}

// clocksPerOrder is how many deadlines the built-in catalogue has for an order.
const clocksPerOrder = 2

// settle waits until the house has made the clocks of a market, and until the store has
// them and what happened to them.
func (c *child) settle(t testing.TB, m market, within time.Duration) {
	t.Helper()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	deadline := time.After(within)
	for {
		met := query(t, c, "SELECT count() FROM throughline.clocks FINAL WHERE verdict = 'met'")
		if met == fmt.Sprint(clocksPerOrder*m.orders) {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("the store has %s clocks of %d orders after %s", met, m.orders, within)
		}
	}
}

func TestAStoreThatIsFilledWithRowsIsWhatTheHouseWouldHaveStored(t *testing.T) {
	orders, _ := many(60)
	m := newMarket(orders, 3, 5, time.Now())

	sent := startChild(t, filepath.Join(t.TempDir(), "sent"))
	sent.ready(t, time.Minute)
	var s sender
	s.address.Store(&sent.addr.OTLPHTTP)
	for day := range m.days + 1 { // in order, as it happened
		var requests []request
		for _, a := range m.onDay(t, day) {
			requests = append(requests, a.request)
		}
		if err := s.send(t.Context(), requests); err != nil {
			t.Fatal(err)
		}
	}
	sent.settle(t, m, time.Minute)

	filled := startChild(t, filepath.Join(t.TempDir(), "filled"))
	filled.ready(t, time.Minute)
	fill(t, filled, m)
	filled.stop(t)
	filled = startChild(t, filled.dir)
	filled.ready(t, time.Minute)
	filled.settle(t, m, time.Minute)

	for name, sql := range contents() {
		eventually(t, time.Minute, func() error {
			want, got := query(t, sent, sql), query(t, filled, sql)
			if want == "" || want != got {
				return fmt.Errorf("%s (-sent +filled): %s", name, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
			return nil
		})
	}
	for order := range m.orders {
		for _, path := range m.paths(order) {
			var want, got any
			if err := errors.Join(get(sent.addr.HTTP, path, &want), get(filled.addr.HTTP, path, &got)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-sent +filled): %s", path, diff)
			}
		}
	}
	sent.stop(t)
	filled.stop(t)
}

// onDay is what comes in on one day, counted from the first.
func (m market) onDay(t testing.TB, day int) (all []arrival) {
	for _, g := range m.groups() {
		switch g.from / m.perDay() {
		case day:
			all = append(all, m.booked(t, g.from, g.to)...)
		case day - 1:
			all = append(all, m.settled(t, g.from, g.to)...)
		}
	}
	return all
}

// contents are questions about all that is stored, but for when it came and in which block.
func contents() map[string]string {
	return map[string]string{
		"events":      "SELECT * EXCEPT (day, writer, block, row, ingested) FROM throughline.business_events ORDER BY ALL",
		"identifiers": "SELECT * EXCEPT (day, writer, block, row, trace_id), hex(trace_id) FROM throughline.identifiers ORDER BY ALL",
		"spans":       "SELECT * EXCEPT (day, writer, block, row, ingested, trace_id, span_id), hex(trace_id), hex(span_id) FROM throughline.spans ORDER BY ALL",
		"traces":      "SELECT hex(trace_id), min(first), max(last), max(finish), sum(spans), sum(errors) FROM throughline.traces GROUP BY trace_id ORDER BY ALL",
		"executions":  "SELECT * EXCEPT version FROM throughline.executions FINAL ORDER BY ALL",
	}
}

// paths are look-ups by every id of an order, and searches for it.
func (m market) paths(order int) []string {
	var all []string
	for _, typ := range m.types(order) {
		name := typ
		if typ == paymentTrace {
			name = lineage.TraceType
		}
		id := marketID(typ, order)
		all = append(all, "/api/v1/lineage/"+name+"/"+id, "/api/v1/search?q="+id)
	}
	return all
}

// types are the kinds of ids that an order has.
func (m market) types(order int) []string {
	all := []string{"opportunity", "quote", "order", "delivery", "invoice", lineage.CorrelationType, lineage.TraceType}
	if m.paid(order) {
		all = append(all, "payment", paymentTrace)
	}
	return all
}
