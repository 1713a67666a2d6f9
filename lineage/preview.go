package lineage

// Preview is one execution that a decision would change: how it stands, and how it
// would. Nil: it is not there.
type Preview struct {
	Ref           ExecutionRef
	Before, After *Summary
}

// maxPreviewed is how many events a preview reads to compare executions: everybody waits
// meanwhile. To release a hub of ten thousand orders may change each of them.
const maxPreviewed = 100_000

// Preview returns what would change if a decision were taken, in a stable order, and how
// many other executions may change that it did not look at since they are too many. All
// that came must have been recomputed before; what Recompute returns next may name
// some of these executions again, as they were. It costs two recomputations of
// what the decision touches, and ends when stop returns an error. Where Lacks is true after
// it, what it tells is void: it is asked again after Recall.
func (g *Graph) Preview(d Decision, stop func() error) (changes []Preview, unseen int, err error) {
	if err := d.Check(); err != nil {
		return nil, 0, err
	}
	if _, known := g.rulings.known[d.ID]; known {
		return nil, 0, Errorf(Invalid, "preview", "id is %q; there is a decision of that id", d.ID)
	}
	if g.Recompute(); g.Lacks() { // what it had begun when it had to be asked again is taken back
		return nil, 0, nil
	}
	g.Decide(d)
	refs := g.Recompute()
	after := g.summaries(stop, refs)
	g.forget(d.ID)
	if g.Lacks() {
		return nil, 0, nil
	}
	g.Recompute()
	before := g.summaries(stop, refs[:len(after)])
	if g.Lacks() {
		return nil, 0, nil
	}
	if err := stop(); err != nil {
		return nil, 0, E(Unavailable, "preview", err)
	}
	seen := len(before)
	for i, ref := range refs[:seen] {
		if b, a := before[i], after[i]; b == nil != (a == nil) || b != nil && *b != *a {
			changes = append(changes, Preview{Ref: ref, Before: b, After: a})
		}
	}
	return changes, len(refs) - seen, nil
}

// summaries returns how the first executions stand, as many as there is time for.
func (g *Graph) summaries(stop func() error, refs []ExecutionRef) []*Summary {
	var found []*Summary
	read := 0
	for _, ref := range refs {
		if read >= maxPreviewed || stop() != nil {
			break
		}
		read++
		if x := g.Execution(ref); x != nil {
			s := x.Summarise()
			read += len(x.Events)
			found = append(found, &s)
		} else {
			found = append(found, nil)
		}
	}
	return found
}
