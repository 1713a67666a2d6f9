package view

import (
	"time"

	"throughline/lineage"
)

// Stitchability is how well what came in can be stitched, and what to mend.
type Stitchability struct {
	From, To  Time
	FromField string
	ToField   string
	AsOf      Time
	Zone      string
	Spans     int
	Events    int
	Sample    string // what was looked at, where that was not all
	Gaps      []Gap
	Sources   []StitchSource
	Services  []StitchService
	Hops      []StitchHop
	Adrift    []StitchAdrift
}

// StitchSource is a source with what became of its events.
type StitchSource struct {
	Name, Kind string
	Events     int
	Fates      []Share // they have no rows of their own
}

// StitchService is a service with what became of its spans.
type StitchService struct {
	Name    string
	Spans   int
	Named   string
	Naming  string
	Roots   int
	Orphans string // of the spans with a parent
	Lost    Badge  // where there are any
}

// StitchHop is the way from one service to another.
type StitchHop struct {
	Caller, Callee, Via string
	Calls, Roots        int
	Continued           string
	Verdict             Badge
	TraceURL            string
}

// StitchAdrift are objects that no anchor reaches.
type StitchAdrift struct {
	Flow, Type string
	Rows       Linked
	Oldest     Object
	Since      Time
}

// NewStitchability makes the view of a report on a window; to is zero where none was
// given.
func NewStitchability(s lineage.Stitchability, anchors []string, from, to time.Time, l Lore, c Clock) Stitchability {
	out := Stitchability{
		From: c.time(s.From), To: c.time(s.To), FromField: c.field(from), ToField: c.field(to), AsOf: c.time(s.AsOf), Zone: c.ZoneName(),
		Spans: s.Spans, Events: s.Events, Sample: sampled(s, c),
	}
	for _, g := range s.Gaps(anchors) {
		out.Gaps = append(out.Gaps, newGap(g, l))
	}
	for _, r := range s.Sources {
		out.Sources = append(out.Sources, StitchSource{Name: l.source(r.Source), Kind: signal(r.Kind), Events: r.Events, Fates: fates(r)})
	}
	for _, r := range s.Services {
		row := StitchService{Name: r.Service, Spans: r.Spans, Named: share(r.Named, r.Spans), Naming: share(r.Naming, r.Spans), Roots: r.Roots, Orphans: "—"}
		if r.Children > 0 {
			row.Orphans = share(r.Orphans, r.Children)
		}
		if r.Orphans > 0 {
			row.Lost = Badge{"warn", "?", Of(r.Orphans, "orphan")}
		}
		out.Services = append(out.Services, row)
	}
	for _, h := range s.Hops() {
		row := StitchHop{Caller: h.Caller, Callee: h.Callee, Via: "requests", Calls: h.Calls, Roots: h.Roots, Continued: share(h.Continued, h.Calls), Verdict: Badge{"good", "✓", "goes on"}}
		if h.Messaging {
			row.Via = h.Target
		}
		if n := h.Dropped(); n > 0 {
			row.Verdict = Badge{"bad", "✕", "up to " + Count(n) + " dropped"}
			if n*20 < h.Calls {
				row.Verdict.Class = "warn"
			}
		} else if h.Continued < h.Calls {
			row.Verdict = Badge{"calm", "?", Count(h.Calls-h.Continued) + " not seen again"}
		}
		if !h.Broken.IsZero() {
			row.TraceURL = TraceURL(h.Broken)
		}
		out.Hops = append(out.Hops, row)
	}
	for _, a := range s.Adrift {
		rows := VariantList{VariantFilter: VariantFilter{Flow: a.Flow, From: s.From, To: s.To}, Which: lineage.Loose, Type: a.Type}
		out.Adrift = append(out.Adrift, StitchAdrift{Flow: a.Flow, Type: a.Type, Rows: Linked{a.Objects, rows.URL("")}, Oldest: newObject(lineage.Object{Type: a.Type, ID: a.Example}), Since: c.stamp(a.Since)})
	}
	return out
}

// fates are what became of the events of a source, as parts of a bar.
func fates(r lineage.SourceStitching) []Share {
	var out []Share
	x := 0
	for _, part := range []Share{
		{Badge: Badge{"good", "✓", "reached"}, Count: r.Reached},
		{Badge: Badge{"warn", "◌", "name what is not reached"}, Count: r.Named.Events},
		{Badge: Badge{"calm", "?", "have an id alone"}, Count: r.Claiming.Events},
		{Badge: Badge{"bad", "✕", "name nothing"}, Count: r.Mute.Events},
	} {
		if part.Count == 0 {
			continue
		}
		part.X, part.Width = x, part.Count*1000/max(r.Events, 1)
		x += part.Width
		out = append(out, part)
	}
	return out
}

// sampled says what was looked at, where that was not all.
func sampled(s lineage.Stitchability, c Clock) string {
	part := func(what string, from time.Time, every int) string {
		out := ""
		if from.After(s.From) {
			out = " since " + c.Moment(from)
		}
		if every > 1 {
			out = " one " + what + " in " + Count(every) + out
		} else if out != "" {
			out = " every " + what + out
		}
		return out
	}
	spans, events := part("trace", s.SpansFrom, s.SpansEvery), part("event", s.EventsFrom, s.EventsEvery)
	switch {
	case spans != "" && events != "":
		return "So much came in that" + spans + " and" + events + " was looked at: the counts are theirs."
	case spans != "":
		return "So many spans came in that" + spans + " was looked at: the counts of spans are theirs."
	case events != "":
		return "So many events came in that" + events + " was looked at: the counts of events are theirs."
	}
	return ""
}
