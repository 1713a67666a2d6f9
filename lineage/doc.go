// Package lineage holds the words of Throughline and the rules that stitch
// events into business transactions.
//
// The words: an [Event] names [Object]s in roles; a [Catalogue] says of each
// type what it is, of each event type how to read it (a contract), and of each
// [Flow] what a transaction is. The rules: a [Graph] takes events in any order,
// any number of times, and gives the [Execution] of every anchor, always the
// same for the same set of events.
//
// The package is pure: no I/O, no clock, no goroutine, no log. Everything that
// depends on the moment takes it as an argument. Nothing but Catalogue is safe
// for concurrent use.
package lineage
