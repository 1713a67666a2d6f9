package web

import (
	"strings"

	"throughline/lineage"
	"throughline/web/view"
)

// The shape of an object's "why". Fields are added, never renamed or removed.
type (
	// whyJSON says why an object is in its execution. Steps lead from it to the anchor,
	// whose own list is empty, as is that of an object of which Cut is true. Text is all
	// of it in plain words.
	whyJSON struct {
		Text  string     `json:"text"`
		Steps []stepJSON `json:"steps"`
		Same  []sameJSON `json:"same"`
		Cut   bool       `json:"cut"` // the execution does not show the way
	}
	// stepJSON leads from Object to Next, by what Says states or by Claim; the other one
	// is null or empty. More counts evidence beside the one that is told.
	stepJSON struct {
		Object   objectName `json:"object"`
		Next     objectName `json:"next"`
		Says     *saysJSON  `json:"says"`
		Claim    string     `json:"claim"`
		Evidence *citedJSON `json:"evidence"`
		Anchored *citedJSON `json:"anchor_evidence"` // of a claim: what names the anchor with it
		More     int        `json:"more"`
		Text     string     `json:"text"`
	}
	// saysJSON is a relation by the ids that the evidence writes, and as it says it.
	saysJSON struct {
		From      objectName `json:"from"`
		To        objectName `json:"to"`
		Qualifier string     `json:"qualifier"`
	}
	// sameJSON says that two ids name one object; Evidence is null when no event of the
	// execution says so.
	sameJSON struct {
		A        objectName `json:"a"`
		B        objectName `json:"b"`
		Evidence *citedJSON `json:"evidence"`
		Text     string     `json:"text"`
	}
	objectName struct {
		Type   string `json:"type"`
		ID     string `json:"id"`
		System string `json:"system"`
		Scope  string `json:"scope"`
	}
	// citedJSON is a piece of evidence. Type and Time are known of those that are among
	// the events of the execution.
	citedJSON struct {
		Kind   string `json:"kind"`
		Source string `json:"source"`
		ID     string `json:"id"`
		Type   string `json:"type"`
		Time   moment `json:"time"`
	}
)

// membersJSON are the objects of an execution, each with why it is one of them.
func membersJSON(e *lineage.Execution, lore view.Lore) []objectJSON {
	explained := lore.Explain(e)
	out := make([]objectJSON, 0, len(e.Members))
	for i, m := range e.Members {
		out = append(out, memberJSON(m, whyOf(explained[i])))
	}
	return out
}

func whyOf(e lineage.Explanation) whyJSON {
	var plain lineage.Voice
	var text []string
	for _, told := range e.Tell(plain) {
		text = append(text, told.Text)
	}
	return whyJSON{
		Text: strings.Join(text, "; "), Cut: e.Cut,
		Steps: each(e.Reasons, func(r lineage.Reason) stepJSON {
			s := stepJSON{
				Object: nameOf(r.Object), Next: nameOf(r.Next), Claim: r.Claim, More: r.More, Text: r.Sentence(plain),
				Evidence: citedOf(r.By), Anchored: citedOf(r.Too),
			}
			if r.Claim == "" {
				s.Says = &saysJSON{nameOf(r.Says.From), nameOf(r.Says.To), r.Says.Qualifier}
			}
			return s
		}),
		Same: each(e.Same, func(s lineage.Sameness) sameJSON {
			return sameJSON{nameOf(s.A), nameOf(s.B), citedOf(s.By), s.Sentence(plain)}
		}),
	}
}

func nameOf(o lineage.Object) objectName { return objectName{o.Type, o.ID, o.System, o.Scope} }

func citedOf(c lineage.Cited) *citedJSON {
	if c == (lineage.Cited{}) {
		return nil
	}
	return &citedJSON{c.Kind.String(), c.Source, c.ID, c.Type, moment(c.Time)}
}
