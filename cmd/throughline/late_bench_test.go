package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/clickhouse"
	"throughline/lineage"
	"throughline/lineage/stitcher"
)

// BenchmarkLateEvent feeds events to orders that left memory long ago, one by one, over a
// store with 10,000 and 100,000 business events, and with THROUGHLINE_BENCH_LARGE=1 with
// 1,000,000 and 10,000,000: how long it takes from the event until the order is told as
// it is with it. A stitcher that began with everything in the store, and keeps 1,000
// events, does it, beside the house whose store it reads.
func BenchmarkLateEvent(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("THROUGHLINE_BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000, 10_000_000)
	}
	for _, events := range sizes {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) { benchmarkLateEvent(b, events) })
	}
}

func benchmarkLateEvent(b *testing.B, events int) {
	m := newMarket(events/perOrder, benchDays, 50, time.Now())
	c := filled(b, m, false)
	b.Run("evicted", func(b *testing.B) {
		s, told := bystander(b, c)
		random, block := rand.New(rand.NewPCG(3, 4)), s.Checkpoint()
		var took []time.Duration
		pace := time.NewTicker(110 * time.Millisecond)
		defer pace.Stop()
		for b.Loop() {
			for range 200 {
				block++
				e := m.late(random.IntN(m.orders), block)
				began := time.Now()
				if err := s.Events(b.Context(), block, []lineage.Event{e}); err != nil {
					b.Fatal(err)
				}
				for at := range told {
					if at >= block {
						break
					}
				}
				took = append(took, time.Since(began))
				<-pace.C // of recomputations, which is only a later event's wait
			}
		}
		report(b, took)
	})
	c.stop(b)
}

// late is one more event about an order's delivery.
func (m market) late(order int, block uint64) lineage.Event {
	return lineage.Event{
		Tenant: tenant, Source: "/wms", ID: fmt.Sprintf("late-%d", block), Type: "delivery.left", Time: m.at(order).Add(time.Hour), Ingested: time.Now(),
		Correlation: marketID(lineage.CorrelationType, order), Hash: block,
		Refs: []lineage.Ref{{Object: lineage.Object{Type: "delivery", System: "erp", ID: marketID("delivery", order)}, Role: lineage.Subject}},
	}
}

// reader is a store that nothing is written to.
type reader struct{ *clickhouse.Store }

func (reader) SaveExecutions(context.Context, string, uint64, []*lineage.Execution, []lineage.ExecutionRef) error {
	return nil
}
func (reader) RetireExecutions(context.Context, string, uint64) error      { return nil }
func (reader) SaveQuarantine(context.Context, []lineage.Quarantined) error { return nil }
func (reader) SaveAudit(context.Context, []lineage.AuditEntry) error       { return nil }

// hears tells up to which block all is told.
type hears chan uint64

func (hears) Anew(*lineage.Catalogue)                            {}
func (hears) Execution(lineage.ExecutionRef, *lineage.Execution) {}
func (hears) Forget(lineage.ExecutionRef)                        {}
func (h hears) Through(block uint64)                             { h <- block }
func (hears) Ahead(uint64) ([]lineage.ExecutionRef, error)       { return nil, nil }
func (hears) Void()                                              {}
func (hears) Settled(uint64)                                     {}
func (hears) Holds(*lineage.Catalogue) bool                      { return true }
func (hears) Kept() uint64                                       { return 0 }

// bystander is a stitcher on the store of a house, which it only reads. It begins with the
// checkpoint of that.
func bystander(b *testing.B, c *child) (*stitcher.Stitcher, <-chan uint64) {
	b.Helper()
	dir, saved := b.TempDir(), struct {
		Writer  string
		Version uint64
	}{}
	eventually(b, 30*time.Minute, func() error {
		raw, err := os.ReadFile(filepath.Join(c.dir, "stitcher.json"))
		if err == nil {
			err = errors.Join(json.Unmarshal(raw, &saved), os.WriteFile(filepath.Join(dir, "stitcher.json"), raw, 0o600))
		}
		if err == nil && saved.Version == 0 {
			err = errors.New("the house has not stored its executions yet")
		}
		return err
	})
	token, err := os.ReadFile(filepath.Join(c.dir, tokenFile))
	if err != nil {
		b.Fatal(err)
	}
	dsn := url.URL{Scheme: "http", User: url.UserPassword("default", strings.TrimSpace(string(token))), Host: c.addr.ClickHouse}
	store, err := clickhouse.New(clickhouse.Config{DSN: dsn.String(), Database: "throughline"}, clickhouse.Deps{})
	if err == nil {
		err = store.Start(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	cat, err := shelf{b.TempDir()}.open(nil)
	if err != nil {
		b.Fatal(err)
	}
	told := make(hears, 1024)
	s, err := stitcher.New(stitcher.Config{Dir: dir, Writer: saved.Writer, Resident: 1000}, stitcher.Deps{
		Catalogue: cat, Store: reader{store}, Listener: told, Stored: func() uint64 { return math.MaxUint64 },
	})
	if err == nil {
		err = s.Start(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = s.Stop(b.Context())
		_ = store.Stop(b.Context())
	})
	eventually(b, 30*time.Minute, func() error {
		if !s.Loaded() {
			return fmt.Errorf("it reads the store")
		}
		return nil
	})
	<-told
	return s, told
}
