package service_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"throughline/reference/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run starts a service whose telemetry and events go to collector.
func run(t *testing.T, collector http.HandlerFunc, prepare func(*service.Service)) *service.Service {
	t.Helper()
	server := httptest.NewServer(collector)
	t.Cleanup(server.Close)
	s, err := service.New(service.Config{
		Name: "probe", Source: "urn:example:probe", Listen: "127.0.0.1:0", Dir: t.TempDir(), OTLP: server.URL, Events: server.URL,
	}, service.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(s)
	}
	if err := s.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Run()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		for range 2 { // stopping twice is safe
			if err := s.Stop(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	return s
}

// answer is a collector that takes everything, but events as it is told to.
func answer(events http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/v1/events" {
			events(w, r)
		}
	}
}

func put(t *testing.T, s *service.Service, key string) {
	t.Helper()
	err := s.DB.Update(func() error {
		return s.Events.Put(service.Event{Type: "com.example.thing.done.v1", Key: key, Time: s.Now(), Data: map[string]string{"key": key}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits until holds returns true.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func TestEventsArePostedUntilTheyAreAccepted(t *testing.T) {
	t.Parallel()
	var posts atomic.Int64
	s := run(t, answer(func(w http.ResponseWriter, _ *http.Request) {
		switch posts.Add(1) {
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			panic(http.ErrAbortHandler) // the line breaks before the answer
		}
	}), nil)
	begin := time.Now()
	put(t, s, "a")
	eventually(t, "the event is accepted", func() bool { unsent, _ := s.Events.Waiting(); return unsent == 0 })
	if _, refused := s.Events.Waiting(); refused != 0 || posts.Load() != 4 {
		t.Errorf("%d posts, %d refused; want 4 and none", posts.Load(), refused)
	}
	if took := time.Since(begin); took < 750*time.Millisecond {
		t.Errorf("tried again after %v, though Retry-After said a second", took)
	}
}

func TestEventThatIsWrongForGoodDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	s := run(t, answer(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
	}), nil)
	put(t, s, "a")
	put(t, s, "b")
	eventually(t, "both are set aside", func() bool { unsent, refused := s.Events.Waiting(); return unsent == 0 && refused == 2 })
}

func TestFullOutboxMakesItsWriterWait(t *testing.T) {
	t.Parallel()
	var open atomic.Bool
	s := run(t, answer(func(w http.ResponseWriter, _ *http.Request) {
		if !open.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}), nil)
	err := s.DB.Update(func() error {
		for n := range 10_000 {
			s.Events.Outbox.Put(string(rune(n)), service.Letter{Body: []byte("{}")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Events.Wait(short); err == nil {
		t.Error("there was room in a full outbox")
	}
	waited := make(chan error)
	go func() { waited <- s.Events.Wait(t.Context()) }()
	open.Store(true)
	if err := <-waited; err != nil {
		t.Errorf("no room after the collector came back: %v", err)
	}
}

func TestRequestsAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	type body struct {
		Name string `json:"name"`
	}
	s := run(t, answer(nil), func(s *service.Service) {
		s.Handle("POST /api/things", func(r *http.Request) (int, any, error) {
			var b body
			if err := service.Decode(r, &b); err != nil {
				return 0, nil, err
			}
			if b.Name == "boom" {
				return 0, nil, io.ErrUnexpectedEOF
			}
			_, err := service.Limit(r)
			return http.StatusOK, b, err
		})
	})
	for name, c := range map[string]struct {
		query, body string
		status      int
		says        string
	}{
		"a good one is answered":             {"", `{"name":"x"}`, 200, `"name": "x"`},
		"a field that nobody knows is named": {"", `{"nme":"x"}`, 400, "nme"},
		"half a body is a bad one":           {"", `{"name":`, 400, "unexpected EOF"},
		"a number where text is wanted":      {"", `{"name":1}`, 400, "number"},
		"more than a MiB is too much":        {"", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "1048576"},
		"a limit is a number":                {"?limit=ten", `{}`, 400, "ten"},
		"a limit has a limit":                {"?limit=1001", `{}`, 400, "1 to 1000"},
		"our own fault says nothing of ours": {"", `{"name":"boom"}`, 500, "internal error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := once().Post(s.URL()+"/api/things"+c.query, "application/json", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			raw, _ := io.ReadAll(res.Body)
			if res.StatusCode != c.status || !strings.Contains(string(raw), c.says) {
				t.Errorf("answer is %d %s; want %d and %q", res.StatusCode, raw, c.status, c.says)
			}
		})
	}
}

// once is a client that keeps no connection.
func once() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

func TestServiceSaysWhatItMisses(t *testing.T) {
	t.Parallel()
	_, err := service.New(service.Config{Name: "probe", Source: "urn:x", Dir: t.TempDir(), OTLP: "h:1"}, service.Deps{})
	if err == nil || !strings.Contains(err.Error(), "Events is missing") {
		t.Errorf("error is %v", err)
	}
}
