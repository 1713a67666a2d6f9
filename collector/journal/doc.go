// Package journal keeps what the collector has acknowledged: an append-only log
// of records in segment files, with one fsync for every group of writers.
//
//	Append ──▶ committer ──write, fsync──▶ segment files ──▶ Reader ──▶ pipeline
//	   ▲                        │                               │
//	   └──── answered ──────────┘            Free(upTo) deletes whole segments
//
// A record that Append has answered is on disk and will be read once, in order,
// whatever happens to the process or its power. A torn tail is cut off when the
// journal is opened. Damage in the middle costs the damaged record only: the
// reader finds the next good one and hands the bytes between on, as a record of
// type Damaged, in its place. Opening never fails because of what is in a file.
//
// Every record carries the number of items that were taken in before it, per
// signal, so "received" survives restarts and what damage has cost is known.
package journal
