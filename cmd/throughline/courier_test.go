package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// collectorSays is a collector that answers what it is told to, and keeps what it took.
type collectorSays struct {
	answers []func(http.ResponseWriter) // before it takes; empty: it takes
	token   string
	took    []int // events of the batches that it took
}

func (c *collectorSays) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(c.answers) > 0 {
		answer := c.answers[0]
		c.answers = c.answers[1:]
		answer(w)
		return
	}
	var batch []json.RawMessage
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &batch)
	}
	if err != nil || r.URL.Path != "/v1/events" || r.Header.Get("Content-Type") != "application/cloudevents-batch+json" || r.Header.Get("Authorization") != c.token {
		http.Error(w, "not as it should be", http.StatusTeapot)
		return
	}
	c.took = append(c.took, len(batch))
	w.WriteHeader(http.StatusAccepted)
}

func said(code int, header, value string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if header != "" {
			w.Header().Set(header, value)
		}
		w.WriteHeader(code)
		fmt.Fprint(w, `{"detail": "the reason"}`)
	}
}

func brokenOff(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestACourierWaitsAsItIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []func(http.ResponseWriter)
		waits   []time.Duration
		fails   string
	}{
		"at once":                 {},
		"no room":                 {answers: []func(http.ResponseWriter){said(429, "Retry-After", "7")}, waits: []time.Duration{7 * time.Second}},
		"away, and says no time":  {answers: []func(http.ResponseWriter){said(503, "", ""), said(502, "Retry-After", "soon")}, waits: []time.Duration{time.Second, time.Second}},
		"a long time":             {answers: []func(http.ResponseWriter){said(503, "Retry-After", "86400")}, waits: []time.Duration{time.Minute}},
		"broken off":              {answers: []func(http.ResponseWriter){brokenOff, brokenOff}, waits: []time.Duration{100 * time.Millisecond, 200 * time.Millisecond}},
		"refused":                 {answers: []func(http.ResponseWriter){said(400, "", "")}, fails: "after 0 events: 400 Bad Request: the reason"},
		"a wrong token":           {answers: []func(http.ResponseWriter){said(401, "", "")}, fails: "the reason (give it as THROUGHLINE_TOKEN)"},
		"broken off all the time": {answers: slices.Repeat([]func(http.ResponseWriter){brokenOff}, 100), fails: "bring it in again later, what was taken in is not taken twice"},
	} {
		collector := &collectorSays{answers: c.answers, token: "Bearer t"}
		server := httptest.NewServer(collector)
		var waits []time.Duration
		s := &courier{
			to: server.URL, token: "t", client: server.Client(), told: func(int) {},
			wait: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
		}
		err := s.put(t.Context(), []byte(`{}`))
		if err == nil {
			err = s.flush(t.Context())
		}
		server.Close()
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: got %v\nwant %s", name, err, c.fails)
			}
			continue
		}
		if err != nil || !slices.Equal(waits, c.waits) || !slices.Equal(collector.took, []int{1}) {
			t.Errorf("%s: %v; it waited %v, and %v was taken", name, err, waits, collector.took)
		}
	}
}

func TestBatchesAreCutByCountAndSize(t *testing.T) {
	t.Parallel()
	collector := &collectorSays{}
	server := httptest.NewServer(collector)
	defer server.Close()
	var told []int
	s := &courier{to: server.URL, client: server.Client(), wait: pause, told: func(n int) { told = append(told, n) }}
	put := func(n, size int) {
		for range n {
			if err := s.put(t.Context(), []byte(`"`+strings.Repeat("x", size)+`"`)); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(2500, 10)
	put(3, 600<<10)
	put(1, 3<<20)
	if err := s.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []int{1000, 1000, 501, 1, 1, 1}; !slices.Equal(collector.took, want) {
		t.Errorf("batches of %v; want %v", collector.took, want)
	}
	if want := []int{1000, 2000, 2501, 2502, 2503, 2504}; !slices.Equal(told, want) {
		t.Errorf("told of %v; want %v", told, want)
	}
}
