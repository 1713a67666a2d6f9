package lineage

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// CloudEvent is the part of a CloudEvents 1.0 message that the rules read. Data
// is JSON; data of another media type is kept as a JSON string.
type CloudEvent struct {
	ID          string
	Source      string
	Type        string
	Subject     string
	Time        time.Time // zero when absent
	Recorded    time.Time // extension recordedtime
	DataSchema  string
	DataVersion string // extension dataversion, or else schemaversion
	Correlation string // extension correlationid
	Causation   string // extension causationid
	TraceParent string // extension traceparent
	Data        json.RawMessage
	Raw         []byte // the structured message as it came; shared, not to be changed
}

// wireEvent is the structured JSON form (CloudEvents JSON format 1.0).
type wireEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Time        string          `json:"time"`
	Recorded    string          `json:"recordedtime"`
	ContentType string          `json:"datacontenttype"`
	DataSchema  string          `json:"dataschema"`
	Version     json.RawMessage `json:"dataversion"`
	SchemaVer   json.RawMessage `json:"schemaversion"`
	Correlation string          `json:"correlationid"`
	Causation   string          `json:"causationid"`
	TraceParent string          `json:"traceparent"`
	Data        json.RawMessage `json:"data"`
	Base64      *string         `json:"data_base64"`
}

// plain reads an event as nearly all are written: attributes in lower case, as text
// without escapes. It is false for any other, which is left to encoding/json.
func (w *wireEvent) plain(raw []byte) bool {
	if raw[0] != '{' {
		return false
	}
	for name, value := range rawMembers(raw) {
		var text *string
		switch string(name) {
		case `"specversion"`:
			text = &w.SpecVersion
		case `"id"`:
			text = &w.ID
		case `"source"`:
			text = &w.Source
		case `"type"`:
			text = &w.Type
		case `"subject"`:
			text = &w.Subject
		case `"time"`:
			text = &w.Time
		case `"recordedtime"`:
			text = &w.Recorded
		case `"datacontenttype"`:
			text = &w.ContentType
		case `"dataschema"`:
			text = &w.DataSchema
		case `"correlationid"`:
			text = &w.Correlation
		case `"causationid"`:
			text = &w.Causation
		case `"traceparent"`:
			text = &w.TraceParent
		case `"dataversion"`:
			w.Version = value
		case `"schemaversion"`:
			w.SchemaVer = value
		case `"data"`:
			w.Data = value
		case `"data_base64"`:
			return false
		default:
			if bytes.ContainsFunc(name, func(r rune) bool { return r == '\\' || r >= utf8.RuneSelf || unicode.IsUpper(r) }) {
				return false // encoding/json may take it for one of these
			}
		}
		if text != nil {
			var ok bool
			if *text, ok = plainText(value); !ok {
				return false
			}
		}
	}
	return true
}

// The bounds of an event's attributes: CloudEvents wants 64 KiB forwarded for
// the whole event, and no id or name comes near these.
const maxAttribute = 4096

// ParseCloudEvent reads one structured CloudEvent. An error is of kind Invalid
// and names the attribute and what would be right.
func ParseCloudEvent(raw []byte) (CloudEvent, error) {
	return parseCloudEvent(raw, json.Valid(raw))
}

