package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// keepEnv names a directory in which the houses stay that these benchmarks fill, for the
// next run. Without it they are filled anew each time, in the directory for temporary
// files. 10,000,000 events take 16 GB of disk, of which 10 GB are the ledger of clocks.
const keepEnv = "THROUGHLINE_BENCH_KEEP"

// benchDays is how many days the orders come in on, whatever their number: a table has a
// partition a day, and a question that is not bound to days looks into all of them.
const benchDays = 90

// BenchmarkAnyID asks for the lineage of random ids of every kind, and searches for
// them, over a store with 10,000 and 100,000 business events, and with
// THROUGHLINE_BENCH_LARGE=1 with 1,000,000 and 10,000,000. One order in fifty is open.
//
// It is asked by one client: warm, and cold, which is after a restart and with the
// engine's caches emptied and the store's files out of the machine's memory before
// each. The first answer after the restart is told apart.
func BenchmarkAnyID(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("THROUGHLINE_BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000, 10_000_000)
	}
	for _, events := range sizes {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) { benchmarkAnyID(b, events) })
	}
}

func benchmarkAnyID(b *testing.B, events int) {
	m := newMarket(events/perOrder, benchDays, 50, time.Now())
	c := filled(b, m, false)
	asked := c.lookUps(b, m)
	first := map[string]time.Duration{"lineage": asked.one("lineage"), "search": asked.one("search")}
	for _, kind := range []string{"lineage", "search"} {
		b.Run(kind+"/cold", func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				for range 20 {
					c.forget(b)
					took = append(took, asked.one(kind))
				}
			}
			b.ReportMetric(milliseconds(first[kind]), "first-ms")
			report(b, took)
		})
		b.Run(kind+"/warm", func(b *testing.B) {
			for range 100 {
				asked.one(kind)
			}
			var took []time.Duration
			before := c.cpu(b)
			for b.Loop() {
				for range 500 {
					took = append(took, asked.one(kind))
				}
			}
			b.ReportMetric((c.cpu(b)-before).Seconds()*1e3/float64(len(took)), "cpu-ms/op")
			report(b, took)
			b.ReportMetric(c.memory(b)/(1<<20), "rss-MiB")
		})
	}
}

// BenchmarkColdStart starts the house on a store with 10,000 open orders of six events,
// and with THROUGHLINE_BENCH_LARGE=1 with 100,000 and 1,000,000: how long it takes
// until it listens, until it answers for one of them, and until it says that it is
// ready, which it is when it judges deadlines too; and what processor time it and its
// engine have spent by then. The store's files are out of the machine's memory.
func BenchmarkColdStart(b *testing.B) {
	sizes := []int{10_000}
	if os.Getenv("THROUGHLINE_BENCH_LARGE") != "" {
		sizes = append(sizes, 100_000, 1_000_000)
	}
	for _, open := range sizes {
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) { benchmarkColdStart(b, open) })
	}
}

func benchmarkColdStart(b *testing.B, open int) {
	m := newMarket(open, benchDays, 1, time.Now())
	c := filled(b, m, true)
	b.Run("restart", func(inner *testing.B) { benchmarkRestart(inner, m, c, b) })
	c.stop(b)
}

// benchmarkRestart restarts a house, which lives as long as its owner.
func benchmarkRestart(b *testing.B, m market, c *child, owner testing.TB) {
	var listens, answers, ready, spent time.Duration
	resident, rounds := 0.0, 0
	for b.Loop() {
		b.StopTimer()
		c.stop(b)
		c.evict(b)
		b.StartTimer()
		began := time.Now()
		*c = *startChild(owner, c.dir)
		listens += time.Since(began)
		path := m.paths(m.orders / 2)[0]
		eventually(b, 30*time.Minute, func() error { return get(c.addr.HTTP, path, &apiLineage{}) })
		answers += time.Since(began)
		c.ready(b, 30*time.Minute)
		ready += time.Since(began)
		spent += c.cpu(b)
		resident += c.memory(b)
		rounds++
	}
	b.ReportMetric(0, "ns/op")
	for name, total := range map[string]time.Duration{"listens-s": listens, "answers-s": answers, "ready-s": ready, "cpu-s": spent} {
		b.ReportMetric(total.Seconds()/float64(rounds), name)
	}
	b.ReportMetric(resident/float64(rounds)/(1<<20), "rss-MiB")
}

// filled returns a house that was restarted on the store of a market, and if that is
// asked for had time in a life before that to make the clocks. How fast both go is reported as a benchmark of
// its own; a store that was kept from an earlier run is taken as it is.
func filled(b *testing.B, m market, clocks bool) *child {
	b.Helper()
	parent := os.Getenv(keepEnv)
	if parent == "" {
		parent = b.TempDir()
	}
	dir := filepath.Join(parent, fmt.Sprintf("orders-%d-open-%d", m.orders, m.openEvery))
	whole := filepath.Join(dir, "filled")
	if _, err := os.Stat(whole); err != nil {
		if err := os.RemoveAll(dir); err != nil {
			b.Fatal(err)
		}
		done := false
		b.Run("fill", func(b *testing.B) {
			benchmarkFill(b, m, dir, clocks)
			done = true
		})
		if !done {
			b.Fatal("the store is not filled; -bench must not leave out fill")
		}
		if err := os.WriteFile(whole, nil, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	c := startChild(b, dir)
	b.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			c.stop(b)
		}
	})
	c.ready(b, 30*time.Minute)
	return c
}

