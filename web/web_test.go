package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"throughline/lineage"
)

func TestNewChecksWhatIsRequired(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Config, *Deps){
		"an address without a port": func(c *Config, _ *Deps) { c.Addr = "localhost" },
		"a host with a scheme":      func(c *Config, _ *Deps) { c.Hosts = []string{"https://x"} },
		"no Lineage":                func(_ *Config, d *Deps) { d.Lineage = nil },
		"no Traces":                 func(_ *Config, d *Deps) { d.Traces = nil },
		"no Quarantine":             func(_ *Config, d *Deps) { d.Quarantine = nil },
		"no Clocks":                 func(_ *Config, d *Deps) { d.Clocks = nil },
		"no Incidents":              func(_ *Config, d *Deps) { d.Incidents = nil },
		"no Queues":                 func(_ *Config, d *Deps) { d.Queues = nil },
		"no Catalogue":              func(_ *Config, d *Deps) { d.Catalogue = nil },
		"no Status":                 func(_ *Config, d *Deps) { d.Status = nil },
		"no Ready":                  func(_ *Config, d *Deps) { d.Ready = nil },
		"no Registerer":             func(_ *Config, d *Deps) { d.Registerer = nil },
		"no Gatherer":               func(_ *Config, d *Deps) { d.Gatherer = nil },
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			c, d := Config{Addr: "127.0.0.1:0"}, (&fake{t: t}).deps()
			spoil(&c, &d)
			if _, err := New(c, d); lineage.KindOf(err) != lineage.Invalid {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestAServerStartsOnceAndStopsTwice(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	if s.Addr() != "" {
		t.Errorf("the address before Start is %q", s.Addr())
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("a second start says %v", err)
	}
	res, err := http.Get("http://" + s.Addr() + "/-/healthy")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("healthy: %v, %v", res, err)
	}
	res.Body.Close()
	for range 2 {
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Start(t.Context()); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("a start after the stop says %v", err)
	}
}

func TestAnAddressThatIsTakenIsUnavailable(t *testing.T) {
	t.Parallel()
	first := newServer(t, house())
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, err := New(Config{Addr: first.Addr()}, (&fake{t: t}).deps())
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); lineage.KindOf(err) != lineage.Unavailable || !strings.Contains(err.Error(), first.Addr()) {
		t.Errorf("the error is %v", err)
	}
	if err := second.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestReadyTellsEveryReason(t *testing.T) {
	t.Parallel()
	f := house()
	s := newServer(t, f)
	if got := get(s, "/-/ready"); got.StatusCode != http.StatusOK || !strings.HasPrefix(got.body, "ready\n") {
		t.Errorf("%d %q", got.StatusCode, got.body)
	}
	f2 := house()
	f2.ready = func() []string { return []string{"the store does not answer", "the journal is full"} }
	got := get(newServer(t, f2), "/-/ready")
	if got.StatusCode != http.StatusServiceUnavailable || !strings.HasPrefix(got.body, "not ready\nthe store does not answer\nthe journal is full\n") {
		t.Errorf("%d %q", got.StatusCode, got.body)
	}
}

func TestAssetsAreKeptForEverUnderTheirHash(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	got := get(s, s.assets.url("throughline.css"))
	if got.StatusCode != http.StatusOK || !strings.Contains(got.Header.Get("Content-Type"), "text/css") || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	if got := get(s, "/static/throughline.css?v=old"); strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
		t.Error("a stale hash is kept for ever")
	}
	for _, path := range []string{"/static/", "/static/none.css", "/static/../web.go"} {
		if got := get(s, path); got.StatusCode == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

func TestAMissingAssetIsToldAndPagesStillStand(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	s.assets.missing = []string{"npm/htmx.min.js"}
	if got := get(s, "/-/ready"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "npm/htmx.min.js is missing") {
		t.Errorf("ready says %d %q", got.StatusCode, got.body)
	}
	got := get(s, "/")
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "Pages are not live") || strings.Contains(got.body, "ws-connect") {
		t.Errorf("the page says %d %q", got.StatusCode, got.body)
	}
}

func TestMetricsCountRequestsByRoute(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	get(s, "/lineage/order/SO-1")
	get(s, "/lineage/order/SO-2")
	get(s, "/nowhere")
	got := get(s, "/metrics").body
	for _, want := range []string{
		`throughline_web_requests_total{code="200",route="GET /lineage/{type}/{id...}"} 2`,
		`throughline_web_requests_total{code="404",route="/"} 1`,
		`throughline_web_request_seconds_count{route="GET /lineage/{type}/{id...}"} 2`,
		"throughline_web_live_clients 0", "throughline_web_live_rooms 0", "throughline_web_live_pushes_total 0",
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
}
