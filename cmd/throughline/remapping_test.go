package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// remapping is how far a house says that it is.
type remapping struct {
	State, Catalogue                                string
	Done, Total, Changed, Refused, Released, Unkept int
}

// mappedBy waits until all that a house has is mapped by the catalogue that is in force.
func mappedBy(t testing.TB, address string) (m remapping) {
	t.Helper()
	eventually(t, 3*time.Minute, func() error {
		hash, _, err := theHash(address)
		if err == nil {
			err = get(address, "/api/v1/catalogue/remap", &m)
		}
		if err == nil && (m.State != "done" || m.Catalogue != hash) {
			err = fmt.Errorf("%+v; want all of it mapped by %s", m, hash)
		}
		return err
	})
	return m
}

// whole tells whether an order of the flow sales has everything that it should.
func whole(address, order, state string, want ...string) func() error {
	return func() error {
		var x apiExecution
		if err := one(address, order, &x); err != nil {
			return err
		}
		if got := x.names(); x.State != state || !slices.Equal(got, want) {
			return fmt.Errorf("%s is %s with %v; want %s with %v", order, x.State, got, state, want)
		}
		return nil
	}
}

func TestAnOrderWhoseReferenceWasMappedWronglyIsRightAfterTheCatalogueIsPromoted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "house")
	wrong := catalogueDir(t, "sales.yaml", ordersBilled("/customer", "no"))
	right := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "number"))
	c := startChild(t, dir, "--catalog", wrong)
	sold(t, c.addr.OTLPHTTP)
	taken(t, c.addr.HTTP, 2, 1)
	eventually(t, 30*time.Second, whole(c.addr.HTTP, "SO-1", "open", "order/SO-1"))
	server := "http://" + c.addr.HTTP
	if code, out := command(t, "catalog", "promote", right, "--server", server, "--by", "Ada", "--comment", "invoices name their order in an attribute", "--force"); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	// What was refused is among them: the order that tells its number as shops do of late.
	if m := mappedBy(t, c.addr.HTTP); m.Done != 3 || m.Total != 3 || m.Changed != 1 || m.Released != 1 || m.Refused != 0 || m.Unkept != 0 {
		t.Errorf("mapped anew are %+v", m)
	}
	right1 := whole(c.addr.HTTP, "SO-1", "completed", "invoice/I-1", "order/SO-1")
	eventually(t, 30*time.Second, right1)
	eventually(t, 30*time.Second, whole(c.addr.HTTP, "SO-2", "open", "order/SO-2"))
	metrics, err := http.Get(server + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	text := readAll(t, metrics)
	for _, want := range []string{"throughline_remap_done 3\n", "throughline_remap_running 0\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %q", want)
		}
	}
	if got := query(t, c, "SELECT count(), uniqExact(source, id) FROM throughline.business_events WHERE kind = 'event'"); got != "3\t3" {
		t.Errorf("stored are %q events; want 3, each once", got)
	}
	eventually(t, 30*time.Second, func() error {
		if got := query(t, c, "SELECT anchor_id, state FROM throughline.executions FINAL WHERE flow = 'sales' AND gone = 0 ORDER BY anchor_id"); got != "SO-1\tcompleted\nSO-2\topen" {
			return fmt.Errorf("the store has the executions\n%s", got)
		}
		return nil
	})
	c.kill(t)
	c = startChild(t, dir, "--catalog", wrong)
	eventually(t, time.Minute, whole(c.addr.HTTP, "SO-1", "completed", "invoice/I-1", "order/SO-1"))
	eventually(t, time.Minute, whole(c.addr.HTTP, "SO-2", "open", "order/SO-2"))
	// A decision can be undone, and so can what followed.
	ids, err := askDecisions(c.addr.HTTP)
	if err != nil || len(ids) != 1 {
		t.Fatalf("decisions are %v %v", ids, err)
	}
	decides(t, c.addr.HTTP, fmt.Sprintf(`{"kind":"revoke","revokes":%q,"by":"Bob","comment":"wrong after all"}`, ids[0]))
	eventually(t, time.Minute, whole(c.addr.HTTP, "SO-1", "open", "order/SO-1"))
	if m := mappedBy(t, c.addr.HTTP); m.Refused != 1 || m.Changed != 2 {
		t.Errorf("undone are %+v", m)
	}
	c.stop(t)
}

