package ocel

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
)

// Carrier brings a log into the house as CloudEvents. They are a function of the
// log, its name and the ranks: bringing the same in twice changes nothing.
//
// An event of the log is an event whose subject and objects follow the conventions,
// so that it makes lineage with no contract at all, and what the log says of it is
// in its data as it is, where contracts find it. What the log says beside its events
// travels in facts, which are nobody's events: one of the log itself with its
// declarations, and one or more of each object with its attributes over time and its
// relationships, which lineage takes for relations. A fact is named by what it says: when
// a log has grown, its facts stand beside the older ones, and the assembler puts together
// what all of them say.
type Carrier struct {
	Log   *Log
	Name  string         // of the log; as LogName makes it
	Ranks map[string]int // of the flow that the log is for, by lineage's type
}

// The sources and types of the CloudEvents, by the log's name.
const (
	Sources    = "urn:ocel:" // begins the source of a log's events
	Facts      = ":objects"  // ends the source of a log's facts; its beginning is that of its events
	typePrefix = "ocel:"
	objectFact = "ocel.object"
	logFact    = "ocel.log"
)

// Source is the source of the events of the log with a name.
func Source(name string) string { return Sources + name }

// EventType is the CloudEvents type of a log's events of one type.
func EventType(name, typ string) string { return typePrefix + name + ":" + typ }

// What one CloudEvent holds at most. The collector takes far more, and what makes
// lineage of it takes lineage.MaxNamed names.
const (
	maxData  = 8 << 20 // bytes
	maxPart  = 1000    // attributes and relationships of an object in one fact
	maxBytes = 1 << 20 // of the attributes in one fact, before another begins
)

// cloudEvent is the structured form that is sent.
type cloudEvent struct {
	SpecVersion string `json:"specversion"`
	ID          string `json:"id"`
	Source      string `json:"source"`
	Type        string `json:"type"`
	Subject     string `json:"subject,omitempty"`
	Time        string `json:"time,omitempty"`
	Recorded    string `json:"recordedtime,omitempty"`
	Data        data   `json:"data"`
}

// data is what the conventions of lineage read, and the log's own words.
type data struct {
	Stage     string              `json:"stage,omitempty"`
	Objects   map[string][]string `json:"objects,omitempty"`
	Relations []relation          `json:"relations,omitempty"`
	OCEL      words               `json:"ocel"`
}

type relation struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Qualifier string `json:"qualifier,omitempty"`
}

// words are the log's own, of one of three things.
type words struct {
	Event  *eventWords `json:"event,omitempty"`
	Object *wireObject `json:"object,omitempty"`
	Log    *logWords   `json:"log,omitempty"`
}

type eventWords struct {
	ID            string                         `json:"id"`
	Type          string                         `json:"type"`
	Time          string                         `json:"time"`
	Attributes    []wireNamed                    `json:"attributes,omitempty"`
	Relationships map[string]map[string][]string `json:"relationships,omitempty"` // lineage's type, qualifier, ids
}

type logWords struct {
	Name        string     `json:"name"`
	Events      int        `json:"events"`
	ObjectTypes []wireType `json:"objectTypes"`
	EventTypes  []wireType `json:"eventTypes"`
}

// CloudEvents yields every CloudEvent of the log in its structured form: facts
// first, then events in the order of the log. An error, of kind Invalid or TooLarge,
// names the event or object that lineage cannot take, and ends it.
func (c Carrier) CloudEvents() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		run := &carriage{Carrier: c, names: NewNames(c.Log.ObjectTypes), types: make(map[string]string, len(c.Log.Objects))}
		for i := range c.Log.Objects {
			run.types[c.Log.Objects[i].ID] = run.names[c.Log.Objects[i].Type]
		}
		run.first, run.last = firsts(c.Log), lasts(c.Log)
		send := func(ce cloudEvent, what, id string) bool {
			raw, err := run.encode(ce, what, id)
			return yield(raw, err) && err == nil
		}
		if !send(run.log(), "log", c.Name) {
			return
		}
		for i := range c.Log.Objects {
			o := &c.Log.Objects[i]
			for fact := range run.facts(o) {
				if !send(fact, "object", o.ID) {
					return
				}
			}
		}
		for i := range c.Log.Events {
			e := &c.Log.Events[i]
			ce, err := run.event(e)
			if err != nil {
				yield(nil, err)
				return
			}
			if !send(ce, "event", e.ID) {
				return
			}
		}
	}
}

// carriage is a carrier on its way.
type carriage struct {
	Carrier
	names Names
	types map[string]string    // lineage's type by the id of the object
	first map[string]time.Time // when the first event named an object
	last  map[string]time.Time // when it was last heard of
}

