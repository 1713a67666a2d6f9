package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// press sends events of other orders at a rate, twenty a request, until ctx ends.
func (s *sender) press(ctx context.Context, perSecond int) error {
	const orders = 4
	pace := time.NewTicker(time.Second * orders * time.Duration(len(steps)) / time.Duration(perSecond))
	defer pace.Stop()
	for first := 1_000_000; ; first += orders {
		select {
		case <-ctx.Done():
			return nil
		case <-pace.C:
		}
		if r := orderBatch(first, orders); !s.try(ctx, r) && ctx.Err() == nil {
			return fmt.Errorf("a request under load was not acknowledged")
		}
		s.acked.Add(1)
	}
}

// orderPage is an order's lineage page, open in a browser.
type orderPage struct {
	ctx  context.Context
	send *sender
}

func watchOrder(t testing.TB, c *child) orderPage {
	t.Helper()
	p := orderPage{browse(t), new(sender)}
	p.send.address.Store(&c.addr.OTLPHTTP)
	p.step(t, happened("live", "order/LIVE", ``))
	eventually(t, 10*time.Second, func() error {
		var answer apiLineage
		if err := get(c.addr.HTTP, "/api/v1/lineage/order/LIVE", &answer); err != nil {
			return err
		}
		if len(answer.Executions) == 0 {
			return fmt.Errorf("the order is not there yet")
		}
		return nil
	})
	if err := chromedp.Do(p.ctx, chromedp.Navigate("http://"+c.addr.HTTP+"/search?q=LIVE"), chromedp.WaitVisible(`[data-testid=graph]`)); err != nil {
		t.Fatal(err)
	}
	watch(t, p.ctx, `document.getElementById("live").innerText.includes("Live")`)
	return p
}

func (p orderPage) step(t testing.TB, event string) {
	t.Helper()
	if !p.send.try(t.Context(), request{"/v1/events", "application/cloudevents+json", []byte(event)}) {
		t.Fatal("an event was not acknowledged")
	}
}

// seen sends the n-th event of the order and waits until the page shows it.
func (p orderPage) seen(t testing.TB, n int) time.Duration {
	t.Helper()
	id := fmt.Sprintf("live-%d", n)
	began := time.Now()
	p.step(t, happened(id, "order/LIVE", fmt.Sprintf(`,"data":{"objects":{"delivery":["D-LIVE-%d"]}}`, n)))
	watch(t, p.ctx, fmt.Sprintf(`/D-LIVE-%d\b/.test(document.body.textContent)`, n))
	return time.Since(began)
}

// quantile is the nearest-rank quantile; 100 is the greatest.
func quantile(all []time.Duration, percent int) time.Duration {
	slices.Sort(all)
	return all[(len(all)*percent+99)/100-1]
}
