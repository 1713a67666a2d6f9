package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// report gathers what is seen. It is safe for concurrent use.
type report struct {
	begun time.Time

	mu       sync.Mutex
	reopens  []time.Duration
	inserts  []time.Duration
	reads    []time.Duration
	audits   int
	stored   uint64
	peak     uint64
	atOnce   int // blocks that were in doubt and found stored
	failures map[string]int
	breaches []string
}

func (r *report) locked(note func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	note()
}

func (r *report) reopened(took time.Duration) {
	r.locked(func() { r.reopens = append(r.reopens, took) })
}

func (r *report) inserted(took time.Duration) {
	r.locked(func() { r.inserts = append(r.inserts, took) })
}
func (r *report) read(took time.Duration) { r.locked(func() { r.reads = append(r.reads, took) }) }
func (r *report) found()                  { r.locked(func() { r.atOnce++ }) }
func (r *report) audited(stored uint64)   { r.locked(func() { r.audits++; r.stored = stored }) }
func (r *report) resident(bytes uint64)   { r.locked(func() { r.peak = max(r.peak, bytes) }) }

// failed counts an error of a client; those while the engine is down are expected.
func (r *report) failed(who string, err error) {
	text := err.Error()
	for _, sort := range []string{"connection refused", "connection reset", "EOF", "broken pipe", "bad connection"} {
		if strings.Contains(text, sort) {
			text = "the engine was down"
			break
		}
	}
	if len(text) > 160 {
		text = text[:160]
	}
	what := strings.SplitN(who, " ", 2)[0] + ": " + text
	r.locked(func() {
		if r.failures == nil {
			r.failures = map[string]int{}
		}
		if r.failures[what]++; r.failures[what] == 1 {
			fmt.Fprintln(os.Stderr, what)
		}
	})
}

// broken enters a broken promise.
func (r *report) broken(what string) {
	r.locked(func() { r.breaches = append(r.breaches, what) })
	fmt.Fprintln(os.Stderr, "BROKEN:", what)
}

// progress prints a line a minute.
func (r *report) progress(ctx context.Context, books *books) {
	for pause(ctx, time.Minute) {
		blocks, rows := books.totals()
		r.locked(func() {
			fmt.Printf("%5s  %6d blocks  %9d rows acknowledged  %5d reads  %2d kills  peak %4d MiB  %d broken\n",
				time.Since(r.begun).Round(time.Second), blocks, rows, len(r.reads), len(r.reopens), r.peak>>20, len(r.breaches))
		})
	}
}

// print writes the whole report; false means that a promise was broken.
func (r *report) print(to io.Writer, t trial, e *engine, books *books) bool {
	blocks, rows := books.totals()
	kept := true
	r.locked(func() {
		kept = len(r.breaches) == 0 && rows == r.stored
		fmt.Fprintf(to, "\n%.1f minutes, %d kills, memory cap %d MiB\n", time.Since(r.begun).Minutes(), len(r.reopens), t.memory>>20)
		fmt.Fprintf(to, "acknowledged  %d blocks, %d rows\n", blocks, rows)
		fmt.Fprintf(to, "stored        %d rows; %d audits; %d blocks were in doubt and found whole\n", r.stored, r.audits, r.atOnce)
		fmt.Fprintf(to, "reopening     %s\n", spread(r.reopens))
		fmt.Fprintf(to, "insert        %s\n", spread(r.inserts))
		fmt.Fprintf(to, "read          %s\n", spread(r.reads))
		fmt.Fprintf(to, "memory peak   %d MiB resident\n", r.peak>>20)
		for _, what := range slices.Sorted(keys(r.failures)) {
			fmt.Fprintf(to, "error         %6d × %s\n", r.failures[what], what)
		}
		for _, what := range r.breaches {
			fmt.Fprintf(to, "BROKEN        %s\n", what)
		}
	})
	if kept {
		fmt.Fprintln(to, "kept: every acknowledged block is there exactly once")
	}
	return kept
}

func keys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// spread writes the least, the middle, the 99th of a hundred and the most.
func spread(times []time.Duration) string {
	if len(times) == 0 {
		return "none"
	}
	slices.Sort(times)
	at := func(share float64) time.Duration {
		return times[int(share*float64(len(times)-1))].Round(time.Millisecond)
	}
	return fmt.Sprintf("%d × min %s, p50 %s, p99 %s, max %s", len(times), at(0), at(0.5), at(0.99), at(1))
}
