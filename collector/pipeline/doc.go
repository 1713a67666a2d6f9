// Package pipeline takes what the journal holds to the store, exactly once.
//
//	journal ─▶ decode ─▶ sift ─▶ map ─▶ block ─▶ cut in the ledger ─┬─▶ Feed (stitcher)
//	             │         │                     (fsync)            └─▶ Sink (store) ─▶ checkpoint ─▶ free
//	         quarantine  resends
//
// A block is cut once: which records it is made of, which of their items were
// resends, which catalogue mapped them. The cut is on disk in the ledger, a small
// second journal, before the first insert, so after a crash the same block comes
// out again and the sink is told that it is in doubt. A block that does not come
// out the same (damage, another decoder) is given up: its records become new
// blocks, and what the store already has of them is dropped as resent.
//
// Accounting. The journal counts per signal what it has ever taken in, and keeps
// that figure in its own records. Every block has a tally of what became of its
// items; a checkpoint is one record with the totals of all blocks up to it, so a
// total and the blocks that it counts are never apart. In flight is what the
// journal holds behind the checkpoint. Hence, at any moment and after any crash,
// received = stored + quarantined + deduplicated + in flight.
//
// Received counts what is on disk. A request that was synced but not answered
// before a crash is among it; the client sends it again, and that is dropped.
package pipeline
