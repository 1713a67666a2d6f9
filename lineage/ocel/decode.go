package ocel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"throughline/lineage"
)

// The standard's JSON. Decoding refuses fields that it does not have, since what
// they say would be lost.
type (
	wireType struct {
		Name       string          `json:"name"`
		Attributes []wireAttribute `json:"attributes"`
	}
	wireAttribute struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	wireObject struct {
		ID            string             `json:"id"`
		Type          string             `json:"type"`
		Attributes    []wireChange       `json:"attributes"`
		Relationships []wireRelationship `json:"relationships"`
	}
	wireChange struct {
		Name  string          `json:"name"`
		Time  string          `json:"time"`
		Value json.RawMessage `json:"value"`
	}
	wireEvent struct {
		ID            string             `json:"id"`
		Type          string             `json:"type"`
		Time          string             `json:"time"`
		Attributes    []wireNamed        `json:"attributes"`
		Relationships []wireRelationship `json:"relationships"`
	}
	wireNamed struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	}
	wireRelationship struct {
		ObjectID  string `json:"objectId"`
		Qualifier string `json:"qualifier"`
	}
)

// Decode reads a log from OCEL 2.0 JSON, element by element. Errors are of kind
// Invalid or TooLarge, and name the event or object and the field.
func Decode(r io.Reader, o Options) (*Log, error) {
	o = o.WithDefaults()
	d := decoder{options: o, log: &Log{}, json: json.NewDecoder(&text{from: r, left: o.MaxBytes})}
	d.json.DisallowUnknownFields()
	if err := d.document(); err != nil {
		return nil, err
	}
	if err := d.log.Conform(o); err != nil {
		return nil, err
	}
	return d.log, nil
}

type decoder struct {
	options Options
	json    *json.Decoder
	log     *Log
}

// sections are the four lists of the document.
func sections() []string { return []string{"objectTypes", "eventTypes", "objects", "events"} }

func (d *decoder) document() error {
	if err := d.delim('{', "the document"); err != nil {
		return err
	}
	var had []string
	for d.json.More() {
		token, err := d.json.Token()
		if err != nil {
			return d.broken("the document", err)
		}
		name, _ := token.(string)
		if slices.Contains(had, name) {
			return wrong("%s is there twice", clip(name))
		}
		had = append(had, name)
		if err := d.section(name); err != nil {
			return err
		}
	}
	if err := d.delim('}', "the document"); err != nil {
		return err
	}
	if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
		return wrong("something follows the document; a file holds one log")
	}
	for _, name := range sections() {
		if !slices.Contains(had, name) {
			return wrong("%s is missing; an OCEL 2.0 document has %s", name, strings.Join(sections(), ", "))
		}
	}
	return nil
}

func (d *decoder) section(name string) error {
	switch name {
	case "objectTypes":
		return each(d, name, func(w *wireType) error { d.log.ObjectTypes = append(d.log.ObjectTypes, w.model()); return nil })
	case "eventTypes":
		return each(d, name, func(w *wireType) error { d.log.EventTypes = append(d.log.EventTypes, w.model()); return nil })
	case "objects":
		return each(d, name, d.object)
	case "events":
		return each(d, name, d.event)
	case "ocel:global-log", "ocel:global-event", "ocel:global-object", "ocel:events", "ocel:objects":
		return wrong("this is OCEL 1.0 (%s); convert it to OCEL 2.0 first, as pm4py does", name)
	}
	return wrong("%q is no part of an OCEL 2.0 document, which has %s", clip(name), strings.Join(sections(), ", "))
}

// each reads a list, one element in memory at a time.
func each[W any](d *decoder, list string, take func(*W) error) error {
	if err := d.delim('[', list); err != nil {
		return err
	}
	for i := 0; d.json.More(); i++ {
		var w W
		if err := d.json.Decode(&w); err != nil {
			return d.broken(fmt.Sprintf("%s[%d]%s", list, i, idOf(&w)), err)
		}
		if err := take(&w); err != nil {
			return wrong("%s[%d]%s: %w", list, i, idOf(&w), err)
		}
	}
	return d.delim(']', list)
}

// idOf names an element, as far as it was read.
func idOf(w any) string {
	id := ""
	switch w := w.(type) {
	case *wireObject:
		id = w.ID
	case *wireEvent:
		id = w.ID
	}
	if id == "" {
		return ""
	}
	return fmt.Sprintf(" %q", clip(id))
}

func (d *decoder) delim(want json.Delim, what string) error {
	token, err := d.json.Token()
	if err != nil {
		return d.broken(what, err)
	}
	if token != want {
		kind := map[json.Delim]string{'{': "a JSON object", '[': "a JSON list"}[want]
		return wrong("%s is not %s", what, kind)
	}
	return nil
}

// broken tells what is wrong with the JSON, without Go's words for it.
func (d *decoder) broken(what string, err error) error {
	var own *lineage.Error
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &kind):
		return wrong("%s: %s is a JSON %s; want what OCEL 2.0 has there", what, kind.Field, kind.Value)
	case errors.As(err, &syntax):
		return wrong("%s: %s at byte %d", what, syntax, d.json.InputOffset())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return wrong("%s: the file ends in the middle, at byte %d", what, d.json.InputOffset())
	}
	return wrong("%s: %s", what, strings.TrimPrefix(err.Error(), "json: "))
}
