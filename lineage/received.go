package lineage

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// What was received can be mapped again as long as its event is kept. An Event has the
// data of a CloudEvent in its Payload and most attributes in fields. Its Envelope is all
// else, so that a contract of later days may read what none reads today.

// told are the members of a CloudEvent's message that the fields of an event tell: a
// text each, but for the data, which are as they came. "": it tells none.
func (e *Event) told() [10]jsonMember {
	at := func(t time.Time) string {
		if t.IsZero() || t.Unix() == 0 && t.Nanosecond() == 0 { // which is kept as a time that was not told
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	parent := ""
	if !e.TraceID.IsZero() && !e.SpanID.IsZero() {
		parent = "00-" + e.TraceID.String() + "-" + e.SpanID.String() + "-01"
	}
	return [...]jsonMember{
		{"specversion", "1.0"},
		{"id", e.ID},
		{"source", e.Source},
		{"type", e.Type},
		{"time", at(e.Time)},
		{"recordedtime", at(e.Recorded)},
		{correlationMember, e.Correlation},
		{"causationid", e.Causation},
		{"traceparent", parent},
		{dataMember, e.Payload},
	}
}

const dataMember = "data"

// envelope is a CloudEvent's message without what the fields of its event tell. What
// they would tell and the message does not have is null there.
func (ce *CloudEvent) envelope(e *Event) string {
	own := membersOf(ce.Raw)
	told := e.told()
	base64 := slices.ContainsFunc(own, jsonMember.isBase64)
	var kept jsonObject
	for _, t := range told {
		if t.value != "" && !has(own, t.name) && !(t.name == dataMember && base64) {
			kept.add(jsonMember{t.name, "null"})
		}
	}
	for _, m := range own {
		at := slices.IndexFunc(told[:], func(t jsonMember) bool { return t.name == m.name })
		if at < 0 || !told[at].says(m) || twice(own, m.name) {
			kept.add(m)
		}
	}
	return kept.close()
}

// CloudEvent returns the message that a business event was read from, to be mapped
// anew. It returns false for evidence of another kind, and for an event from before
// envelopes were kept.
func (e *Event) CloudEvent() (CloudEvent, bool) {
	if e.Kind != BusinessEvent || e.Envelope == "" {
		return CloudEvent{}, false
	}
	own := membersOf([]byte(e.Envelope))
	base64 := slices.ContainsFunc(own, jsonMember.isBase64)
	var whole jsonObject
	for _, m := range own {
		whole.add(m)
	}
	// They come last: of two members that differ in case alone the last one counts.
	for _, t := range e.told() {
		switch {
		case t.value == "" || has(own, t.name):
		case t.name != dataMember:
			whole.add(jsonMember{t.name, quoted(t.value)})
		case !base64:
			whole.add(t)
		}
	}
	ce, err := ParseCloudEvent([]byte(whole.close()))
	return ce, err == nil
}

// Remap maps anew what a stored business event was read from, as FromCloudEvent maps
// what comes in. It returns false for an event of which CloudEvent does: that stays as
// it was mapped. The error, of kind Invalid, says where it breaks its contract.
func (c *Catalogue) Remap(e *Event) (mapped Event, ok bool, err error) {
	ce, ok := e.CloudEvent()
	if !ok {
		return *e, false, nil
	}
	mapped, err = c.FromCloudEvent(e.Tenant, &ce, e.Ingested)
	mapped.Hash = e.Hash
	return mapped, true, err
}

// correlationMember is the one member that fields tell of which a catalogue may read
// something else.
const correlationMember = "correlationid"

// correlate gives an event another correlation id, and notes in its envelope what the
// message said, as the field tells that no more.
func (e *Event) correlate(id string) {
	if e.Correlation == id {
		return
	}
	own := membersOf([]byte(e.Envelope))
	if e.Envelope != "" && !has(own, correlationMember) {
		var kept jsonObject
		said := "null"
		if e.Correlation != "" {
			said = quoted(e.Correlation)
		}
		kept.add(jsonMember{correlationMember, said})
		for _, m := range own {
			kept.add(m)
		}
		e.Envelope = kept.close()
	}
	e.Correlation = id
}

// jsonMember is one member of a JSON object, with its value as it stands there.
type jsonMember struct{ name, value string }

func has(members []jsonMember, name string) bool {
	return slices.ContainsFunc(members, func(m jsonMember) bool { return m.name == name })
}

// twice tells whether several members have one name, but for its case: readers of JSON
// do not agree on which of them counts, so all are kept as they came.
func twice(members []jsonMember, name string) bool {
	n := 0
	for _, m := range members {
		if strings.EqualFold(m.name, name) {
			n++
		}
	}
	return n > 1
}

// isBase64 tells whether it holds the data of an event, and not as JSON.
func (m jsonMember) isBase64() bool {
	return strings.EqualFold(m.name, "data_base64") && m.value != "null"
}

// says tells whether what an event tells is what a member of the message says.
func (m jsonMember) says(said jsonMember) bool {
	if m.name == dataMember {
		return m.value == said.value
	}
	return m.value != "" && said.value[0] == '"' && m.value == unescapedText(said.value)
}

// object is a JSON object that is being written.
type jsonObject struct{ text []byte }

func (o *jsonObject) add(m jsonMember) {
	lead := byte(',')
	if len(o.text) == 0 {
		lead = '{'
	}
	o.text = append(o.text, lead)
	if plainName(m.name) {
		o.text = append(append(append(o.text, '"'), m.name...), '"')
	} else {
		o.text = append(o.text, quoted(m.name)...)
	}
	o.text = append(append(o.text, ':'), m.value...)
}

func (o *jsonObject) close() string {
	if len(o.text) == 0 {
		return "{}"
	}
	return string(append(o.text, '}'))
}

// plainName tells whether a name is of small letters and digits, as CloudEvents wants.
func plainName(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func quoted(text string) string {
	raw, _ := json.Marshal(text) // a string always marshals
	return string(raw)
}

// Business returns what a span or log record says of business: those of its attributes
// whose keys the catalogue asks for, and then those of its resource that it does not have
// itself. Both are JSON objects as the record has them; of several of a key the first counts.
func (c *Catalogue) Business(attributes, resource string) []Attr {
	var found []Attr
	for _, text := range [...]string{attributes, resource} {
		for _, m := range membersOf([]byte(text)) {
			_, asked := c.keys[m.name]
			if asked && !slices.ContainsFunc(found, func(a Attr) bool { return a.Key == m.name }) {
				found = append(found, Attr{Key: m.name, Value: unescapedText(m.value)})
			}
		}
	}
	return found
}
