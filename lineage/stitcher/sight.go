package stitcher

import (
	"unique"

	"throughline/lineage"
)

// namingOf makes of what is awaited a naming of an execution.
func namingOf(w *waiting, a *lineage.Awaited) *naming {
	t := told{flow: w.name.of.Value().flow, kind: a.By.Kind, source: a.By.Source, typ: a.By.Type}
	return &naming{in: w, instant: instantOf(a.By.Time), told: unique.Make(t), id: a.By.ID}
}

// says tells whether a naming is still what is seen.
func (n *naming) says(a *lineage.Awaited) bool {
	t := n.told.Value()
	return n.instant == instantOf(a.By.Time) && n.id == a.By.ID && t.kind == a.By.Kind && t.source == a.By.Source && t.typ == a.By.Type
}

func (n *naming) cited() lineage.Cited {
	t := n.told.Value()
	return lineage.Cited{Evidence: lineage.Evidence{Kind: t.kind, Source: t.source, ID: n.id}, Type: t.typ, Time: n.time()}
}
