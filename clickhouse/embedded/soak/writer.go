package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// pace says how large the next block is and how long to rest after it.
type pace func() (rows uint64, rest time.Duration)

func small(rest time.Duration) pace {
	return func() (uint64, time.Duration) { return 1 + rand.Uint64N(500), rest }
}

func large(rate int) pace {
	return func() (uint64, time.Duration) {
		rows := 10_000 + rand.Uint64N(40_000)
		return rows, time.Duration(rows) * time.Second / time.Duration(rate)
	}
}

// write stores block after block. In doubt it asks what of the block is there and
// inserts what is missing, until the engine has acknowledged it; also when the
// time is over, so that the last block is not left open.
func (e *engine) write(ctx context.Context, books *books, report *report, next pace) {
	for ctx.Err() == nil {
		rows, rest := next()
		block := books.open(rows)
		begun := time.Now()
		e.settle(context.WithoutCancel(ctx), block, rows, report)
		books.acknowledge(block)
		report.inserted(time.Since(begun))
		pause(ctx, rest)
	}
}

// settle brings one block into the table exactly once.
func (e *engine) settle(ctx context.Context, block, rows uint64, report *report) {
	err := e.insert(ctx, block, 0, rows)
	for err != nil {
		report.failed("insert", err)
		pause(ctx, 50*time.Millisecond)
		var there uint64
		if err = e.conn.QueryRow(ctx, "SELECT count() FROM soak WHERE block = {block:UInt64}", named("block", block)).Scan(&there); err != nil {
			continue
		}
		switch {
		case there == rows:
			report.found()
		case there == 0:
			err = e.insert(ctx, block, 0, rows)
		default:
			report.broken(fmt.Sprintf("block %d is there by part: %d of %d rows", block, there, rows))
			err = e.insert(ctx, block, there, rows)
		}
	}
}

func (e *engine) insert(ctx context.Context, block, from, to uint64) error {
	batch, err := e.conn.PrepareBatch(ctx, "INSERT INTO soak (block, row, at, word, payload)")
	if err != nil {
		return err
	}
	now := time.Now()
	for row := from; row < to; row++ {
		payload := fmt.Sprintf(`{"order.id":"SO-%d-%d","amount":%d,"note":"%s"}`, block, row, row*7, strings.Repeat("x", int(row%60)))
		if err := batch.Append(block, uint32(row), now, words[row%uint64(len(words))], payload); err != nil {
			_ = batch.Abort()
			return err
		}
	}
	return batch.Send()
}

var words = [...]string{"quote", "order", "delivery", "invoice", "payment"}
