package view

import (
	"strings"

	"throughline/lineage"
)

// Claims tells claims in plain words; anchor is the type that the flow is
// anchored on, or "" when it is not known.
func Claims(claims []lineage.Claim, anchor string) []Claim {
	if anchor == "" {
		anchor = "anchor"
	}
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
		return "this " + kind
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
