package web

import (
	"net/http"

	"throughline/lineage"
	"throughline/web/view"
)

// stitchabilityAnswer is the report. Counts other than spans and events are of the sample:
// one trace in spans_every since spans_from, one event or id in events_every since
// events_from.
type stitchabilityAnswer struct {
	From        moment        `json:"from"`
	To          moment        `json:"to"`
	AsOf        moment        `json:"as_of"`
	Spans       int           `json:"spans"`
	Events      int           `json:"events"`
	SpansFrom   moment        `json:"spans_from"`
	SpansEvery  int           `json:"spans_every"`
	EventsFrom  moment        `json:"events_from"`
	EventsEvery int           `json:"events_every"`
	Gaps        []gapJSON     `json:"gaps"`
	Sources     []sourceJSON  `json:"sources"`
	Services    []serviceJSON `json:"services"`
	Hops        []traceHop    `json:"hops"`
	Adrift      []adriftJSON  `json:"adrift"`
}

// gapJSON is one thing to mend, the one that affects most first. Of is 0 where there is
// no whole.
type gapJSON struct {
	Kind     string     `json:"kind"`
	Signal   string     `json:"signal"`
	Source   string     `json:"source"`
	Callee   string     `json:"callee"`
	Affected int        `json:"affected"`
	Of       int        `json:"of"`
	What     string     `json:"what"`
	Fix      string     `json:"fix"`
	Example  *typeAndID `json:"example"`
}

type sourceJSON struct {
	Signal     string `json:"signal"`
	Source     string `json:"source"`
	Events     int    `json:"events"`
	Correlated int    `json:"correlated"`
	Reached    int    `json:"reached"`
	Named      int    `json:"named"`
	Claiming   int    `json:"claiming"`
	Mute       int    `json:"mute"`
}

type serviceJSON struct {
	Service  string `json:"service"`
	Spans    int    `json:"spans"`
	Named    int    `json:"named"`
	Naming   int    `json:"naming"`
	Roots    int    `json:"roots"`
	Children int    `json:"children"`
	Orphans  int    `json:"orphans"`
}

type traceHop struct {
	Caller    string `json:"caller"`
	Callee    string `json:"callee"`
	Messaging bool   `json:"messaging"`
	Target    string `json:"target"`
	Calls     int    `json:"calls"`
	Continued int    `json:"continued"`
	Roots     int    `json:"roots"`
	Dropped   int    `json:"dropped"`
}

type adriftJSON struct {
	Flow    string    `json:"flow"`
	Type    string    `json:"type"`
	Objects int       `json:"objects"`
	Example typeAndID `json:"example"`
	Since   moment    `json:"since"`
}

func (s *Server) stitchabilityJSON(r *http.Request, a ask) (any, error) {
	from, to, err := s.window(a, stitchSpan)
	if err != nil {
		return nil, err
	}
	report, q, err := s.stitchability(r.Context(), from, to)
	if err != nil {
		return nil, err
	}
	lore := s.lore()
	return stitchabilityAnswer{
		From: moment(report.From), To: moment(report.To), AsOf: moment(report.AsOf), Spans: report.Spans, Events: report.Events,
		SpansFrom: moment(report.SpansFrom), SpansEvery: report.SpansEvery, EventsFrom: moment(report.EventsFrom), EventsEvery: report.EventsEvery,
		Gaps: each(report.Gaps(q.Anchors), func(g lineage.Gap) gapJSON {
			what, fix := view.Words(g, lore)
			out := gapJSON{string(g.Kind), g.Signal.String(), g.Source, g.Callee, g.Affected, g.Of, view.Plain(what), view.Plain(fix), nil}
			if g.Example.ID != "" {
				example := named(g.Example)
				out.Example = &example
			}
			return out
		}),
		Sources: each(report.Sources, func(r lineage.SourceStitching) sourceJSON {
			return sourceJSON{r.Kind.String(), r.Source, r.Events, r.Correlated, r.Reached, r.Named.Events, r.Claiming.Events, r.Mute.Events}
		}),
		Services: each(report.Services, func(r lineage.ServiceStitching) serviceJSON {
			return serviceJSON{r.Service, r.Spans, r.Named, r.Naming, r.Roots, r.Children, r.Orphans}
		}),
		Hops: each(report.Hops(), func(h lineage.ContextHop) traceHop {
			return traceHop{h.Caller, h.Callee, h.Messaging, h.Target, h.Calls, h.Continued, h.Roots, h.Dropped()}
		}),
		Adrift: each(report.Adrift, func(a lineage.Adrift) adriftJSON {
			return adriftJSON{a.Flow, a.Type, a.Objects, typeAndID{a.Type, a.Example}, moment(a.Since)}
		}),
	}, nil
}