func (c *carriage) encode(ce cloudEvent, what, id string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(ce); err != nil {
		return nil, lineage.E(lineage.Internal, "carry OCEL", err)
	}
	if b.Len() > maxData {
		return nil, lineage.Errorf(lineage.TooLarge, "carry OCEL", "%s %q has %d bytes; at most %d are taken", what, clip(id), b.Len(), maxData)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// log is the fact of the log itself. The number of events tells later whether all of
// it has come back.
func (c *carriage) log() cloudEvent {
	said := &logWords{Name: c.Name, Events: len(c.Log.Events)}
	for i := range c.Log.ObjectTypes {
		said.ObjectTypes = append(said.ObjectTypes, typeOf(&c.Log.ObjectTypes[i]))
	}
	for i := range c.Log.EventTypes {
		said.EventTypes = append(said.EventTypes, typeOf(&c.Log.EventTypes[i]))
	}
	return cloudEvent{
		SpecVersion: "1.0", ID: "log." + digest(said), Source: Source(c.Name) + Facts, Type: logFact,
		Time: told(c.first[""]), Recorded: told(c.last[""]), Data: data{OCEL: words{Log: said}},
	}
}

// facts yields what the log says of an object, in parts.
func (c *carriage) facts(o *Object) iter.Seq[cloudEvent] {
	return func(yield func(cloudEvent) bool) {
		all := objectOf(o.sorted())
		version := digest(all)
		at, ok := c.first[o.ID]
		if !ok {
			at = c.first[""]
		}
		for part := 1; part == 1 || len(all.Attributes)+len(all.Relationships) > 0; part++ {
			said := wireObject{ID: o.ID, Type: o.Type}
			size := 0
			for len(all.Attributes) > 0 && len(said.Attributes) < maxPart && size < maxBytes {
				size += len(all.Attributes[0].Value)
				said.Attributes = append(said.Attributes, all.Attributes[0])
				all.Attributes = all.Attributes[1:]
			}
			rest := min(len(all.Relationships), maxPart-len(said.Attributes))
			said.Relationships, all.Relationships = all.Relationships[:rest], all.Relationships[rest:]
			ce := cloudEvent{
				SpecVersion: "1.0", ID: version + "." + strconv.Itoa(part) + ":" + o.ID, Source: Source(c.Name) + Facts, Type: objectFact,
				Time: told(at), Recorded: told(c.last[o.ID]), Data: data{OCEL: words{Object: &said}},
			}
			for _, r := range said.Relationships {
				ce.Data.Relations = append(ce.Data.Relations, relation{c.called(o.ID), c.called(r.ObjectID), r.Qualifier})
			}
			if !yield(ce) {
				return
			}
		}
	}
}

// digest names what is said by its content: 16 hex digits.
func digest(said any) string {
	text, _ := json.Marshal(said) // nothing in it can fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// versionOf is the digest in the id of an object's fact, all parts of which have it. Facts
// of before there were digests are of one version, "".
func versionOf(id string) string {
	part, _, _ := strings.Cut(id, ":")
	version, _, digested := strings.Cut(part, ".")
	if !digested {
		return ""
	}
	return version
}

// called is an object as the conventions write it.
func (c *carriage) called(id string) string { return c.types[id] + "/" + written(id) }

// told is a time as lineage takes it, or "" for one that it does not.
func told(t time.Time) string {
	if y := t.Year(); y < firstYear || y > lastYear {
		return ""
	}
	return formatTime(t)
}

// The years that a CloudEvent's time may be in.
const firstYear, lastYear = 1970, 2200

// firsts tells when the first event of a log named each object, and under "" when
// the first event was.
func firsts(l *Log) map[string]time.Time {
	first := make(map[string]time.Time, len(l.Objects))
	note := func(id string, at time.Time) {
		if t, ok := first[id]; !ok || at.Before(t) {
			first[id] = at
		}
	}
	for i := range l.Events {
		e := &l.Events[i]
		note("", e.Time)
		for _, r := range e.Relationships {
			note(r.ObjectID, e.Time)
		}
	}
	return first
}

// lasts tells when each object was last heard of, by an event or a change, and under
// "" when the last event was.
func lasts(l *Log) map[string]time.Time {
	last := make(map[string]time.Time, len(l.Objects))
	note := func(id string, at time.Time) {
		if at.After(last[id]) {
			last[id] = at
		}
	}
	for i := range l.Events {
		e := &l.Events[i]
		note("", e.Time)
		for _, r := range e.Relationships {
			note(r.ObjectID, e.Time)
		}
	}
	for i := range l.Objects {
		for _, a := range l.Objects[i].Attributes {
			note(l.Objects[i].ID, a.Time)
		}
	}
	return last
}
