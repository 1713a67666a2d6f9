package view

import (
	"cmp"
	"slices"
	"strings"

	"throughline/lineage"
)

// Gap is one place where stitching loses something, in plain words.
type Gap struct {
	Share   string // of what is affected; "" where there is no whole
	Class   string // "bad", "warn" or "calm", by how much
	What    string
	Fix     string
	Example Object // to look at; without a type for none
	URL     string // of where to look else, "" for nowhere
	Look    string // what URL leads to
}

// newGap tells a gap.
func newGap(g lineage.Gap, l Lore) Gap {
	out := Gap{Class: "warn"}
	if g.Of > 0 {
		out.Share = share(g.Affected, g.Of)
		switch {
		case g.Affected*2 >= g.Of:
			out.Class = "bad"
		case g.Affected*20 < g.Of:
			out.Class = "calm"
		}
	}
	if g.Example.Type != "" && g.Example.ID != "" {
		out.Example = newObject(g.Example)
	}
	out.What, out.Fix = Words(g, l)
	if g.Kind == lineage.GapRefused && g.Signal == lineage.BusinessEvent {
		out.URL, out.Look = "/quarantine", "quarantine"
	}
	return out
}

// Words says what a gap is, and how it is mended. What others have chosen is marked:
// Plain takes the marks out.
func Words(g lineage.Gap, l Lore) (what, fix string) {
	who, part := said(l.source(g.Source)), Count(g.Affected)
	if g.Of > 0 {
		part += " of " + Count(g.Of)
	}
	anchor, most := said(spoken(cmp.Or(g.Anchor, "object"))), ""
	if g.Type != "" {
		most = " Most are " + nameOf(g.Type) + "."
	}
	part, events := part+" ", signal(g.Signal)+" of "+who
	switch g.Kind {
	case lineage.GapMute:
		fix = "Set correlationid on them, or name what they are about in their subject, as type/id."
		if g.Signal != lineage.BusinessEvent {
			fix = "Send them with their trace, or set an attribute such as " + said(cmp.Or(g.Anchor, "order")+".id") + "."
		}
		return part + events + " carry no correlation id and no trace, and name no object.", fix + most
	case lineage.GapClaiming:
		fix = "Name the " + anchor + " in them, or have whoever names it send the same correlationid."
		if g.Signal != lineage.BusinessEvent {
			fix = "Set " + said(cmp.Or(g.Anchor, "order")+".id") + " in each such trace once, where it is known."
		}
		return part + events + " carry a correlation id or a trace alone, and by that no " + anchor + " is named, or several are.", fix + most
	case lineage.GapNamed:
		return part + events + " name objects that no " + anchor + " reaches.",
			"Some of them may still be on their way to one. Where they are not, name both in one event, by a relation or a contract." + most
	case lineage.GapNameless:
		return part + events + " lie in traces that name no object and no correlation id.",
			"Set an attribute such as " + said(cmp.Or(g.Anchor, "order")+".id") + " or correlation.id on one span of each trace, where it is known."
	case lineage.GapOrphans:
		return part + events + " have a parent that never came.",
			"Export the spans of whoever calls " + who + "; where traces are sampled, decide by the trace's id and not by the span."
	case lineage.GapHop:
		return hopWords(g, part, who, said(g.Callee))
	case lineage.GapLying:
		return lyingWords(g, part, who, anchor)
	case lineage.GapSpelling:
		return spellingWords(g, l)
	case lineage.GapRefused:
		if g.Signal == lineage.BusinessEvent {
			return part + events + " were set aside: their subject has no id that can be used." + most, "Send the id of what they are about."
		}
		return part + "values of " + said(g.Type) + " on spans of " + who + " stand for no id, such as " + nameOf(cmp.Or(g.Example.ID, "nothing at all")) + ".",
			"Leave the attribute out where there is no id, and set it where there is one."
	}
	return part + events + ".", ""
}

// signal is what a source sends.
func signal(k lineage.EventKind) string {
	switch k {
	case lineage.SpanEvent:
		return "spans"
	case lineage.LogEvent:
		return "log records"
	default:
		return "events"
	}
}

func hopWords(g lineage.Gap, part, caller, callee string) (what, fix string) {
	if g.Messaging {
		return part + "messages of " + caller + " on " + nameOf(g.Type) + " lose their trace at " + callee + ", which begins a new one.",
			"Have " + caller + " put traceparent into the headers of the message, and " + callee + " go on from it or link to it."
	}
	return part + "calls of " + caller + " to " + callee + " lose their trace: " + callee + " begins a new one.",
		"Have " + caller + " send traceparent with the request, and " + callee + " go on from it."
}

func lyingWords(g lineage.Gap, part, who, anchor string) (what, fix string) {
	ids := "correlation ids"
	fix = "Give each " + anchor + " a correlation id of its own, and send that of the batch as something else."
	if g.Type != lineage.CorrelationType {
		ids = "traces"
		fix = "Begin a trace for each " + anchor + " and link it to the one of the batch."
	}
	return part + ids + " of " + who + " name several objects of the type " + anchor + " each, up to " + Count(g.Most) + ", and so they join nothing.", fix
}

func spellingWords(g lineage.Gap, l Lore) (what, fix string) {
	var names, ways []string
	for _, s := range g.Sources {
		names = append(names, said(l.source(s)))
	}
	for _, id := range g.Spelled {
		ways = append(ways, nameOf(id))
	}
	what = Of(g.Affected, "id") + " of " + said(spoken(g.Anchor)) + " from " + strings.Join(names, " and ") + " look like one id spelled in several ways, such as " + strings.Join(ways, " and ") + "."
	if n := normaliser(g); n != lineage.NormaliseNone {
		return what, "Set normalise: " + string(n) + " for the type " + said(g.Anchor) + " in the catalogue."
	}
	return what, "Have them send one form: no normaliser takes out what parts these."
}

// normaliser is the one that makes the spellings one, if there is any.
func normaliser(g lineage.Gap) lineage.Normaliser {
	for _, n := range []lineage.Normaliser{lineage.NormaliseSalesforce, lineage.NormaliseSAP, lineage.NormaliseUpper} {
		one := func(id string) bool { return n.Apply(id) == n.Apply(g.Spelled[0]) }
		if len(g.Spelled) > 1 && !slices.ContainsFunc(g.Spelled, func(id string) bool { return !one(id) }) {
			return n
		}
	}
	return lineage.NormaliseNone
}
