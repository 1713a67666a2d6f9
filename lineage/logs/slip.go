package logs

import (
	"slices"
	"time"

	"throughline/lineage"
)

// slip makes what an event said before it was corrected: the same identity with
// other content, which was recorded earlier, or at the same moment with a smaller
// hash. Nothing of it is true, so that nothing of it may stay.
func (b *book) slip(right *lineage.Event) (wrong lineage.Event, slipped bool) {
	if !b.chance(b.slips) {
		return lineage.Event{}, false
	}
	wrong = *right
	wrong.Hash--
	if b.wire != nil || b.chance(60) {
		wrong.Recorded = right.Recorded.Add(-time.Hour)
	}
	wrong.Refs, wrong.Relations = slices.Clone(right.Refs), slices.Clone(right.Relations)
	stranger := b.docs[b.random.IntN(len(b.docs))].ids[0]
	refer := func(o lineage.Object, role lineage.Role) {
		if !slices.ContainsFunc(wrong.Refs, func(r lineage.Ref) bool { return r.Object == o }) {
			wrong.Refs = append(wrong.Refs, lineage.Ref{Object: o, Role: role})
		}
	}
	switch subject := right.Subject(); b.random.IntN(6) {
	case 0: // another's document
		refer(stranger, lineage.Mentions)
	case 1: // a document that there never was
		ghost := stranger
		ghost.ID = "9" + ghost.ID + "9"
		refer(ghost, lineage.Mentions)
	case 2: // another's correlation id
		if len(b.claims) > 0 {
			wrong.Correlation = b.claims[b.random.IntN(len(b.claims))]
		}
	case 3: // less than there is
		wrong.Refs = wrong.Refs[:min(1, len(wrong.Refs))]
		wrong.Relations, wrong.Equalities, wrong.Correlation = nil, nil, ""
	case 4: // that it is the same as something else
		other := stranger
		other.System = "legacy"
		if b.wire == nil && !subject.IsZero() && subject.Type == other.Type {
			refer(other, lineage.Alias)
			wrong.Equalities = append(slices.Clone(wrong.Equalities), lineage.Equality{A: subject, B: other})
		}
		refer(stranger, lineage.Mentions)
	default: // that it follows from another's
		if !subject.IsZero() && subject != stranger {
			wrong.Relations = append(wrong.Relations, lineage.Relation{From: subject, To: stranger, Qualifier: "replaces"})
		}
	}
	return wrong, true
}
