package lineage

// Preview is one execution that a decision would change: how it stands, and how it
// would. Nil: it is not there.
type Preview struct {
	Ref           ExecutionRef
	Before, After *Summary
}

// Preview returns what would change if a decision were taken, in a stable order. All
// that came must have been recomputed before; what Recompute returns next may name
// some of these executions again, as they were. It costs two recomputations of
// what the decision touches.
func (g *Graph) Preview(d Decision) ([]Preview, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if _, known := g.rulings.known[d.ID]; known {
		return nil, Errorf(Invalid, "preview", "id is %q; there is a decision of that id", d.ID)
	}
	g.Decide(d)
	refs := g.Recompute()
	after := g.summaries(refs)
	g.forget(d.ID)
	g.Recompute()
	before := g.summaries(refs)
	var changes []Preview
	for i, ref := range refs {
		if b, a := before[i], after[i]; b == nil != (a == nil) || b != nil && *b != *a {
			changes = append(changes, Preview{Ref: ref, Before: b, After: a})
		}
	}
	return changes, nil
}

func (g *Graph) summaries(refs []ExecutionRef) []*Summary {
	found := make([]*Summary, len(refs))
	for i, ref := range refs {
		if x := g.Execution(ref); x != nil {
			s := x.Summarise()
			found[i] = &s
		}
	}
	return found
}