// parseCloudEvent reads one event of which it is known whether it is JSON at all.
func parseCloudEvent(raw []byte, valid bool) (CloudEvent, error) {
	const op = "parse CloudEvent"
	if !utf8.Valid(raw) {
		return CloudEvent{}, Errorf(Invalid, op, "the event is not valid UTF-8; send JSON in UTF-8")
	}
	var w wireEvent
	if !valid || !w.plain(raw) {
		w = wireEvent{}
		if err := json.Unmarshal(raw, &w); err != nil {
			return CloudEvent{}, Errorf(Invalid, op, "the event is not a JSON object of the CloudEvents form: %s", jsonReason(err))
		}
	}
	ce := CloudEvent{
		ID: w.ID, Source: w.Source, Type: w.Type, Subject: w.Subject, DataSchema: w.DataSchema,
		DataVersion: cmp.Or(scalarText(w.Version), scalarText(w.SchemaVer)),
		Correlation: w.Correlation, Causation: w.Causation, TraceParent: w.TraceParent, Data: w.Data, Raw: raw,
	}
	if w.SpecVersion != "1.0" {
		return CloudEvent{}, Errorf(Invalid, op, "specversion is %q; want \"1.0\"", clip(w.SpecVersion))
	}
	for _, a := range [...]struct {
		name, value string
		required    bool
	}{
		{"id", w.ID, true},
		{"source", w.Source, true},
		{"type", w.Type, true},
		{"subject", w.Subject, false},
		{"dataschema", w.DataSchema, false},
		{"correlationid", w.Correlation, false},
		{"causationid", w.Causation, false},
		{"traceparent", w.TraceParent, false},
	} {
		if a.required && a.value == "" {
			return CloudEvent{}, Errorf(Invalid, op, "%s is missing or empty; CloudEvents requires it to be a non-empty string", a.name)
		}
		if len(a.value) > maxAttribute {
			return CloudEvent{}, Errorf(Invalid, op, "%s has %d bytes; at most %d are taken", a.name, len(a.value), maxAttribute)
		}
	}
	var err error
	if ce.Time, err = parseTime("time", w.Time); err != nil {
		return CloudEvent{}, E(Invalid, op, err)
	}
	if ce.Recorded, err = parseTime("recordedtime", w.Recorded); err != nil {
		return CloudEvent{}, E(Invalid, op, err)
	}
	if w.Base64 != nil {
		if w.Data != nil {
			return CloudEvent{}, Errorf(Invalid, op, "both data and data_base64 are present; send one of them")
		}
		if ce.Data, err = base64Data(*w.Base64, w.ContentType); err != nil {
			return CloudEvent{}, E(Invalid, op, err)
		}
	}
	return ce, nil
}

// Attribute returns a context attribute or extension as text, "" when there is none.
func (ce *CloudEvent) Attribute(name string) string {
	var all map[string]json.RawMessage
	if json.Unmarshal(ce.Raw, &all) != nil {
		return ""
	}
	return scalarText(all[name])
}

// scalarText is a JSON string, number or truth value as text, and "" for all else.
func scalarText(raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || raw[0] == 'n' {
		return ""
	}
	var text string
	if raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}

// ParseCloudEvents reads one structured event, or with batch a JSON array of
// them. In a batch the error names the index of the bad one.
func ParseCloudEvents(raw []byte, batch bool) ([]CloudEvent, error) {
	if !batch {
		ce, err := ParseCloudEvent(raw)
		if err != nil {
			return nil, err
		}
		return []CloudEvent{ce}, nil
	}
	var all []json.RawMessage
	text := bytes.TrimLeft(raw, " \n\t\r")
	valid := len(text) > 0 && text[0] == '[' && json.Valid(raw)
	if valid {
		for item := range rawItems(text) {
			all = append(all, item)
		}
	} else if err := json.Unmarshal(raw, &all); err != nil {
		return nil, Errorf(Invalid, "parse CloudEvents batch", "the batch is not a JSON array of events: %s", jsonReason(err))
	}
	events := make([]CloudEvent, 0, len(all))
	for i, item := range all {
		ce, err := parseCloudEvent(item, valid)
		if err != nil {
			return nil, Errorf(Invalid, "parse CloudEvents batch", "event %d: %w", i, err)
		}
		events = append(events, ce)
	}
	return events, nil
}

func parseTime(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, Errorf(Invalid, "", "%s is %q; want RFC 3339, for example 2026-03-02T09:01:00Z", name, clip(s))
	}
	if y := t.UTC().Year(); y < 1970 || y > 2200 {
		return time.Time{}, Errorf(Invalid, "", "%s is %q; want a year from 1970 to 2200", name, clip(s))
	}
	return t.UTC(), nil
}

func base64Data(s, contentType string) (json.RawMessage, error) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, Errorf(Invalid, "", "data_base64 is not base64: %w", err)
	}
	isJSON := contentType == "" || strings.HasSuffix(mediaType(contentType), "json")
	if isJSON && json.Valid(data) {
		return data, nil
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return quoted, nil
}

func mediaType(s string) string {
	s, _, _ = strings.Cut(s, ";")
	return strings.ToLower(strings.TrimSpace(s))
}

func clip(s string) string {
	if len(s) <= 64 {
		return s
	}
	return strings.ToValidUTF8(s[:64], "") + "…"
}

// jsonReason makes encoding/json's error fit for a stranger: no Go type names.
func jsonReason(err error) string {
	switch e := err.(type) {
	case *json.UnmarshalTypeError:
		if e.Field == "" {
			return "found a JSON " + e.Value
		}
		return e.Field + " is a JSON " + e.Value + "; want a string"
	case *json.SyntaxError:
		return e.Error() + " at byte " + strconv.FormatInt(e.Offset, 10)
	}
	return err.Error()
}
