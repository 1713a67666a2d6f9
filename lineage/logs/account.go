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
		for _, c := range subject.Claims(flow) {
			lines = append(lines, w.line(c))
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
// shared between executions and written once for each pointer.
type writer struct {
	events map[*lineage.Event]string
}

func newWriter() *writer { return &writer{events: make(map[*lineage.Event]string)} }

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
		return w.fields(to, v)
	}
	panic(fmt.Sprintf("logs: %s cannot be written down", v.Type())) // a kind of field that there was not yet
}

// fields writes those that are neither zero nor empty, by name.
func (w *writer) fields(to []byte, v reflect.Value) []byte {
	to = append(to, '{')
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if !field.IsExported() || value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 {
			continue
		}
		to = append(append(to, field.Name...), '=')
		to = append(w.append(to, value), ' ')
	}
	return append(to, '}')
}
