package lineage

import (
	"cmp"
	"slices"
)

// GapKind says in what way stitching loses something.
type GapKind string

// The kinds of gaps.
const (
	GapMute     GapKind = "mute"     // events name nothing and carry nothing
	GapClaiming GapKind = "claiming" // events carry an id that no anchor claims
	GapNamed    GapKind = "named"    // events name objects that no anchor reaches
	GapNameless GapKind = "nameless" // spans lie in traces that name nothing
	GapOrphans  GapKind = "orphans"  // spans have parents that never came
	GapHop      GapKind = "hop"      // a call loses its context
	GapLying    GapKind = "lying"    // an id names several anchors
	GapSpelling GapKind = "spelling" // sources spell one id in different ways
	GapRefused  GapKind = "refused"  // a value stands for no id
)

// Gap is one place where stitching loses something, and who can mend it. Counts are of
// the sample.
type Gap struct {
	Kind      GapKind
	Signal    EventKind // of Source: SpanEvent for a service
	Source    string    // source or service; of a hop the caller, of a spelling ""
	Callee    string    // of a hop
	Sources   []string  // of a spelling
	Messaging bool      // of a hop
	Affected  int
	Of        int
	Type      string   // event type that is affected most, destination, attribute; of lying ids "correlation" or "trace"; how they are spelled
	Anchor    string   // type that is not reached, or is named several times
	Example   Object   // to look at: an object, a correlation id or a trace; of events that name nothing the id alone
	Spelled   []string // of a spelling
	Most      int      // anchors that the example of a lying id names
}

// Gaps lists what is worth mending, the ones that affect most first. What affects less
// than one in a hundred is left to the tables; an id that lies or is spelled in two ways
// joins, or parts, more than itself and is always told. anchors are the types that a
// catalogue's flows are anchored on.
func (s *Stitchability) Gaps(anchors []string) []Gap {
	anchor := ""
	if len(anchors) > 0 {
		anchor = anchors[0]
	}
	var gaps []Gap
	often := func(g Gap) {
		if g.Affected > 0 && g.Affected*100 >= g.Of {
			gaps = append(gaps, g)
		}
	}
	for _, r := range s.Sources {
		for _, l := range []struct {
			kind GapKind
			Lost
		}{{GapMute, r.Mute}, {GapClaiming, r.Claiming}, {GapNamed, r.Named}} {
			often(Gap{Kind: l.kind, Signal: r.Kind, Source: r.Source, Affected: l.Events, Of: r.Events, Type: l.Type, Example: l.Example, Anchor: anchor})
		}
	}
	for _, r := range s.Services {
		often(Gap{Kind: GapNameless, Signal: SpanEvent, Source: r.Service, Affected: r.Spans - r.Named, Of: r.Spans, Example: traceObject(r.Nameless), Anchor: anchor})
		often(Gap{Kind: GapOrphans, Signal: SpanEvent, Source: r.Service, Affected: r.Orphans, Of: r.Children, Example: traceObject(r.Orphaned)})
	}
	for _, h := range s.Hops() {
		often(Gap{
			Kind: GapHop, Signal: SpanEvent, Source: h.Caller, Callee: h.Callee, Messaging: h.Messaging,
			Affected: h.Dropped(), Of: h.Calls, Type: h.Target, Example: traceObject(h.Broken),
		})
	}
	for _, c := range s.Claims {
		gaps = append(gaps, Gap{
			Kind: GapLying, Signal: c.Kind, Source: c.Source, Affected: c.Lying, Of: c.IDs, Type: c.What,
			Example: Object{Type: c.What, ID: c.Example}, Anchor: c.Type, Most: c.Anchors,
		})
	}
	for _, p := range s.Spellings {
		gaps = append(gaps, Gap{Kind: GapSpelling, Sources: p.Sources, Affected: p.Pairs, Type: p.How, Anchor: p.Type, Example: Object{Type: p.Type, System: p.System}, Spelled: p.Example})
	}
	for _, r := range s.Refusals {
		often(Gap{Kind: GapRefused, Signal: r.Kind, Source: r.Source, Affected: r.Useless, Of: r.Told, Type: r.Key, Example: Object{ID: r.Example}})
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int { return cmp.Compare(b.Affected, a.Affected) })
	return gaps
}

func traceObject(id TraceID) Object {
	if id.IsZero() {
		return Object{}
	}
	return Object{Type: "trace", ID: id.String()}
}
