// Package view draws the pages. A handler of package web makes a view model
// from the words of package lineage, and a component of this package turns it
// into HTML: the same component for a whole page and for a live update of it.
//
// Nothing here does I/O or reads a clock, and nothing knows HTTP: the moment
// and the time zone come in as a Clock.
package view
