package view

import (
	"cmp"
	"strings"

	"throughline/lineage"
	"throughline/slo"
)

// Lore is what a page knows beside the evidence: what people call sources,
// systems and the goods of a flow, and the clocks that run. The zero Lore knows
// nothing, and things go by their own names.
type Lore struct {
	Catalogue *lineage.Catalogue
	Clocks    []slo.Reading // by deadline
}

// Of returns the clocks of an execution: those of its members by the SLAs of its
// flow, and of every flow where it is the built-in one, which has none of its own.
func (l Lore) Of(e *lineage.Execution) []slo.Reading {
	if len(l.Clocks) == 0 {
		return nil
	}
	mine := map[lineage.Object]bool{e.Anchor: true}
	for _, m := range e.Members {
		mine[m.Object] = true
	}
	var out []slo.Reading
	for _, r := range l.Clocks {
		if mine[r.Subject] && (r.SLA.Flow == e.Flow || e.Flow == lineage.TransactionFlow) {
			out = append(out, r)
		}
	}
	return out
}

// source is what people call a source of events.
func (l Lore) source(source string) string {
	if source == slo.OwnSource {
		return "Throughline itself"
	}
	name := source
	if l.Catalogue != nil {
		name = l.Catalogue.Source(source).Name
	}
	return strings.TrimPrefix(name, "otel:")
}

// closing is the source that an SLA waits for, inside a sentence.
func (l Lore) closing(s lineage.SLA) string {
	return said(l.source(cmp.Or(s.ClosingSource, slo.OwnSource)))
}

func (l Lore) system(system string) string {
	if l.Catalogue == nil {
		return system
	}
	return l.Catalogue.SystemName(system)
}

func (l Lore) flow(name string) lineage.Flow {
	if l.Catalogue != nil {
		for _, f := range l.Catalogue.Flows() {
			if f.Name == name {
				return f
			}
		}
	}
	return lineage.Flow{}
}

// anchor is the type that the flow of an execution is anchored on.
func (l Lore) anchor(e *lineage.Execution) string {
	return cmp.Or(l.flow(e.Flow).Anchor, e.Anchor.Type)
}

// goods is the type of the objects that a stage of a flow waits for: of "paid" the
// payments, although it is invoices that are paid. It is "" when nobody says so.
func (l Lore) goods(flow, stage string) string {
	for _, s := range l.flow(flow).Stages {
		if s.Name == stage {
			return cmp.Or(s.By, s.Type)
		}
	}
	return ""
}

// spoken is the name of a type as it is said: "credit note".
func spoken(typ string) string { return strings.ReplaceAll(typ, "_", " ") }

// an is a type with its article.
func an(typ string) string {
	if typ != "" && strings.ContainsRune("aeiou", rune(typ[0])) {
		return "an " + said(spoken(typ))
	}
	return "a " + said(spoken(typ))
}

// titleOf is what people call an SLA.
func titleOf(s lineage.SLA) string { return cmp.Or(s.Title, s.Name) }
