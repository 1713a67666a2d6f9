package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killAll kills the engine at random moments, evenly spread, and checks the books
// after each reopening. It returns when the time is over.
func (e *engine) killAll(ctx context.Context, t trial, books *books, report *report) error {
	share := time.Duration(t.minutes * float64(time.Minute) / float64(t.kills+1))
	for range t.kills {
		next := time.Now().Add(share)
		if !pause(ctx, time.Duration(rand.Int64N(int64(share/2)))) {
			return nil
		}
		if err := e.killOnce(ctx, books, report); err != nil {
			return err
		}
		if !pause(ctx, time.Until(next)) {
			return nil
		}
	}
	<-ctx.Done()
	return nil
}

// killOnce kills the engine, waits until it answers a question again, and audits.
func (e *engine) killOnce(ctx context.Context, books *books, report *report) error {
	ctx = context.WithoutCancel(ctx)
	pid := e.supervisor.PID()
	if pid == 0 {
		return fmt.Errorf("the engine is not running")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	begun := time.Now()
	for {
		var one uint8
		if now := e.supervisor.PID(); now != pid && now != 0 && e.conn.QueryRow(ctx, "SELECT 1").Scan(&one) == nil {
			break
		}
		if time.Since(begun) > time.Minute {
			return fmt.Errorf("the engine is not back after a minute")
		}
		pause(ctx, 5*time.Millisecond)
	}
	report.reopened(time.Since(begun))
	return e.audit(ctx, books, report, false)
}

// audit compares the table with the books: every acknowledged block exactly once,
// and no block that nobody wrote. At the end no block may be left by part.
func (e *engine) audit(ctx context.Context, books *books, report *report, last bool) error {
	acked := books.snapshot()
	query := "SELECT block, count() AS rows, sum(row) AS total, max(row) AS most, 0 AS distinct FROM soak GROUP BY block"
	if last {
		query = "SELECT block, count() AS rows, sum(row) AS total, max(row) AS most, uniqExact(row) AS distinct FROM soak GROUP BY block"
	}
	rows, err := e.conn.Query(ctx, query)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	defer rows.Close()
	var stored uint64
	for rows.Next() {
		var r struct {
			Block, Rows, Total uint64
			Most               uint32
		}
		distinct := new(uint64)
		if last {
			err = rows.Scan(&r.Block, &r.Rows, &r.Total, &r.Most, distinct)
		} else {
			err = rows.Scan(&r.Block, &r.Rows, &r.Total, &r.Most, new(uint8))
			*distinct = r.Rows
		}
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		stored += r.Rows
		size, known := books.size(r.Block)
		if !known || r.Rows != size || *distinct != size || uint64(r.Most) != size-1 || r.Total != size*(size-1)/2 {
			report.broken(fmt.Sprintf("block %d has %d rows (%d distinct) of %d", r.Block, r.Rows, *distinct, size))
		}
		delete(acked, r.Block)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	for block, size := range acked {
		report.broken(fmt.Sprintf("block %d of %d rows was acknowledged and is not there", block, size))
	}
	report.audited(stored)
	return nil
}

// sampleMemory watches the engine's resident memory.
func (e *engine) sampleMemory(ctx context.Context, report *report) {
	for pause(ctx, 250*time.Millisecond) {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(e.supervisor.PID()) + "/status")
		if err != nil {
			continue
		}
		for line := range strings.SplitSeq(string(status), "\n") {
			if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				kib, _ := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
				report.resident(kib << 10)
			}
		}
	}
}
