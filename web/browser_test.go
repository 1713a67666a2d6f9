package web

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"throughline/lineage"
)

// browser is a headless Chromium before a house that listens.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
}

func browse(t *testing.T, f *fake) *browser {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if chromium, err = exec.LookPath("google-chrome"); err != nil {
			t.Fatal("no Chromium on this machine; `make test` installs it")
		}
	}
	s := newServer(t, f)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return &browser{t, ctx, "http://" + s.Addr()}
}

// open opens a page on a screen of some width, in pixels; a narrow one is a phone's.
func (b *browser) open(path string, width int64) {
	b.t.Helper()
	var phone []chromedp.EmulateViewportOption
	if width < 600 {
		phone = append(phone, chromedp.EmulateMobile)
	}
	err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 844, phone...), chromedp.Navigate(b.base+path), chromedp.WaitVisible("main"))
	if err != nil {
		b.t.Fatal(err)
	}
}

// is evaluates an expression in the page.
func is[T any](b *browser, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func TestNoColumnOfAListIsOffThePhonesScreen(t *testing.T) {
	t.Parallel()
	b := browse(t, adrift(t))
	for _, path := range []string{"/", "/executions", "/queues", "/status", "/drift"} {
		b.open(path, 390)
		const cells = `[...document.querySelectorAll("main td, main th[scope=row]")].filter(n => n.offsetWidth > 1)`
		if off := is[string](b, cells+`.filter(n => n.getBoundingClientRect().right > innerWidth).map(n => n.textContent.trim()).join(", ")`); off != "" {
			t.Errorf("%s: off the screen are %s", path, off)
		}
		if n := is[int](b, cells+`.length`); n == 0 {
			t.Errorf("%s has no cell", path)
		}
		if wide := is[int](b, `document.documentElement.scrollWidth`); wide > 390 {
			t.Errorf("%s is %d px wide", path, wide)
		}
	}
	b.open("/executions", 390)
	if lines := is[float64](b, `document.querySelector(".listed .of").getBoundingClientRect().height`); lines > 30 {
		t.Errorf("the flow's name is %v px high, which is more than one line", lines)
	}
}

func TestTheHeaderStandsStillWhateverTheLineIsLike(t *testing.T) {
	t.Parallel()
	b := browse(t, house())
	for _, width := range []int64{390, 700, 900, 1000, 1100, 1280} {
		b.open("/queues", width)
		heights := is[[]float64](b, `[["hidden", "off", "Connecting"], ["", "off", "Connecting"], ["", "live", "Live"]].map(([hidden, state, text]) => {
			const badge = document.getElementById("live");
			badge.hidden = !!hidden;
			badge.dataset.state = state;
			document.getElementById("live-text").textContent = text;
			return document.querySelector(".top").getBoundingClientRect().height;
		})`)
		if heights[0] != heights[1] || heights[1] != heights[2] {
			t.Errorf("at %d px it is %v px high: before the script, while it connects, live", width, heights)
		}
	}
}

func TestADrawingOpensAtWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	f := house()
	long := execution()
	for rank := 3; rank < 9; rank++ {
		long.Members = append(long.Members, lineage.Member{Object: object("payment", "bank", strings.Repeat("P", rank)), Rank: rank})
	}
	long.Members = append(long.Members, lineage.Member{Object: object("receipt", "bank", "R-1"), Rank: 9})
	f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) {
		if q.Type == "order" {
			return lineage.Answer{Executions: []*lineage.Execution{execution()}}, nil
		}
		return lineage.Answer{Executions: []*lineage.Execution{long}}, nil
	}
	b := browse(t, f)
	b.open("/lineage/receipt/R-1", 390)
	const seen = `(() => { const r = document.querySelector(".node.looked").getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth; })()`
	if !is[bool](b, seen) {
		t.Error("the receipt is off the screen")
	}
	b.open("/lineage/order/SO-1", 390)
	if !is[bool](b, seen) {
		t.Error("the order is off the screen")
	}
}

func TestASixStepDrawingFitsAnOrdinaryScreen(t *testing.T) {
	t.Parallel()
	f := house()
	whole := execution()
	whole.Members = nil
	for rank := -2; rank < 4; rank++ {
		whole.Members = append(whole.Members, lineage.Member{Object: object("step", "erp", strings.Repeat("S", rank+3)), Rank: rank})
	}
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) {
		return lineage.Answer{Executions: []*lineage.Execution{whole}}, nil
	}
	b := browse(t, f)
	b.open("/lineage/order/SO-1", 1265) // 1280 without its scroll bar
	if cut := is[int](b, `(() => { const p = document.querySelector(".graph .scroll"); return p.scrollWidth - p.clientWidth; })()`); cut > 0 {
		t.Errorf("%d px of it are cut", cut)
	}
}

func TestEscapeClosesAMenu(t *testing.T) {
	t.Parallel()
	b := browse(t, house())
	b.open("/status", 1280)
	for _, menu := range []string{"details.more", "#settings"} {
		left := is[string](b, `(() => {
			const menu = document.querySelector("`+menu+`");
			menu.open = true;
			menu.querySelector("summary").dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
			return (menu.open ? "open" : "closed") + (document.activeElement === menu.querySelector("summary") ? ", at its button" : "");
		})()`)
		if left != "closed, at its button" {
			t.Errorf("%s is %s", menu, left)
		}
	}
}

func TestTheMarkOfALongEventStandsBesideItsName(t *testing.T) {
	t.Parallel()
	f := house()
	long := execution()
	long.Events[0].Type = "com.example.erp." + strings.Repeat("order", 12) + ".booked.v1"
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) {
		return lineage.Answer{Executions: []*lineage.Execution{long}}, nil
	}
	b := browse(t, f)
	b.open("/lineage/order/SO-1", 390)
	top := is[float64](b, `(() => { const s = document.querySelector(".events summary"); return s.querySelector(".what").getBoundingClientRect().top - s.getBoundingClientRect().top; })()`)
	if top > 8 {
		t.Errorf("its name begins %v px below its mark", top)
	}
}
