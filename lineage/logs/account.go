package logs

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"throughline/lineage"
)

// Account writes down everything that a subject tells: every execution of every flow
// in full, every claim, and what is quarantined or possibly the same, a line each, in
// the order in which the subject tells it. Two subjects that tell the same have the
// same account, byte for byte.
func Account(cat *lineage.Catalogue, subject Subject) []string {
	var lines []string
	w := newWriter()
	for _, flow := range flowsOf(cat) {
		anchored, loose := subject.Executions(flow)
		for _, ref := range append(anchored, loose...) {
			lines = append(lines, w.line(subject.Execution(ref)))
		}
	}
	return append(lines, w.beside(cat, subject)...)
}

// beside writes what a subject tells beside executions.
func (w *writer) beside(cat *lineage.Catalogue, subject Subject) []string {
	var lines []string
	for _, flow := range flowsOf(cat) {
		for _, c := range subject.Claims(flow) {
			lines = append(lines, flow+": "+w.line(c))
		}
	}
	for _, o := range subject.Quarantined() {
		lines = append(lines, "quarantined "+w.line(o))
	}
	for _, pair := range subject.PossibleSame() {
		lines = append(lines, "possibly the same "+w.line(pair))
	}
	return lines
}

func flowsOf(cat *lineage.Catalogue) []string {
	flows := []string{lineage.TransactionFlow}
	for _, f := range cat.Flows() {
		flows = append(flows, f.Name)
	}
	return flows
}

// writer writes values in one form. Every exported field of every struct is written,
// also those that will be added: what is not written is not compared. Events are
// shared between executions and written once for each pointer; a brief writer only
// names them, by identity and content hash, for what is compared again and again.
type writer struct {
	brief  bool
	events map[*lineage.Event]string
	fields map[reflect.Type][]field
}

// field is an exported field of a struct.
type field struct {
	index int
	name  string
}

func newWriter() *writer {
	return &writer{events: make(map[*lineage.Event]string), fields: make(map[reflect.Type][]field)}
}

func briefly() *writer {
	w := newWriter()
	w.brief = true
	return w
}

func (w *writer) line(v any) string { return string(w.append(nil, reflect.ValueOf(v))) }

func (w *writer) append(to []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return strconv.AppendQuote(to, v.String())
	case reflect.Bool:
		return strconv.AppendBool(to, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(to, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(to, v.Uint(), 10)
	case reflect.Pointer:
		if v.IsNil() {
			return append(to, "nil"...)
		}
		if e, ok := v.Interface().(*lineage.Event); ok {
			if w.brief {
				to = append(append(append(to, e.Source...), '/'), e.ID...)
				return strconv.AppendUint(append(to, '#'), e.Hash, 16)
			}
			if w.events[e] == "" {
				w.events[e] = string(w.append(nil, v.Elem()))
			}
			return append(to, w.events[e]...)
		}
		return w.append(to, v.Elem())
	case reflect.Slice:
		to = append(to, '[')
		for i := range v.Len() {
			to = append(w.append(to, v.Index(i)), ' ')
		}
		return append(to, ']')
	case reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			for i := range v.Len() {
				to = hex.AppendEncode(to, []byte{byte(v.Index(i).Uint())})
			}
			return to
		}
		for i := range v.Len() {
			to = append(w.append(to, v.Index(i)), ' ')
		}
		return to
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t.AppendFormat(to, time.RFC3339Nano) // with its zone: times are UTC
		}
		return w.appendFields(to, v)
	}
	panic(fmt.Sprintf("logs: %s cannot be written down", v.Type())) // a kind of field that there was not yet
}

// appendFields writes those that are neither zero nor empty, by name.
func (w *writer) appendFields(to []byte, v reflect.Value) []byte {
	fields, ok := w.fields[v.Type()]
	if !ok {
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fields = append(fields, field{i, f.Name})
			}
		}
		w.fields[v.Type()] = fields
	}
	to = append(to, '{')
	for _, f := range fields {
		value := v.Field(f.index)
		if value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 {
			continue
		}
		to = append(append(to, f.name...), '=')
		to = append(w.append(to, value), ' ')
	}
	return append(to, '}')
}