func TestARemappingThatIsKilledGoesOnAndNothingIsLostOrDoubled(t *testing.T) {
	const orders = 3000
	dir := filepath.Join(t.TempDir(), "house")
	wrong := catalogueDir(t, "sales.yaml", ordersBilled("/customer", "no"))
	right := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "no"))
	c := startChild(t, dir, "--catalog", wrong)
	sell := func(from, to int) {
		for ; from < to; from += 500 {
			var batch []string
			for i := from; i < min(to, from+500); i++ {
				batch = append(batch, shopEvent(fmt.Sprint("o", i), "shop.order.booked", fmt.Sprintf(`,"data":{"no":"SO-%d"}`, i)),
					shopEvent(fmt.Sprint("i", i), "shop.invoice.posted", fmt.Sprintf(`,"customerref":"SO-%d","data":{"no":"I-%d","customer":"C-%d"}`, i, i, i%9)))
			}
			response, err := http.Post("http://"+c.addr.OTLPHTTP+"/v1/events", "application/cloudevents-batch+json", strings.NewReader("["+strings.Join(batch, ",")+"]"))
			if err != nil {
				t.Fatal(err)
			}
			if readAll(t, response); response.StatusCode/100 != 2 {
				t.Fatal(response.Status)
			}
		}
	}
	sell(0, orders)
	taken(t, c.addr.HTTP, 2*orders, 0)
	if code, out := command(t, "catalog", "promote", right, "--server", "http://"+c.addr.HTTP, "--by", "Ada", "--comment", "an attribute", "--force"); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	for life := range 4 {
		sell(orders+life*500, orders+life*500+500) // live traffic goes on
		eventually(t, time.Minute, func() error {
			var m remapping
			if err := get(c.addr.HTTP, "/api/v1/catalogue/remap", &m); err != nil {
				return err
			}
			if m.State != "done" && m.Done < 2000*life {
				return fmt.Errorf("%+v; want it in the middle", m)
			}
			return nil
		})
		c.kill(t)
		c = startChild(t, dir, "--catalog", wrong)
	}
	const all = orders + 4*500
	mappedBy(t, c.addr.HTTP)
	eventually(t, time.Minute, func() error {
		got := query(t, c, "SELECT state, count() FROM throughline.executions FINAL WHERE flow = 'sales' AND gone = 0 GROUP BY state")
		if want := fmt.Sprint("completed\t", all); got != want {
			return fmt.Errorf("the store has the executions %q; want %q", got, want)
		}
		return nil
	})
	if got, want := query(t, c, "SELECT count(), uniqExact(source, id) FROM throughline.business_events WHERE kind = 'event'"), fmt.Sprintf("%d\t%d", 2*all, 2*all); got != want {
		t.Errorf("stored are %q events; want %q", got, want)
	}
	for _, i := range []int{0, orders - 1, orders, all - 1} {
		eventually(t, time.Minute, whole(c.addr.HTTP, fmt.Sprint("SO-", i), "completed", fmt.Sprint("invoice/I-", i), fmt.Sprint("order/SO-", i)))
	}
	if _, err := os.Stat(filepath.Join(dir, "remap.json")); err != nil {
		t.Error(err)
	}
	c.stop(t)
}

