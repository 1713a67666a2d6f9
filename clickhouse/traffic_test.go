package clickhouse_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/clickhouse"
	"throughline/clickhouse/storetest"
	"throughline/lineage"
)

// A recursive query that is streamed is cancelled by the embedded engine now and then.
func TestARecursiveQueryIsAnsweredWholeAndNotStreamed(t *testing.T) {
	t.Parallel()
	f := storetest.NewFixture(t, dsn)
	now := time.Now().UTC()
	if err := f.Append(t.Context(), &lineage.Block{Writer: "w", ID: 1, Day: now.Truncate(24 * time.Hour), Events: []lineage.Event{
		{Tenant: "default", Source: "erp", ID: "1", Type: "told", Time: now, Ingested: now.Add(-time.Minute), Payload: `{"no":1}`},
	}}, false); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	whole := asked{}
	proxy := httptest.NewServer(whole.before(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address.Host})))
	defer proxy.Close()
	config := f.Config
	config.DSN = strings.Replace(dsn, address.Host, strings.TrimPrefix(proxy.URL, "http://"), 1)
	s, err := clickhouse.New(config, clickhouse.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop(t.Context()) }()
	if _, err := s.Traffic(t.Context(), lineage.TrafficQuery{Tenant: "default", From: now.Add(-time.Hour), To: now}); err != nil {
		t.Fatal(err)
	}
	if whole.n != 1 {
		t.Errorf("%d queries are answered whole, not the recursive one", whole.n)
	}
}

// asked counts the queries that wait for their end.
type asked struct {
	mu sync.Mutex
	n  int
}

func (a *asked) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("wait_end_of_query") == "1" {
			a.mu.Lock()
			a.n++
			a.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}