// benchmarkFill fills a store, once, and lets a house make the clocks, if that is asked for.
func benchmarkFill(b *testing.B, m market, dir string, clocks bool) {
	c := startChild(b, dir)
	c.ready(b, time.Minute)
	began, before := time.Now(), c.cpu(b)+ownCPU(b)
	fill(b, c, m)
	took := time.Since(began)
	c.merged(b)
	b.ReportMetric(float64(m.events())/took.Seconds(), "events/s")
	b.ReportMetric((c.cpu(b)+ownCPU(b)-before).Seconds()*1e6/float64(m.events()), "cpu-s/Mevent")
	b.ReportMetric((time.Since(began) - took).Seconds(), "merging-s")
	for table, name := range map[string]string{"business_events": "event-B", "identifiers": "identifier-B", "executions": "execution-B", "evidence": "evidence-B", "spans": "span-B"} {
		size, err := strconv.ParseFloat(query(b, c, "SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE active AND database = 'throughline' AND table = '"+table+"'"), 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(size, name)
	}
	b.Log(c.sizes(b))
	c.stop(b)
	b.ReportMetric(0, "ns/op")
	if !clocks {
		return
	}
	c = startChild(b, dir)
	began = time.Now()
	c.ready(b, 30*time.Minute)
	c.settle(b, m, 3*time.Hour)
	b.ReportMetric(float64(clocksPerOrder*m.orders)/time.Since(began).Seconds(), "clocks/s")
	c.stop(b)
}

// ownCPU is the processor time that this process has spent.
func ownCPU(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// merged waits until the engine has nothing to merge, as it has when a store has grown
// over weeks: it makes one part of a month of evidence once that is two days old.
func (c *child) merged(b *testing.B) {
	b.Helper()
	query(b, c, "OPTIMIZE TABLE throughline.evidence FINAL")
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for quiet := 0; quiet < 5; {
		if query(b, c, "SELECT count() FROM system.merges") == "0" {
			quiet++
		} else {
			quiet = 0
		}
		<-again.C
	}
}

// sizes tells the parts, rows and bytes of the tables.
func (c *child) sizes(b *testing.B) string {
	b.Helper()
	return strings.ReplaceAll(query(b, c, `SELECT concat(table, ': ', toString(count()), ' parts, ', toString(sum(rows)), ' rows, ', formatReadableSize(sum(bytes_on_disk)))
		FROM system.parts WHERE active AND database = 'throughline' GROUP BY table HAVING sum(rows) > 100 ORDER BY table`), "\n", "; ")
}

// forget empties the engine's caches, and takes the store's files out of memory.
func (c *child) forget(b *testing.B) {
	b.Helper()
	for _, cache := range []string{"MARK CACHE", "UNCOMPRESSED CACHE", "INDEX MARK CACHE", "INDEX UNCOMPRESSED CACHE", "QUERY CONDITION CACHE"} {
		query(b, c, "SYSTEM DROP "+cache)
	}
	c.evict(b)
}

// evict takes the store's files out of the machine's memory.
func (c *child) evict(b *testing.B) {
	b.Helper()
	err := filepath.WalkDir(filepath.Join(c.dir, "clickhouse"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !d.Type().IsRegular() {
			return nil // a part that was merged away
		}
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return nil
		}
		defer f.Close()
		return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	})
	if err != nil {
		b.Fatal(err)
	}
}

// lookUps asks the API of a house for random ids of a market.
type lookUps struct {
	b      *testing.B
	house  *child
	market market
	random *rand.Rand
	client http.Client
}

func (c *child) lookUps(b *testing.B, m market) *lookUps {
	return &lookUps{b: b, house: c, market: m, random: rand.New(rand.NewPCG(1, 2))}
}

// one asks for one id and returns how long it took until the answer was read. That it
// has to hold the order is checked after that.
func (l *lookUps) one(kind string) time.Duration {
	order := l.random.IntN(l.market.orders)
	paths := l.market.paths(order)
	at := l.random.IntN(len(paths)/2) * 2
	if kind == "search" {
		at++
	}
	began := time.Now()
	response, err := l.client.Get("http://" + l.house.addr.HTTP + paths[at])
	if err != nil {
		l.b.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	took := time.Since(began)
	response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(strconv.Quote(marketID("order", order)))) {
		l.b.Fatalf("%s: %s %v, without order %s: %s", paths[at], response.Status, err, marketID("order", order), body[:min(len(body), 500)])
	}
	return took
}

func report(b *testing.B, took []time.Duration) {
	b.ReportMetric(0, "ns/op")
	for _, percent := range []int{50, 95, 99} {
		b.ReportMetric(milliseconds(quantile(took, percent)), fmt.Sprintf("p%d-ms", percent))
	}
	b.ReportMetric(float64(len(took)), "asked")
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
