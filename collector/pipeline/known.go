package pipeline

import (
	"hash/maphash"

	"throughline/lineage"
)

// known is which identifiers a block already has: one row per object and trace
// is enough to find them, and a trace of ten spans would give ten.
type known struct {
	seed maphash.Seed
	rows table
}

func newKnown() *known { return &known{seed: maphash.MakeSeed()} }

// add reports whether the identifier is new.
func (k *known) add(id *lineage.Identifier) bool {
	type key struct {
		tenant, typ, system, scope, id, source, event uint64
		kind                                          lineage.EventKind
		trace                                         lineage.TraceID
	}
	n := key{
		tenant: k.hash(id.Tenant), typ: k.hash(id.Object.Type), system: k.hash(id.Object.System),
		scope: k.hash(id.Object.Scope), id: k.hash(id.Object.ID), kind: id.Kind, trace: id.TraceID,
	}
	if id.EventID != "" || id.TraceID.IsZero() {
		n.source, n.event = k.hash(id.Source), k.hash(id.EventID)
	}
	name := max(1, maphash.Comparable(k.seed, n))
	if _, ok := k.rows.find(name); ok {
		return false
	}
	k.rows.put(name, 0)
	return true
}

func (k *known) hash(s string) uint64 {
	if s == "" {
		return 0
	}
	return maphash.String(k.seed, s)
}

// reset forgets everything and keeps the room.
func (k *known) reset() {
	clear(k.rows.slots)
	k.rows.n = 0
}
