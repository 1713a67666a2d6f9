package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browse opens a headless Chromium of its own.
func browse(t testing.TB) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if path, err = exec.LookPath("google-chrome"); err != nil {
			t.Fatal("no Chromium on this machine; `make test` installs it")
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func post(t testing.TB, p *Program, event string) {
	t.Helper()
	response, err := http.Post("http://"+p.collector.Addrs().OTLPHTTP+"/v1/events", "application/cloudevents+json", strings.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		t.Fatalf("%s answered %s", event, response.Status)
	}
}

func happened(id, subject, rest string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/shop","type":"shop.step","subject":%q,"time":%q%s}`,
		id, subject, time.Now().UTC().Format(time.RFC3339Nano), rest)
}

func TestAPersonSeesATransactionGrowWithoutReloading(t *testing.T) {
	p := startProgram(t, Config{})
	post(t, p, happened("1", "order/A-1", ``))
	eventually(t, 10*time.Second, func() error {
		var answer apiLineage
		if err := get(p.web.Addr(), "/api/v1/lineage/order/A-1", &answer); err != nil {
			return err
		}
		if len(answer.Executions) == 0 {
			return fmt.Errorf("order A-1 is not there yet")
		}
		return nil
	})
	ctx := browse(t)
	err := chromedp.Do(ctx,
		chromedp.Navigate("http://"+p.web.Addr()+"/search?q=A-1"),
		chromedp.WaitVisible(`[data-testid=graph]`),
	)
	if err != nil {
		t.Fatal(err)
	}
	watch(t, ctx, `document.getElementById("live").innerText.includes("Live")`)
	if shown := graph(t, ctx); !strings.Contains(shown, "A-1") || strings.Contains(shown, "INV-9") {
		t.Fatalf("the page shows %q", shown)
	}
	watch(t, ctx, `window.neverReloaded = true`)
	post(t, p, happened("2", "invoice/INV-9", `,"data":{"objects":{"order":["A-1"]}}`))
	watch(t, ctx, `document.querySelector("[data-testid=graph]").textContent.includes("INV-9")`)
	watch(t, ctx, `window.neverReloaded === true`)
}

// watch waits until an expression is true in the page that is shown. The browser says
// which page that is: chromedp.Poll asks the one that chromedp last heard of, and just
// after a navigation that may be the page before, which is gone.
func watch(t testing.TB, ctx context.Context, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	wait := fmt.Sprintf(`(async () => { while (!(%s)) await new Promise(requestAnimationFrame); })()`, expression)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](wait, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
}

func graph(t *testing.T, ctx context.Context) string {
	t.Helper()
	shown, err := chromedp.Run(ctx, chromedp.TextContent(`[data-testid=graph]`))
	if err != nil {
		t.Fatal(err)
	}
	return shown
}
