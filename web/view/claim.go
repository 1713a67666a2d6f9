package view

import (
	"strconv"
	"strings"

	"throughline/lineage"
)

// Claims tells claims in plain words; anchor is the type that the flow is
// anchored on, or "" when it is not known.
func Claims(claims []lineage.Claim, anchor string) []Claim {
	if anchor == "" {
		anchor = "anchor"
	}
	anchor = said(anchor)
	out := make([]Claim, 0, len(claims))
	for _, c := range claims {
		kind, value, _ := strings.Cut(c.Claim, ":")
		out = append(out, Claim{
			Text:  c.Claim,
			Badge: claimBadge(c.State),
			Words: claimWords(c.State, claimName(kind), anchor),
			URL:   claimURL(kind, value),
		})
	}
	return out
}

func claimName(kind string) string {
	switch kind {
	case "correlation":
		return "this correlation id"
	case "trace":
		return "this trace"
	case "link", "links":
		return "this chain of span links"
	case "causation":
		return "this causing event"
	default:
		return "this " + said(kind)
	}
}

func claimWords(s lineage.ClaimState, name, anchor string) string {
	switch s {
	case lineage.Claimed:
		return "Names exactly one " + anchor + ", so everything that carries " + name + " belongs to it."
	case lineage.Ambiguous:
		return "Joins nothing: " + name + " names more than one " + anchor + ", or brings more than the flow allows."
	default:
		return "Joins nothing yet: no " + anchor + " has been named with " + name + "."
	}
}

func claimURL(kind, value string) string {
	if kind != "correlation" && kind != "trace" || value == "" {
		return ""
	}
	return ObjectURL(lineage.Object{Type: kind, ID: value})
}

// maxCarriers is how many anchors are named that carry one claim.
const maxCarriers = 5

// carriers are the anchors of one flow whose executions carry an ambiguous claim.
type carriers map[struct{ flow, claim string }][]string

func carriersOf(executions []*lineage.Execution) carriers {
	out := carriers{}
	for _, e := range executions {
		for _, c := range e.Claims {
			if c.State == lineage.Ambiguous {
				key := struct{ flow, claim string }{e.Flow, c.Claim}
				out[key] = append(out[key], nameOf(e.Anchor.ID))
			}
		}
	}
	return out
}

// tell says of the ambiguous claims of e which anchors carry them, as far as this
// page shows. The others are on the claim's own page.
func (all carriers) tell(e *Execution) {
	for i := range e.Claims.Rows {
		c := &e.Claims.Rows[i]
		anchors := all[struct{ flow, claim string }{e.Flow, c.Text}]
		switch {
		case len(anchors) > 1:
			c.Words += " " + strconv.Itoa(len(anchors)) + " of type " + said(e.Anchor.Type) + " on this page carry it: " + strings.Join(anchors[:min(len(anchors), maxCarriers)], ", ")
			if more := len(anchors) - maxCarriers; more > 0 {
				c.Words += " and " + strconv.Itoa(more) + " more"
			}
			c.Words += "."
		case len(anchors) == 1 && c.URL != "":
			c.Words += " Its page shows every transaction that carries it."
		}
	}
}
