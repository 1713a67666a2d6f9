package ocel

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
)

// Encode writes a log as OCEL 2.0 JSON, one element a line, in the order in which
// the log has them. Errors are the writer's.
func Encode(w io.Writer, l *Log) error {
	out := &encoder{w: bufio.NewWriterSize(w, 64<<10)}
	out.json = json.NewEncoder(&out.line)
	out.json.SetEscapeHTML(false)
	out.text("{")
	out.text(`"objectTypes":[`)
	for i := range l.ObjectTypes {
		out.element(i, typeOf(&l.ObjectTypes[i]))
	}
	out.text("],\n\"eventTypes\":[")
	for i := range l.EventTypes {
		out.element(i, typeOf(&l.EventTypes[i]))
	}
	out.text("],\n\"objects\":[")
	for i := range l.Objects {
		out.element(i, objectOf(&l.Objects[i]))
	}
	out.text("],\n\"events\":[")
	for i := range l.Events {
		out.element(i, eventOf(&l.Events[i]))
	}
	out.text("]}\n")
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

// encoder writes until the first error.
type encoder struct {
	w    *bufio.Writer
	line bytes.Buffer
	json *json.Encoder
	err  error
}

func (e *encoder) text(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *encoder) element(i int, v any) {
	if i > 0 {
		e.text(",")
	}
	e.text("\n")
	if e.err != nil {
		return
	}
	e.line.Reset()
	if e.err = e.json.Encode(v); e.err == nil {
		_, e.err = e.w.Write(bytes.TrimSuffix(e.line.Bytes(), []byte("\n")))
	}
}

func typeOf(t *Type) wireType {
	w := wireType{Name: t.Name, Attributes: []wireAttribute{}}
	for _, a := range t.Attributes {
		w.Attributes = append(w.Attributes, wireAttribute{a.Name, string(a.Type)})
	}
	return w
}

func objectOf(o *Object) wireObject {
	w := wireObject{ID: o.ID, Type: o.Type, Attributes: []wireChange{}, Relationships: wireRelationships(o.Relationships)}
	for _, a := range o.Attributes {
		w.Attributes = append(w.Attributes, wireChange{a.Name, formatTime(a.Time), a.Value.json()})
	}
	return w
}

func eventOf(e *Event) wireEvent {
	return wireEvent{
		ID: e.ID, Type: e.Type, Time: formatTime(e.Time),
		Attributes: namedOf(e.Attributes), Relationships: wireRelationships(e.Relationships),
	}
}

func namedOf(list []Named) []wireNamed {
	all := []wireNamed{}
	for _, a := range list {
		all = append(all, wireNamed{a.Name, a.Value.json()})
	}
	return all
}

func wireRelationships(list []Relationship) []wireRelationship {
	all := []wireRelationship{}
	for _, r := range list {
		all = append(all, wireRelationship(r))
	}
	return all
}
