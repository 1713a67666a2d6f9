package pipeline

import (
	"context"

	"throughline/collector/journal"
	"throughline/lineage"
)

// Sink keeps blocks. Append returns nil only when every row of b is durable, once
// each. With inDoubt, some or all of the rows may be there already, from an
// attempt whose end is unknown: the sink MUST insert only what is missing. It
// must not change b, nor keep it.
type Sink interface {
	Append(ctx context.Context, b *lineage.Block, inDoubt bool) error
}

// Feed takes the events of every block, in the order of blocks, also when a
// block has none. After a restart it gets again what lies behind its checkpoint.
// It may keep the events and must not change them. Checkpoint is the last block
// whose effects are durable; nothing at or before it is fed again once it is
// stored.
type Feed interface {
	Events(ctx context.Context, block uint64, events []lineage.Event) error
	Checkpoint() uint64
}

// Memory tells what a store already has, so that a resend is known after a
// restart: the identity of every row of a writer's blocks from since on, in the
// order of blocks.
type Memory interface {
	RecentSpans(ctx context.Context, writer string, since uint64,
		yield func(block uint64, tenant string, trace lineage.TraceID, span lineage.SpanID, hash uint64)) error
	RecentLogs(ctx context.Context, writer string, since uint64,
		yield func(block uint64, tenant string, hash uint64)) error
	// RecentEvents yields business events, and not those read from spans or logs.
	RecentEvents(ctx context.Context, writer string, since uint64,
		yield func(block uint64, tenant, source, id string, hash uint64)) error
}

// Decoder turns a record into rows. It must be deterministic: the same record and
// catalogue give the same rows in the same order. One goroutine uses it.
type Decoder interface {
	// Version is kept with every cut, to say why a block came out differently.
	Version() uint32
	// Decode appends the record's spans, logs or business events to the block, and
	// what cannot be one to its quarantine. An error means that nothing in the
	// record can be read; what was appended is taken back.
	Decode(rec *journal.Record, catalogue *lineage.Catalogue, into *lineage.Block) error
}
