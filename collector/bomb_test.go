package collector

import (
	"context"
	"encoding/binary"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// discard stands for a journal and a scanner where only the way to them counts.
type discard struct{}

func (*discard) Append(context.Context, journal.Record) error { return nil }

func (*discard) Scan(lineage.Signal, journal.Encoding, []byte) (int, error) { return 1, nil }

// TestBombsAreRefusedInBoundedMemory does not run beside other tests: it looks
// at the heap of the process. It runs with the standard limits but a budget of
// 128 MiB. Go's collector lets garbage grow to as much as is alive, and the
// senders live in this process too, so the bound is four times the budget;
// without a budget twenty such requests take gigabytes.
func TestBombsAreRefusedInBoundedMemory(t *testing.T) {
	const budget, senders = 128 << 20, 20
	zeros := gzipped(make([]byte, 128<<20)) // 128 MiB in 130 kB
	http413 := func(path, media, encoding string, body []byte) func(*rig) string {
		return func(r *rig) string {
			got := r.send(request{path: path, body: body, header: map[string]string{"Content-Type": media, "Content-Encoding": encoding}})
			switch got.code {
			case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
				return ""
			}
			return http.StatusText(got.code)
		}
	}
	rpc := func(encoding string, flag byte, message []byte) func(*rig) string {
		frame := binary.BigEndian.AppendUint32([]byte{flag}, uint32(len(message)))
		frame = append(frame, message...)
		return func(r *rig) string {
			got := r.grpcByHand(frame, map[string]string{"Grpc-Encoding": encoding})
			switch got.code {
			case "3", "8": // INVALID_ARGUMENT, RESOURCE_EXHAUSTED
				return ""
			}
			return got.message
		}
	}
	for name, bomb := range map[string]func(*rig) string{
		"zeros in gzip":                          http413("/v1/traces", protobuf, "gzip", zeros),
		"zeros in gzip as events":                http413("/v1/events", structuredType, "gzip", zeros),
		"zeros in zstd":                          http413("/v1/logs", "application/json", "zstd", zstded(make([]byte, 128<<20))),
		"two million empty spans":                http413("/v1/traces", protobuf, "gzip", gzipped(emptySpans(2_000_000))),
		"eight million empty spans over gRPC":    rpc("gzip", 1, gzipped(emptySpans(8_000_000))),
		"sixty megabytes as they are, over gRPC": rpc("identity", 0, make([]byte, 60<<20)),
		"a million empty spans in JSON":          http413("/v1/traces", "application/json", "gzip", gzipped([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[`), []byte(strings.Repeat("{},", 1_000_000)), []byte(`{}]}]}]}`))),
		"twenty million brackets":                http413("/v1/traces", "application/json", "gzip", gzipped([]byte(strings.Repeat("[", 20<<20)))),
		"a batch of twenty million numbers":      http413("/v1/events", batchType, "gzip", gzipped([]byte("["), []byte(strings.Repeat("1,", 20<<20)), []byte("1]"))),
	} {
		t.Run("Twenty senders of "+name, func(t *testing.T) {
			r := start(t, func(cfg *Config, _ *ledger) { cfg.MaxInFlightBytes, cfg.BodyTimeout = budget, time.Minute })
			peak := watchHeap(t)
			var wg sync.WaitGroup
			for range senders {
				wg.Go(func() {
					if wrong := bomb(r); wrong != "" {
						t.Error(wrong)
					}
				})
			}
			wg.Wait()
			if grown := peak(); grown > 4*budget {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			} else {
				t.Logf("the heap grew by %d MiB", grown>>20)
			}
			for name, send := range deliver(r) {
				if err := send(); err != nil {
					t.Errorf("afterwards, %s: %v", name, err)
				}
			}
			if held := r.budget.inFlight(); held != 0 {
				t.Errorf("%d bytes are still reserved", held)
			}
		})
	}
}

// watchHeap samples the heap until the returned function is called, which
// returns how much it grew at most.
func watchHeap(t *testing.T) func() uint64 {
	t.Helper()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before := heap()
	most := before
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				most = max(most, heap())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most - before
	}
}
