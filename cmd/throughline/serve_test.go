package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakeHouse records what is asked of it.
type fakeHouse struct {
	startErr, stopErr error
	failed            chan error
	started           chan struct{}

	mu    sync.Mutex
	calls []string
}

func newFakeHouse() *fakeHouse {
	return &fakeHouse{failed: make(chan error, 1), started: make(chan struct{})}
}

func (h *fakeHouse) call(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, name)
}

func (h *fakeHouse) Start(context.Context) error {
	h.call("start")
	close(h.started)
	return h.startErr
}

func (h *fakeHouse) Stop(ctx context.Context) error {
	h.call("stop")
	if ctx.Err() != nil {
		return errors.New("there was no time to stop in")
	}
	return h.stopErr
}

func (h *fakeHouse) Failed() <-chan error { return h.failed }

func (h *fakeHouse) Addresses() Addresses {
	return Addresses{HTTP: "127.0.0.1:11", OTLPHTTP: "127.0.0.1:12", OTLPGRPC: "127.0.0.1:13", ClickHouse: "127.0.0.1:14"}
}

func runHouse(t *testing.T, h *fakeHouse, end func(cancel func())) (data string, err error) {
	t.Helper()
	cfg := defaults()
	cfg.Data = t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, Console{Out: io.Discard, Err: io.Discard}, cfg, func(Config, *slog.Logger) (house, error) { return h, nil })
	}()
	<-h.started
	end(cancel)
	return cfg.Data, <-done
}

func TestRun(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*fakeHouse)
		end     func(h *fakeHouse, cancel func())
		want    string // part of the error; empty: none
	}{
		"When it is asked to end, it stops in time and without an error.": {
			prepare: func(*fakeHouse) {},
			end:     func(_ *fakeHouse, cancel func()) { cancel() },
		},
		"When a part dies, it stops the others and says why.": {
			prepare: func(*fakeHouse) {},
			end:     func(h *fakeHouse, _ func()) { h.failed <- errors.New("the journal's disk is gone") },
			want:    "the journal's disk is gone",
		},
		"When a part does not start, those that did are stopped.": {
			prepare: func(h *fakeHouse) { h.startErr = errors.New("port in use") },
			end:     func(*fakeHouse, func()) {},
			want:    "start: port in use",
		},
		"When stopping fails, it says so.": {
			prepare: func(h *fakeHouse) { h.stopErr = errors.New("a batch is stuck") },
			end:     func(_ *fakeHouse, cancel func()) { cancel() },
			want:    "stop: a batch is stuck",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFakeHouse()
			test.prepare(h)
			data, err := runHouse(t, h, func(cancel func()) { test.end(h, cancel) })
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v; want %q", err, test.want)
			}
			if want := []string{"start", "stop"}; !slices.Equal(h.calls, want) {
				t.Errorf("calls: %v; want %v", h.calls, want)
			}
			if _, err := os.Stat(filepath.Join(data, runFile)); !os.IsNotExist(err) {
				t.Errorf("%s is still there: %v", runFile, err)
			}
		})
	}
}

func TestBanner(t *testing.T) {
	t.Parallel()
	cfg := defaults()
	cfg.Token = "canary-token-0001"
	var b bytes.Buffer
	if err := writeBanner(&b, cfg, newFakeHouse().Addresses()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"http://127.0.0.1:11/", "http://127.0.0.1:12/v1/events", "grpc 127.0.0.1:13", "127.0.0.1:14", "curl", "Bearer $THROUGHLINE_TOKEN"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the banner lacks %s:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "canary") {
		t.Error("the banner tells the token")
	}
}
