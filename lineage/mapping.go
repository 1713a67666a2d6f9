package lineage

import (
	"cmp"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// FromCloudEvent maps a CloudEvent by its type's contract, or by the
// conventions when it has none. An error of kind Invalid says where the event
// breaks its contract; such an event belongs in quarantine.
func (c *Catalogue) FromCloudEvent(tenant string, ce *CloudEvent, ingested time.Time) (Event, error) {
	e := naming{Event: Event{
		Tenant: tenant, Source: ce.Source, ID: ce.ID, Type: ce.Type,
		Time: ce.Time, Recorded: ce.Recorded, Ingested: ingested,
		Correlation: claimable(ce.Correlation), Causation: claimable(ce.Causation),
		Payload: string(ce.Data), Hash: xxhash.Sum64(ce.Raw),
	}}
	if e.Time.IsZero() {
		e.Time = ingested
	}
	e.TraceID, e.SpanID = parseTraceParent(ce.TraceParent)
	k, at, err := c.reader(ce, ingested)
	if err != nil {
		return Event{}, err
	}
	if k != nil {
		if !c.apply(k, at, &e) {
			return Event{}, Errorf(Invalid, "contract "+k.name, "%s: has no id that can be used; it is the event's subject", k.Map.Subject.ID)
		}
		if e.Amount, err = k.Map.Amount.read(at); err == nil {
			err = e.mistaken
		}
		if err != nil {
			return Event{}, E(Invalid, "contract "+k.name, err)
		}
	} else if err := c.applyConventions(ce, &e); err != nil {
		return Event{}, E(Invalid, "map event", err)
	}
	if e.tooLong > 0 {
		return Event{}, Errorf(Invalid, "map event", "data: an id has %d bytes; at most %d are taken", e.tooLong, MaxID)
	}
	if n := len(e.Correlation); n > MaxID {
		return Event{}, Errorf(Invalid, "map event", "the correlation id has %d bytes; at most %d are taken", n, MaxID)
	}
	if e.tooMany {
		return Event{}, Errorf(Invalid, "map event", "data: it names more than %d objects and relations; send it as several events", MaxNamed)
	}
	e.Envelope = ce.envelope(&e.Event)
	return e.Event, nil
}

// FromSpan maps a span that carries business attributes, by its contract or by
// the conventions, or that links to other traces: it may lead on from what they are
// about. It returns false for one that does neither.
func (c *Catalogue) FromSpan(s *Span) (Event, bool) {
	links := linkedTraces(s)
	if len(s.Business) == 0 && len(links) == 0 {
		return Event{}, false
	}
	e := Event{
		Tenant: s.Tenant, Source: "otel:" + s.Service, ID: s.EventID(),
		Kind: SpanEvent, Type: s.Name, Time: s.Start, Ingested: s.Ingested,
		TraceID: s.TraceID, SpanID: s.SpanID, Links: links, Payload: s.Attributes, Hash: s.Hash,
	}
	if s.Status == "Error" {
		e.Outcome, e.Reason = OutcomeFailed, sentence(s.StatusMessage)
	}
	return c.fromAttributes("span", s.Business, e)
}

// FromLog maps a log record that carries business attributes, like FromSpan.
// A log record has no identity of its own: its content is its id.
func (c *Catalogue) FromLog(l *Log) (Event, bool) {
	if len(l.Business) == 0 {
		return Event{}, false
	}
	e := Event{
		Tenant: l.Tenant, Source: "otel:" + l.Service, ID: l.EventID(),
		Kind: LogEvent, Type: l.EventName, Time: l.Time, Ingested: l.Ingested,
		TraceID: l.TraceID, SpanID: l.SpanID, Payload: l.Attributes, Hash: l.Hash,
	}
	return c.fromAttributes("log", l.Business, e)
}

// EventID is the id of the event that a span is. Without an identity its content is one.
func (s *Span) EventID() string {
	if s.TraceID.IsZero() || s.SpanID.IsZero() {
		return "span-" + strconv.FormatUint(s.Hash, 16)
	}
	return s.TraceID.String() + "-" + s.SpanID.String()
}

// EventID is the id of the event that a log record is: that of its content.
func (l *Log) EventID() string { return "log-" + strconv.FormatUint(l.Hash, 16) }

func (c *Catalogue) fromAttributes(signal string, attrs []Attr, plain Event) (Event, bool) {
	e := naming{Event: plain}
	for _, a := range attrs {
		key := c.keys[a.Key]
		if key.correlation {
			e.Correlation = claimable(a.Value)
		}
		if key.typ == "" {
			continue
		}
		if o, ok := c.Object(key.typ, "", "", a.Value); ok {
			e.addRef(o, Mentions)
		}
	}
	if k := c.readerOf(signal, e.Type, attrs, e.Ingested); k != nil {
		plain.Correlation = e.Correlation
		mapped := naming{Event: plain}
		if c.apply(k, attributes(attrs), &mapped) {
			// A span with a wrong amount is a span all the same; it tells none.
			mapped.Amount, _ = k.Map.Amount.read(attributes(attrs))
			// What the conventions found beside the contract's own stays named.
			for _, r := range e.Refs {
				mapped.addRef(r.Object, r.Role)
			}
			e = mapped
		}
	}
	if len(e.Correlation) > MaxID {
		e.Correlation = ""
	}
	return e.Event, len(e.Refs) > 0 || e.Correlation != "" || len(e.Links) > 0
}

// apply reads an event by its contract. It returns false when the contract
// names a subject and there is none.
func (c *Catalogue) apply(k *contract, at place, e *naming) bool {
	e.Contract = k.name
	e.Stage = k.Map.Stage
	if m := k.Map.Subject; m != nil {
		subjects := c.objects(*m, at)
		if len(subjects) == 0 {
			return false
		}
		e.addRef(subjects[0], Subject)
	}
	for _, m := range k.Map.Refs {
		role := m.Role
		if role == "" {
			role = Mentions
		}
		if m.Amount != nil {
			c.allocate(m, role, at, e)
			continue
		}
		for _, o := range c.objects(m, at) {
			e.addRef(o, role)
		}
	}
	for _, m := range k.Map.Aliases {
		as, bs := c.objects(m.A, at), c.objects(m.B, at)
		if len(as) == 1 && len(bs) == 1 {
			e.addEquality(Equality{A: as[0], B: bs[0], Priority: m.Priority})
		}
	}
	if m := k.Map.Outcome; m != nil {
		outcome, err := m.read(at)
		if err != nil {
			e.mistake(err)
		} else {
			e.Outcome = outcome
		}
	}
	if n, err := strconv.Atoi(first(at, k.Map.Attempt)); err == nil && n > 0 {
		e.Attempt = n
	}
	if n, err := strconv.Atoi(first(at, k.Map.Answer)); err == nil && n > 0 && n < 1000 {
		e.Answer = n
	}
	e.Reason = cmp.Or(sentence(first(at, k.Map.Reason)), e.Reason)
	e.Correlation = cmp.Or(claimable(first(at, k.Map.Correlation)), e.Correlation)
	return true
}

// objects finds the ids of a reference, each in the scope that stands beside it.
func (c *Catalogue) objects(m RefMapping, at place) []Object {
	var found []Object
	spots := []string{m.ID}
	if m.Scope != "" {
		spots = at.spots(m.ID)
	}
	for _, spot := range spots {
		scope := first(at, bind(m.Scope, m.ID, spot))
		for _, id := range at.find(spot) {
			if o, ok := c.Object(m.Type, m.System, scope, id); ok {
				found = append(found, o)
			}
		}
	}
	return found
}

// parseObject reads type/id or type/system:id, and of a type whose ids have a scope
// type/system:scope|id. A system is a lower-case name, so that an id may itself hold
// a colon after anything else.
func (c *Catalogue) parseObject(s string) (Object, bool) {
	typ, id, ok := strings.Cut(s, "/")
	if !ok {
		return Object{}, false
	}
	system := ""
	if before, after, ok := strings.Cut(id, ":"); ok && systemName(before) {
		system, id = before, after
	}
	scope := ""
	if c.def.Types[typ].Scope != "" {
		scope, id, _ = strings.Cut(id, "|")
	}
	return c.Object(typ, system, scope, id)
}

func systemName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || (r != '-' && r != '_' && (r < '0' || r > '9'))) {
			return false
		}
	}
	return s != ""
}

// claimable returns a correlation or causation id, or "" for a refused value.
func claimable(id string) string {
	id = strings.TrimSpace(id)
	if Refused(id) {
		return ""
	}
	return id
}

func first(at place, location string) string {
	if location == "" {
		return ""
	}
	if found := at.find(location); len(found) > 0 {
		return found[0]
	}
	return ""
}

// parseTraceParent reads a W3C traceparent; anything else gives no ids.
func parseTraceParent(s string) (t TraceID, p SpanID) {
	if len(s) < 55 || s[2] != '-' || s[35] != '-' || s[52] != '-' {
		return t, p
	}
	_, errT := hex.Decode(t[:], []byte(s[3:35]))
	_, errP := hex.Decode(p[:], []byte(s[36:52]))
	if errT != nil || errP != nil {
		return TraceID{}, SpanID{}
	}
	return t, p
}
