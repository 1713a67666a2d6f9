// Package ocel speaks OCEL 2.0, the exchange format of object-centric process
// mining (ocel-standard.org), and XES, the older one of flat cases.
//
// A [Log] is the standard's model: events that name objects with qualifiers,
// objects that name objects, and attributes, those of objects over time. [Decode]
// and [Encode] are its JSON form; package sqlite has the other one.
//
// A log that is brought in becomes CloudEvents ([Carrier]), with everything that
// the log says in their data, so that an [Assembler] makes the equal log of what
// comes out again. A [Guess] says what its types may be to a flow, and its Stub
// writes that down as a catalogue for a person to edit. docs/adr/014-ocel.md says
// what becomes of what.
//
// The package is pure: no I/O but the reader and writer it is given, no clock, no
// goroutine, no log. Nothing in it is safe for concurrent use.
package ocel
