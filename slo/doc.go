// Package slo judges: a [Clock] runs for every object that an SLA is about, and
// what happens to it is told as [Transition]s, each once. An [Incident] is what
// people see of a breach.
//
// A clock is judged from two things: the facts as they are known now, in any
// order of arrival, and what was recorded of it. The facts say where it should
// stand; the record says what was told already; the difference is told. So what
// was told stays told ("as known then"), and what is known is right ("as known
// now").
//
// The package is pure: no I/O, no clock, no goroutine, no log. The moment is an
// argument.
package slo
