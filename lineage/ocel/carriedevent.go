package ocel

import "throughline/lineage"

// event is the CloudEvent of one event of the log.
func (c *carriage) event(e *Event) (cloudEvent, error) {
	fail := func(format string, args ...any) (cloudEvent, error) {
		return cloudEvent{}, lineage.Errorf(lineage.Invalid, "carry OCEL", "event %q: "+format, append([]any{clip(e.ID)}, args...)...)
	}
	if told(e.Time) == "" {
		return fail("its time is %s; lineage takes the years %d to %d", formatTime(e.Time), firstYear, lastYear)
	}
	said := &eventWords{ID: e.ID, Type: e.Type, Time: formatTime(e.Time), Attributes: namedOf(e.Attributes)}
	ce := cloudEvent{
		SpecVersion: "1.0", ID: e.ID, Source: Source(c.Name), Type: EventType(c.Name, e.Type), Time: said.Time,
		Data: data{Stage: e.Type, OCEL: words{Event: said}},
	}
	if len(e.Relationships) == 0 {
		return ce, nil
	}
	said.Relationships = make(map[string]map[string][]string)
	named := make(map[string]bool, len(e.Relationships))
	objects := make(map[string][]string)
	for _, r := range e.Relationships {
		typ := c.types[r.ObjectID]
		if said.Relationships[typ] == nil {
			said.Relationships[typ] = make(map[string][]string)
		}
		said.Relationships[typ][r.Qualifier] = append(said.Relationships[typ][r.Qualifier], r.ObjectID)
		if !named[r.ObjectID] {
			named[r.ObjectID] = true
			objects[typ] = append(objects[typ], written(r.ObjectID))
		}
	}
	if len(named) > lineage.MaxNamed {
		return fail("it names %d objects; lineage takes at most %d", len(named), lineage.MaxNamed)
	}
	ce.Data.Objects = objects
	ce.Subject = c.subject(objects)
	return ce, nil
}

// subject is the object that the event is about: the only one of its type, of the
// type that lies furthest down the stream, since its others are what went into it.
// An event that names several of every ranked type is about none: a star of theirs
// would join what has nothing to do with each other.
func (c *carriage) subject(objects map[string][]string) string {
	best := ""
	for typ, ids := range objects {
		rank, ranked := c.Ranks[typ]
		if !ranked || len(ids) != 1 || lineage.Refused(ids[0]) {
			continue
		}
		if best == "" || rank > c.Ranks[best] || rank == c.Ranks[best] && typ < best {
			best = typ
		}
	}
	if best == "" {
		return ""
	}
	return best + "/" + objects[best][0]
}