// readAll reads an answer to its end.
func readAll(t testing.TB, answer *http.Response) string {
	t.Helper()
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// spanOf is an OTLP request with one span that says an order's number in a way of its own.
func spanOf(name, key, value string) string {
	return fmt.Sprintf(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{
		"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":%q,"startTimeUnixNano":"%d","endTimeUnixNano":"%d",
		"attributes":[{"key":%q,"value":{"stringValue":%q}}]}]}]}]}`, name, time.Now().Add(-time.Minute).UnixNano(), time.Now().UnixNano(), key, value)
}

func TestASpanThatSaidNothingOfAnOrderIsItsEventAfterTheCatalogueIsPromoted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "house")
	deaf := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "no"))
	hears := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "no")+
		"---\nkind: contract\nsignal: span\ntype: ship\nversion: 1\nmap: {subject: {type: invoice, id: shop.parcel}, refs: [{type: order, id: shop.parcel, role: bills}], stage: billed}\n")
	c := startChild(t, dir, "--catalog", deaf)
	sent(t, c.addr.OTLPHTTP, shopEvent("1", "shop.order.booked", `,"data":{"no":"SO-1"}`))
	response, err := http.Post("http://"+c.addr.OTLPHTTP+"/v1/traces", "application/json", strings.NewReader(spanOf("ship", "shop.parcel", "SO-1")))
	if err != nil {
		t.Fatal(err)
	}
	if text := readAll(t, response); response.StatusCode != http.StatusOK {
		t.Fatal(response.Status, text)
	}
	taken(t, c.addr.HTTP, 1, 0)
	eventually(t, 30*time.Second, whole(c.addr.HTTP, "SO-1", "open", "order/SO-1"))
	code, out := command(t, "catalog", "dry-run", hears, "--server", "http://"+c.addr.HTTP)
	if code != exitChanges || !strings.Contains(out, "1 spans") || !strings.Contains(out, "order/erp:SO-1: open at booked, 1 objects, 1 events → completed at billed, 2 objects, 2 events") {
		t.Errorf("a dry run: exit %d\n%s", code, out)
	}
	promote := func(dir, why string) {
		t.Helper()
		if code, out := command(t, "catalog", "promote", dir, "--server", "http://"+c.addr.HTTP, "--by", "Ada", "--comment", why, "--force"); code != 0 {
			t.Fatalf("exit %d\n%s", code, out)
		}
	}
	for range 2 { // and there and back again
		promote(hears, "parcels are told in spans")
		mappedBy(t, c.addr.HTTP)
		eventually(t, 30*time.Second, whole(c.addr.HTTP, "SO-1", "completed", "invoice/SO-1", "order/SO-1"))
		promote(deaf, "they are not")
		mappedBy(t, c.addr.HTTP)
		eventually(t, 30*time.Second, whole(c.addr.HTTP, "SO-1", "open", "order/SO-1"))
	}
	promote(hears, "they are")
	c.kill(t)
	c = startChild(t, dir, "--catalog", deaf)
	eventually(t, time.Minute, whole(c.addr.HTTP, "SO-1", "completed", "invoice/SO-1", "order/SO-1"))
	mappedBy(t, c.addr.HTTP)
	if got := query(t, c, "SELECT count() FROM throughline.business_events WHERE kind = 'span'"); got != "1" {
		t.Errorf("there are %s events of the span", got)
	}
	c.stop(t)
}

func TestWhatComesInWhileACatalogueIsPutInForceIsMappedByItInTheEnd(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "house")
	wrong := catalogueDir(t, "sales.yaml", ordersBilled("/customer", "no"))
	right := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "no"))
	c := startChild(t, dir, "--catalog", wrong)
	eventually(t, time.Minute, func() error { _, err := askDecisions(c.addr.HTTP); return err })
	sold, end, fault := 0, make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(fault)
		pace := time.NewTicker(10 * time.Millisecond) // as many orders on any machine
		defer pace.Stop()
		for ; ; sold++ {
			select {
			case <-end:
				return
			case <-pace.C:
			}
			pair := "[" + shopEvent(fmt.Sprint("o", sold), "shop.order.booked", fmt.Sprintf(`,"data":{"no":"SO-%d"}`, sold)) + "," +
				shopEvent(fmt.Sprint("i", sold), "shop.invoice.posted", fmt.Sprintf(`,"customerref":"SO-%d","data":{"no":"I-%d","customer":"C-7"}`, sold, sold)) + "]"
			response, err := http.Post("http://"+c.addr.OTLPHTTP+"/v1/events", "application/cloudevents-batch+json", strings.NewReader(pair))
			if err != nil {
				fault <- err
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode/100 != 2 {
				fault <- fmt.Errorf("order %d: %s", sold, response.Status)
				return
			}
		}
	}()
	for _, dir := range []string{right, wrong, right} {
		if code, out := command(t, "catalog", "promote", dir, "--server", "http://"+c.addr.HTTP, "--by", "Ada", "--comment", "back and forth", "--force"); code != 0 {
			t.Fatalf("exit %d\n%s", code, out)
		}
	}
	mappedBy(t, c.addr.HTTP)
	close(end)
	if err := <-fault; err != nil {
		t.Fatal(err)
	}
	if sold == 0 {
		t.Fatal("nothing came in meanwhile")
	}
	eventually(t, time.Minute, func() error {
		got := query(t, c, "SELECT state, count() FROM throughline.executions FINAL WHERE flow = 'sales' AND gone = 0 GROUP BY state")
		if want := fmt.Sprint("completed\t", sold); got != want {
			return fmt.Errorf("of %d orders the store has %q", sold, got)
		}
		return nil
	})
	t.Logf("%d orders came in meanwhile", sold)
	c.stop(t)
}
