// Package logs makes event logs of businesses whose truth is known: small ones
// that are told and stitched a thousand times in a thousand ways, and large ones
// of the shapes that public logs have.
//
// A [Business] is played from a seed. While it is played, a book is kept of what
// every document was made for and of whose transaction every event tells. That is
// the [Truth]: who ordered what, and not what some walk over the events would find.
// Two customs of its documents make it unambiguous, as they do in real systems: a
// document names the ones that it was made from, never the ones to come, and what is
// billed or paid as a whole is billed and paid for all that is in it.
//
// Whatever takes events and gives executions is a [Subject] and can be proved: by
// [Truth.Score] against what is true, and by [Log.Arrive] and [Account] against
// itself, since neither the order of arrival nor repetition, batches or restarts may
// change a byte. *lineage.Graph is one.
//
// The same seed gives the same log. There is no I/O and no clock here. Nothing in
// this package is safe for concurrent use, but separate logs are independent.
package logs
