package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// atMostTwo is a catalogue in which a delivery of more than two orders is held back.
func atMostTwo(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	text := "kind: guards\nguards:\n  - {type: delivery, to: order, max: 2}\n"
	if err := os.WriteFile(filepath.Join(dir, "guards.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sent posts events to a house, each on its own.
func sent(t testing.TB, address string, events ...string) {
	t.Helper()
	for _, e := range events {
		response, err := http.Post("http://"+address+"/v1/events", "application/cloudevents+json", strings.NewReader(e))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode/100 != 2 {
			t.Fatalf("%s answered %s", e, response.Status)
		}
	}
}

// decides posts a decision and returns the answer.
func decides(t testing.TB, address, body string) map[string]any {
	t.Helper()
	response, err := http.Post("http://"+address+"/api/v1/decisions", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s %s %v", body, response.Status, text, err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// holds tells whether the executions of some orders hold exactly these objects beside
// the order itself.
func holds(address string, orders int, want ...string) error {
	for i := range orders {
		var answer apiLineage
		id := fmt.Sprint("SO-", i)
		if err := get(address, "/api/v1/lineage/order/"+id, &answer); err != nil {
			return err
		}
		all := append(slices.Clone(want), "order/"+id)
		slices.Sort(all)
		if len(answer.Executions) != 1 || !slices.Equal(answer.Executions[0].names(), all) {
			return fmt.Errorf("order %s: %+v; want %v", id, answer, all)
		}
	}
	return nil
}

// heldBack are the ids of the objects that are held back.
func heldBack(address string) ([]string, error) {
	var answer struct{ Held []apiObject }
	err := get(address, "/api/v1/guards", &answer)
	var ids []string
	for _, o := range answer.Held {
		ids = append(ids, o.ID)
	}
	return ids, err
}

func heldIs(address string, want ...string) func() error {
	return func() error {
		ids, err := heldBack(address)
		if err == nil && !slices.Equal(ids, want) {
			err = fmt.Errorf("%v are held back; want %v", ids, want)
		}
		return err
	}
}

func TestABatchIDThatGluesOrdersIsHeldBackUntilItIsReleasedForGood(t *testing.T) {
	const orders = 4
	dir, guards := filepath.Join(t.TempDir(), "house"), atMostTwo(t)
	c := startChild(t, dir, "--catalog", guards)
	for i := range orders {
		sent(t, c.addr.OTLPHTTP, happened(fmt.Sprint(i), fmt.Sprint("order/SO-", i), `,"data":{"objects":{"delivery":["BATCH-7"]}}`))
	}
	eventually(t, 30*time.Second, heldIs(c.addr.HTTP, "BATCH-7"))
	if err := holds(c.addr.HTTP, orders); err != nil {
		t.Fatal(err)
	}
	var look struct {
		Total   int
		Changes []struct{ Before, After struct{ Objects int } }
	}
	if err := get(c.addr.HTTP, "/api/v1/decisions/preview?kind=release&type=delivery&id=BATCH-7", &look); err != nil {
		t.Fatal(err)
	}
	if look.Total != orders || len(look.Changes) != orders || look.Changes[0].Before.Objects != 1 || look.Changes[0].After.Objects != 2 {
		t.Fatalf("before it is released: %+v", look)
	}
	if err := holds(c.addr.HTTP, orders); err != nil {
		t.Fatalf("a look has changed something: %v", err)
	}
	const release = `{"id":"release-1","kind":"release","a":{"type":"delivery","id":"BATCH-7"},"by":"Ada","comment":"one lorry for all four"}`
	first := decides(t, c.addr.HTTP, release)
	c.kill(t) // it was answered, so it is kept
	c = startChild(t, dir, "--catalog", guards)
	eventually(t, time.Minute, func() error { return holds(c.addr.HTTP, orders, "delivery/BATCH-7") })
	eventually(t, 30*time.Second, heldIs(c.addr.HTTP))
	// Who was not sure whether it was taken sends it again.
	if again := decides(t, c.addr.HTTP, release); !cmp.Equal(first, again) {
		t.Errorf("taken twice: %s", cmp.Diff(first, again))
	}
	decides(t, c.addr.HTTP, `{"kind":"block","a":{"type":"delivery","id":"BATCH-7"},"by":"Bob","comment":"not a lorry after all"}`)
	if err := holds(c.addr.HTTP, orders); err != nil {
		t.Error(err)
	}
	const audit = "SELECT turn, held, cause, related, decided_by FROM throughline.audit FINAL ORDER BY turn"
	const turns = "1\t1\tguard\t4\t\n2\t0\tdecision\t0\tAda\n3\t1\tdecision\t4\tBob"
	eventually(t, 30*time.Second, func() error {
		// What the guard caught is noticed within a second, or after the kill; either way once.
		if got := query(t, c, audit); got != turns {
			return fmt.Errorf("the audit says\n%s\nwant\n%s", got, turns)
		}
		return nil
	})
	if got := query(t, c, "SELECT decision, a_id, decided_by FROM throughline.decisions ORDER BY at"); got != "release\tBATCH-7\tAda\nblock\tBATCH-7\tBob" {
		t.Errorf("the ledger in ClickHouse says\n%s", got)
	}
	if got := query(t, c, "SELECT count(), countIf(kind = 'decision') FROM throughline.identifiers WHERE id = 'BATCH-7' AND kind = 'decision'"); got != "2\t2" {
		t.Errorf("by the batch are found %q decisions", got)
	}
	c.stop(t)
}

// visit reads a page, without following where it leads.
func visit(t testing.TB, address, path string) (code int, to, body string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get("http://" + address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Location"), string(text)
}

func TestTwoIDsAreMergedAndSetApartAgainAndNobodyIsNotified(t *testing.T) {
	page := newPager(t)
	p := startProgram(t, Config{Webhook: page.URL, Catalog: []string{within(t, 2*time.Second)}})
	booked := func(order string) {
		post(t, p, happened("booked-"+order, "order/"+order, `,"data":{"stage":"ordered","outcome":"ok"}`))
	}
	fires := func(orders ...string) {
		t.Helper()
		var want []string
		for _, o := range orders {
			want = append(want, "firing invoice-posted order "+o)
		}
		eventually(t, 30*time.Second, func() error {
			if diff := cmp.Diff(want, ofOrders(page.heard())); diff != "" {
				return fmt.Errorf("told (-want +got):\n%s", diff)
			}
			return nil
		})
	}
	booked("A-1")
	booked("A-2")
	fires("A-1", "A-2")
	form := url.Values{"kind": {"merge"}, "type": {"order"}, "id": {"A-2"}, "with_id": {"A-1"}, "by": {"Ada"}, "comment": {"entered twice"}, "decision": {"merge-1"}}
	response, err := http.PostForm("http://"+p.web.Addr()+"/decide", form)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(`data-testid="was"`)) {
		t.Fatalf("%s %v: %s", response.Status, err, text)
	}
	if code, to, _ := visit(t, p.web.Addr(), "/lineage/order/A-2"); code != http.StatusSeeOther || !strings.HasPrefix(to, "/lineage/order/A-1?") || !strings.HasSuffix(to, "was=A-2") {
		t.Errorf("the old address leads to %q with %d", to, code)
	}
	booked("A-3") // when it fires, all that the merge could have caused was told before
	fires("A-1", "A-2", "A-3")
	decides(t, p.web.Addr(), `{"kind":"revoke","revokes":"merge-1","by":"Bob","comment":"two after all"}`)
	if code, to, _ := visit(t, p.web.Addr(), "/lineage/order/A-2"); code != http.StatusOK {
		t.Errorf("after it was undone the old address leads to %q with %d", to, code)
	}
	booked("A-4")
	fires("A-1", "A-2", "A-3", "A-4")
	post(t, p, happened("billed", "invoice/I-2", `,"data":{"stage":"invoiced","outcome":"ok","relations":[{"from":"invoice/I-2","to":"order/A-2","qualifier":"bills"}]}`))
	want := []string{"firing invoice-posted order A-1", "firing invoice-posted order A-2", "firing invoice-posted order A-3", "firing invoice-posted order A-4", "resolved invoice-posted order A-2"}
	eventually(t, 30*time.Second, func() error {
		if diff := cmp.Diff(want, ofOrders(page.heard())); diff != "" {
			return fmt.Errorf("told (-want +got):\n%s", diff)
		}
		return nil
	})
	page.toldOnce(t)
}
