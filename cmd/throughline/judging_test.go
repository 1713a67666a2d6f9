package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"throughline/reference"
	"throughline/reference/service"
)

// sooner are the reference's SLAs with targets that a test can wait for.
const sooner = `kind: sla
name: invoice-posted
version: 1000
title: Invoice posted within %[1]s of booking
flow: quote-to-cash
subject: order
start: ordered
stop: invoiced
target: %[1]s
closing_source: urn:example:billing
runbook: Correct what finance names and bill again.
---
kind: sla
name: order-booked
version: 1000
title: Won opportunity has an ERP order within %[1]s
flow: quote-to-cash
subject: opportunity
start: won
stop: ordered
target: %[1]s
closing_source: urn:example:erp
runbook: Redrive the quote.
`

// within writes a catalogue whose SLAs have a target, and returns its directory.
func within(t testing.TB, target time.Duration) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sooner.yaml"), fmt.Appendf(nil, sooner, target), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// pager is somebody's webhook receiver: it keeps what it is told, by its key.
type pager struct {
	*httptest.Server
	mu    sync.Mutex
	keys  map[string]string // key: "firing invoice-posted order 4711"
	said  []string          // in order, each key once
	posts int               // repeats too
}

func newPager(t testing.TB) *pager {
	p := &pager{keys: make(map[string]string)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Version, Status string
			Alerts          []struct{ Labels map[string]string }
		}
		raw, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(raw, &body)
		}
		key := r.Header.Get("Idempotency-Key")
		if err != nil || body.Version != "4" || len(body.Alerts) != 1 || key == "" {
			t.Errorf("the pager is told %q with key %q: %v", raw, key, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		l := body.Alerts[0].Labels
		p.hear(key, fmt.Sprintf("%s %s %s %s", body.Status, l["alertname"], l["subject_type"], l["subject_id"]))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *pager) hear(key, said string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.posts++
	if _, again := p.keys[key]; !again {
		p.said = append(p.said, said)
	}
	p.keys[key] = said
}

// heard is what was said, each key once, sorted.
func (p *pager) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(slices.Values(p.said))
}

// toldOnce holds that nothing was posted twice, which only a kill may cause.
func (p *pager) toldOnce(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.posts != len(p.keys) {
		t.Errorf("%d posts of %d notices", p.posts, len(p.keys))
	}
}

// apiIncident is the part of an incident that these tests read.
type apiIncident struct {
	ID      string    `json:"id"`
	State   string    `json:"state"`
	SLA     string    `json:"sla"`
	Subject apiObject `json:"subject"`
	Reason  string    `json:"reason"`
	Owner   string    `json:"owner"`
	How     string    `json:"resolution"`
	History []struct{ Text string }
}

