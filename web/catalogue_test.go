package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
)

// book is a house's catalogues.
type book struct {
	now      lineage.InForce
	remapped lineage.Remapping
	promoted *lineage.Promotion
	err      error
}

func (b *book) InForce(context.Context) (lineage.InForce, error) { return b.now, nil }

func (b *book) Promote(_ context.Context, p lineage.Promotion) (lineage.Promoted, error) {
	b.promoted = &p
	return lineage.Promoted{Hash: "h2", Changed: 3, Decision: lineage.Decided{Decision: lineage.Decision{ID: p.ID, Kind: lineage.DecideActivate, Catalogue: "h2", By: p.By, Comment: p.Comment, At: noon}, Stands: true}}, b.err
}

func (b *book) Remapping() lineage.Remapping { return b.remapped }

func (b *book) Received(_ context.Context, since time.Time, keys []string, yield func(*lineage.Received) error) error {
	if !since.Equal(noon) || strings.Join(keys, " ") != "order.id shop.id" {
		return lineage.Errorf(lineage.Internal, "read", "since %s, %v", since, keys)
	}
	return yield(&lineage.Received{Event: &lineage.Event{ID: "1", Envelope: `{"subject":"x"}`}})
}

func withBook(t *testing.T, b *book) *Server {
	t.Helper()
	s := newServer(t, house())
	s.deps.Rules = b
	return s
}

func TestTheCatalogueInForceIsToldWithWhoPutItThere(t *testing.T) {
	t.Parallel()
	b := &book{now: lineage.InForce{
		Hash: "h1", Since: noon, Files: []lineage.File{{Name: "a.yaml", Team: "sales", Data: []byte("kind: types\n")}},
		Decision: lineage.Decision{ID: "d1", Kind: lineage.DecideActivate, Catalogue: "h1", By: "Ada", Comment: "why", At: noon},
	}, remapped: lineage.Remapping{Catalogue: "h1", Done: 1200, Total: 5000, StartedAt: noon, Rate: 10}}
	s := withBook(t, b)
	got := do(s, httptest.NewRequest(http.MethodGet, "/api/v1/catalogue", nil))
	const want = `{"hash":"h1","since":"2026-03-02T12:00:00Z","decision":{"id":"d1","kind":"activate","a":null,"b":null,"source":"","event_id":"","revokes":"","catalogue":"h1",` +
		`"by":"Ada","comment":"why","at":"2026-03-02T12:00:00Z","stands":true,"undone_by":"","pending":false},"files":[{"name":"a.yaml","team":"sales","text":"kind: types\n"}]}`
	if got.StatusCode != 200 || strings.TrimSpace(got.body) != want {
		t.Errorf("%d %s\nwant %s", got.StatusCode, got.body, want)
	}
	got = do(s, httptest.NewRequest(http.MethodGet, "/api/v1/catalogue/remap", nil))
	const far = `{"catalogue":"h1","state":"running","done":1200,"total":5000,"changed":0,"refused":0,"released":0,"unkept":0,"rate":10,"started_at":"2026-03-02T12:00:00Z","finished_at":null,"trouble":""}`
	if got.StatusCode != 200 || strings.TrimSpace(got.body) != far {
		t.Errorf("%d %s\nwant %s", got.StatusCode, got.body, far)
	}
	got = do(s, httptest.NewRequest(http.MethodGet, "/api/v1/export/received?since=2026-03-02T12:00:00Z&key=order.id&key=shop.id", nil))
	if got.StatusCode != 200 || !strings.Contains(got.body, `"Envelope":"{\"subject\":\"x\"}"`) || !strings.HasSuffix(got.body, `{"end":{"lines":1}}`+"\n") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got = do(s, httptest.NewRequest(http.MethodGet, "/api/v1/export/received?since=yesterday", nil)); got.StatusCode != 400 {
		t.Errorf("since when it makes no sense: %d %s", got.StatusCode, got.body)
	}
}

func TestACatalogueIsSentToBePutInForce(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body string
		err  error
		code int
		want string
	}{
		"a catalogue":           {`{"id":"d2","files":[{"name":"a.yaml","team":"","text":"kind: types\n"}],"by":" Ada ","comment":"why","force":true}`, nil, 200, `{"hash":"h2","decision":{"id":"d2","kind":"activate"`},
		"one that breaks":       {`{"files":[{"name":"a.yaml","text":"x"}],"by":"Ada","comment":"why"}`, lineage.Errorf(lineage.Conflict, "", "it breaks"), 409, "It breaks."},
		"one without a name":    {`{"files":[],"by":"","comment":"why"}`, nil, 400, "By is empty"},
		"one without a reason":  {`{"files":[],"by":"Ada","comment":""}`, nil, 400, "Comment is empty"},
		"what nobody knows":     {`{"file":[],"by":"Ada","comment":"why"}`, nil, 400, "file"},
		"more than one of them": {`{"files":[],"by":"Ada","comment":"why"}{}`, nil, 400, "there is more behind the object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &book{err: tc.err}
			r := httptest.NewRequest(http.MethodPost, "/api/v1/catalogue", strings.NewReader(tc.body))
			r.Header.Set("Content-Type", "application/json")
			got := do(withBook(t, b), r)
			if got.StatusCode != tc.code || !strings.Contains(got.body, tc.want) {
				t.Errorf("%d %s\nwant %d %s", got.StatusCode, got.body, tc.code, tc.want)
			}
			if tc.code == 200 && (b.promoted.By != "Ada" || !b.promoted.Force || string(b.promoted.Files[0].Data) != "kind: types\n") {
				t.Errorf("asked is for %+v", b.promoted)
			}
		})
	}
}
