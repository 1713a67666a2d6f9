package view

import (
	"maps"
	"slices"
	"time"

	"throughline/lineage"
)

// moreOfThem counts what goes by the id and was not looked at.
func (s *seeker) moreOfThem() {
	if s.More > 0 {
		have := " have"
		if s.More == 1 {
			have = " has"
		}
		s.add(Finding{
			Kind: "more", Badge: Badge{"calm", "+", "more of them"}, Ways: []Way{{"search for it", searchURL(s.ID)}},
			What: Of(s.More, "more thing") + " that the id names" + have + " not been looked at.",
			Do:   "Search for it, and ask again on the page of the one that you mean.",
		})
	}
}

// possible tells of equalities that were refused.
func (s *seeker) possible() {
	for _, pair := range s.Suppressed.Possible {
		s.add(Finding{
			Kind: "possible_same", Badge: Badge{"warn", "≠", "possibly the same"}, Ways: []Way{wayTo(pair[0]), wayTo(pair[1])},
			What: "Evidence says that " + issued(pair[0]) + " and " + issued(pair[1]) + " are one object. They are not taken for one: it would have two ids in one system.",
			Do:   "Find out which of the events is wrong, and have its source write the right id.",
		})
	}
}

func issued(o lineage.Object) string {
	if o.System == "" {
		return called(o)
	}
	return called(o) + " (" + said(o.System) + ")"
}

func (s *seeker) refused() {
	if lineage.Refused(s.ID) {
		s.add(Finding{
			Kind: "refused_value", Badge: Badge{"warn", "!", "not an id"},
			What: nameOf(s.ID) + " is a value that systems write when they have none. It is never taken for an id, since it would join strangers.",
			Do:   "Ask the source to leave the field out, or to write the id.",
		})
	}
}

func (s *seeker) quarantined() {
	for _, q := range s.Refusals.Found {
		what := q.Signal.String() + " from " + said(s.lore.source(q.Source))
		if q.Signal == lineage.Events {
			what = "event " + nameOf(q.EventID) + " from " + said(s.lore.source(q.Source))
		}
		s.add(Finding{
			Kind: "quarantine", Badge: Badge{"bad", "✕", "in quarantine"}, Ways: []Way{{"the quarantine", "/quarantine"}},
			What:  begun(what) + " has it, and was set aside at " + s.c.Near(q.Ingested) + ": " + said(ended(brief(q.Reason))) + ".",
			Do:    "Have the source mend what the reason names and send it again, or mend the contract: the bytes are kept.",
			Quote: string(q.Payload),
		})
	}
}

// sighted tells of events that have the id in their text and do not name it. Those that
// name it are known by it, unless they have come this moment.
func (s *seeker) sighted() {
	for _, g := range s.Sightings.Found {
		f := Finding{Kind: "text", Badge: Badge{"warn", "“”", "in a text only"}, Quote: g.Excerpt}
		if !g.Subject.IsZero() {
			f.Ways = []Way{wayTo(g.Subject)}
		}
		event := capital(g.Kind.String()) + " " + nameOf(g.ID) + " (" + nameOf(g.Type) + ") from " + said(s.lore.source(g.Source)) + s.at(g.Time)
		switch {
		case g.Named && len(s.Found) > 0:
			continue
		case g.Named:
			f.What, f.Do = event+" names it. It is stored, and not stitched yet.", "Ask again in a moment."
		case g.Contract != "":
			f.What = event + " has it in its text, but does not name it as an object."
			f.Do = "The contract " + said(g.Contract) + " says what such an event names: have it map this field too."
		default:
			f.What = event + " has it in its text, but does not name it as an object."
			f.Do = "No contract reads such events: write one that maps this field, or have the source name it in data.objects."
		}
		s.add(f)
	}
}

func underWay(records int64) string {
	if records == 1 {
		return "1 record came in and is not stored and stitched yet."
	}
	return Count(records) + " records came in and are not stored and stitched yet."
}

func (s *seeker) at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " at " + s.c.Near(t)
}

// underWay tells of what may have the id in a moment, where nothing else was found out:
// in a house that is in use something always is.
func (s *seeker) underWay() {
	if s.InFlight > 0 && len(s.findings) == 0 {
		s.add(Finding{
			Kind: "in_flight", Badge: Badge{"busy", "◔", "under way"}, Ways: []Way{{"the status", "/status"}},
			What: underWay(s.InFlight),
			Do:   "Ask again in a moment.",
		})
	}
}

// silent tells of sources that have been silent for longer than they promised.
func (s *seeker) silent() {
	for _, source := range slices.Sorted(maps.Keys(s.Heard)) {
		promised := s.promised(source)
		last := s.Heard[source]
		if promised == 0 || !last.IsZero() && s.c.Now.Sub(last) <= promised {
			continue
		}
		since := "has never said anything"
		if !last.IsZero() {
			since = "has said nothing since " + s.c.Near(last)
		}
		s.add(Finding{
			Kind: "silent_source", Badge: Badge{"warn", "…", "a silent source"}, Ways: []Way{{"the incidents", "/incidents"}},
			What: begun(said(s.lore.source(source))) + " promised a sign of life every " + Span(promised) + " and " + since + ". If the id is its to tell, it has not been told.",
			Do:   "Ask who looks after it. What it sends late is taken in as if it had come in time.",
		})
	}
}

func (s *seeker) promised(source string) time.Duration {
	if s.lore.Catalogue == nil {
		return 0
	}
	return time.Duration(s.lore.Catalogue.Source(source).Heartbeat)
}