// incidents reads all that the API lists.
func incidents(address string) ([]apiIncident, error) {
	var all []apiIncident
	for cursor := ""; ; {
		var page struct {
			Incidents []apiIncident `json:"incidents"`
			Next      string        `json:"next"`
		}
		if err := get(address, "/api/v1/incidents?limit=500&cursor="+cursor, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Incidents...)
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

func (i apiIncident) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", i.State, i.SLA, i.Subject.Type, i.Subject.ID, i.How))
}

func linesOf(all []apiIncident) []string {
	var lines []string
	for _, i := range all {
		lines = append(lines, i.String())
	}
	slices.Sort(lines)
	return lines
}

// owed is what incidents the faults of orders must have raised, and nothing else,
// once all has settled and every deadline has passed.
func owed(r *reference.Reference) []string {
	var lines []string
	for _, j := range append(r.Truth(), r.Troubled()...) {
		switch j.Fault {
		case service.FaultRejected:
			lines = append(lines, "firing invoice-posted order "+bare(j.Order))
		case service.FaultSlow:
			lines = append(lines, "resolved invoice-posted order "+bare(j.Order)+" ended")
		case service.FaultDown, service.FaultLost:
			lines = append(lines, "firing order-booked opportunity "+j.Opportunity)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// ofOrders leaves out that a source was late: where a kill takes long to recover
// from, its events do come after their deadlines, and saying so is right. What is
// told of orders does not depend on it.
func ofOrders(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool {
		return strings.Contains(l, "SourceLate") || strings.HasSuffix(l, " caught-up")
	})
}

// many is how many orders a test has: n, or a tenth of it under the race detector.
func many(n int) (orders int, perSecond float64) {
	if raced {
		return n / 10, 15
	}
	return n, 60
}

func TestTwoThousandCleanOrdersRaiseNoIncident(t *testing.T) {
	n, rate := many(2000)
	page := newPager(t)
	p := startProgram(t, Config{Webhook: page.URL, Catalog: []string{within(t, 30*time.Second)}})
	orders := startOrders(t, p, reference.Config{Orders: n, Rate: rate, Journey: time.Second, Seed: 11})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	if err := orders.Wait(ctx, n); err != nil {
		t.Fatalf("%v: %+v", err, orders.Progress())
	}
	eventually(t, time.Minute, func() error { return keptAll(p, "invoice-posted", n) })
	eventually(t, time.Minute, func() error { return keptAll(p, "order-booked", n) })
	all, err := incidents(p.web.Addr())
	if err != nil || len(all) > 0 || len(page.heard()) > 0 {
		t.Fatalf("incidents %v, told %v: %v", all, page.heard(), err)
	}
}

// keptAll tells whether n deadlines of an SLA were kept and none was missed.
func keptAll(p *Program, sla string, n int) error {
	figures, err := p.sweeper.Figures(context.Background(), "default")
	if err != nil {
		return err
	}
	for _, f := range figures {
		if f.SLA.Name != sla {
			continue
		}
		if f.Met != n || f.Missed != 0 || f.Open != 0 {
			return fmt.Errorf("%s: %d kept, %d missed, %d open; want %d kept", sla, f.Met, f.Missed, f.Open, n)
		}
		return nil
	}
	return fmt.Errorf("no figures of %s", sla)
}

func TestEveryFaultRaisesTheRightIncidentOnTheRightOrderAndNoneElse(t *testing.T) {
	const target, slowBy = 10 * time.Second, 14 * time.Second
	orders, rate := many(200)
	for _, fault := range service.AllFaults() {
		t.Run(string(fault), func(t *testing.T) {
			page := newPager(t)
			p := startProgram(t, Config{Webhook: page.URL, Catalog: []string{within(t, target)}})
			r := startOrders(t, p, reference.Config{
				Orders: orders, Rate: rate, Journey: time.Second, Seed: 5,
				Faults: service.Faults{Seed: 5, Shares: map[service.Fault]float64{fault: 1}, SlowBy: slowBy},
			})
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			if err := r.Settled(ctx, orders); err != nil {
				t.Fatalf("%v: %+v", err, r.Progress())
			}
			want := owed(r)
			harmless := fault == service.FaultFlaky || fault == service.FaultDuplicate
			if n := len(want); harmless && n != 0 || !harmless && n != orders {
				t.Fatalf("the books owe %d incidents for %d orders", n, orders)
			}
			eventually(t, target+30*time.Second, func() error {
				all, err := incidents(p.web.Addr())
				if err != nil {
					return err
				}
				if diff := cmp.Diff(want, linesOf(all)); diff != "" {
					return fmt.Errorf("incidents (-owed +raised):\n%s", diff)
				}
				return nil
			})
			var tell []string
			for _, line := range want {
				line = strings.TrimSuffix(line, " ended")
				if fault == service.FaultSlow { // first that it fires, then that it is over
					tell = append(tell, strings.Replace(line, "resolved", "firing", 1))
				}
				tell = append(tell, line)
			}
			eventually(t, 30*time.Second, func() error {
				if diff := cmp.Diff(slices.Sorted(slices.Values(tell)), page.heard()); diff != "" {
					return fmt.Errorf("told (-owed +told):\n%s", diff)
				}
				return nil
			})
			page.toldOnce(t)
			if fault == service.FaultRejected {
				namesTheReason(t, p, r)
			}
			if fault == service.FaultDuplicate {
				if got, want := len(r.Truth()), orders; got != want {
					t.Errorf("%d orders of %d quotes that were said twice", got, want)
				}
			}
		})
	}
}

// namesTheReason holds that the incident and the page of a rejected order say what
// happened: accepted, and rejected later, and why.
func namesTheReason(t *testing.T, p *Program, r *reference.Reference) {
	t.Helper()
	all, err := incidents(p.web.Addr())
	if err != nil {
		t.Fatal(err)
	}
	reason := map[string]string{}
	for _, i := range all {
		reason[i.Subject.ID] = i.Reason
	}
	for _, j := range r.Truth()[:5] {
		response, err := http.Get("http://" + p.web.Addr() + "/lineage/order/" + bare(j.Order) + "?flow=quote-to-cash")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		page := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(raw), ""))
		if why := reason[bare(j.Order)]; why == "" || !strings.Contains(page, why) {
			t.Errorf("order %s: the incident says %q, and its page does not", j.Order, why)
		}
		for _, words := range []string{"ERP had accepted the order with 200", "finance rejected it"} {
			if !strings.Contains(page, words) {
				t.Errorf("the page of order %s does not say %q", j.Order, words)
			}
		}
	}
}

// freePort takes a port that a house keeps over its restarts, so that those who
// send to it find it again.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestAHouseKilledTwentyTimesRaisesTheSameIncidentsOnce(t *testing.T) {
	const orders, target = 300, 8 * time.Second
	kills := kills()
	page := newPager(t)
	dir, takesIn := filepath.Join(t.TempDir(), "house"), freePort(t)
	args := []string{"--otlp-http", takesIn, "--catalog", within(t, target), "--webhook", page.URL}
	c := startChild(t, dir, args...)
	r, err := reference.New(reference.Config{
		OTLPHTTP: takesIn, Events: takesIn, Dir: filepath.Join(t.TempDir(), "reference"), Orders: orders, Rate: 20, Journey: time.Second, Seed: 9,
		Faults: service.Faults{Seed: 9, Shares: map[service.Fault]float64{
			service.FaultRejected: 0.1, service.FaultDown: 0.1, service.FaultLost: 0.1, service.FaultFlaky: 0.1, service.FaultDuplicate: 0.1,
		}},
	}, reference.Deps{Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range kills {
		mark := (i + 1) * orders / (kills + 2)
		eventually(t, time.Minute, func() error {
			if won := r.Progress().Won; won < mark {
				return fmt.Errorf("%d of %d won", won, mark)
			}
			return nil
		})
		c.kill(t)
		c = startChild(t, dir, args...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := r.Settled(ctx, orders); err != nil {
		t.Fatalf("%v: %+v", err, r.Progress())
	}
	want := owed(r)
	if len(want) < orders/5 {
		t.Fatalf("the books owe only %d incidents", len(want))
	}
	eventually(t, target+time.Minute, func() error {
		all, err := incidents(c.addr.HTTP)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(want, ofOrders(linesOf(all))); diff != "" {
			for _, i := range all {
				if i.State == "resolved" {
					t.Log(i, i.History)
				}
			}
			return fmt.Errorf("incidents (-owed +raised):\n%s", diff)
		}
		return nil
	})
	// Each notice has one key, whatever was sent again: nothing more is told than is owed.
	eventually(t, time.Minute, func() error {
		if diff := cmp.Diff(want, ofOrders(page.heard())); diff != "" {
			return fmt.Errorf("told (-owed +told):\n%s", diff)
		}
		return nil
	})
	eventually(t, time.Minute, func() error {
		double := query(t, c, `SELECT count() - uniqExact(sla, subject_type, subject_id, kind), count() > 0
			FROM throughline.transitions FINAL WHERE kind IN ('started', 'breached', 'ended')`)
		if double != "0\t1" {
			return fmt.Errorf("transitions that are told twice, and whether there are any: %s", double)
		}
		return nil
	})
	c.stop(t)
}

func TestAPersonSeesAnIncidentComeAndAcknowledgesIt(t *testing.T) {
	p := startProgram(t, Config{Catalog: []string{within(t, 3*time.Second)}})
	ctx := browse(t)
	if err := chromedp.Do(ctx, chromedp.Navigate("http://"+p.web.Addr()+"/incidents"), chromedp.WaitVisible(`#incidents`)); err != nil {
		t.Fatal(err)
	}
	watch(t, ctx, `document.getElementById("live").innerText.includes("Live")`)
	watch(t, ctx, `window.neverReloaded = true`)
	said := func(id, subject, rest string) {
		post(t, p, fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"urn:example:erp","type":"shop.step","subject":%q,"time":%q,"data":{%s}}`,
			id, subject, time.Now().UTC().Format(time.RFC3339Nano), rest))
	}
	said("1", "order/4711", `"amount":{"value":"1250.00","currency":"EUR"}`)
	said("2", "delivery/80", `"objects":{"order":["4711"]},"stage":"invoiced","outcome":"failed","reason":"tax code Z7 is not defined"`)
	watch(t, ctx, `document.querySelector("#incidents").innerText.includes("4711")`)
	watch(t, ctx, `document.querySelector("#incidents").innerText.includes("tax code Z7 is not defined")`)
	watch(t, ctx, `window.neverReloaded === true`)

	all, err := incidents(p.web.Addr())
	if err != nil || len(all) != 1 {
		t.Fatalf("incidents %v: %v", all, err)
	}
	page := "http://" + p.web.Addr() + "/incidents/" + all[0].ID
	err = chromedp.Do(ctx,
		chromedp.Navigate(page),
		chromedp.SendKeys(`[name=owner]`, "Ada"),
		chromedp.SendKeys(`[name=comment]`, "asking finance"),
	)
	if err != nil {
		t.Fatal(err)
	}
	// The answer of the form leads back to the page, which must be there before it is looked at.
	answer, err := chromedp.RunResponse(ctx, chromedp.Submit(`[name=owner]`))
	if err != nil {
		t.Fatal(err)
	}
	if answer.URL != page || answer.Status != http.StatusOK {
		t.Fatalf("the form led to %s, which answered %d", answer.URL, answer.Status)
	}
	eventually(t, 10*time.Second, func() error {
		all, err := incidents(p.web.Addr())
		if err != nil || len(all) != 1 || all[0].Owner != "Ada" {
			return fmt.Errorf("incidents %+v: %w", all, err)
		}
		return nil
	})
	watch(t, ctx, `document.body.innerText.includes("Ada acknowledged it: asking finance")`)

	// The executive's figures say what is at risk, and the invoice that comes late ends it.
	if err := chromedp.Do(ctx, chromedp.Navigate("http://"+p.web.Addr()+"/")); err != nil {
		t.Fatal(err)
	}
	watch(t, ctx, `document.body.innerText.includes("1,250.00")`)
	said("3", "invoice/90", `"objects":{"order":["4711"],"delivery":["80"]}`)
	watch(t, ctx, `!document.body.innerText.includes("1,250.00")`)
	eventually(t, 10*time.Second, func() error {
		all, err := incidents(p.web.Addr())
		if err != nil || len(all) != 1 || all[0].State != "resolved" {
			return fmt.Errorf("incidents %v: %w", all, err)
		}
		return nil
	})
}
