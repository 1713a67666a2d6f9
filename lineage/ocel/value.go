package ocel

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ValueType is the type of an attribute's values, by the standard's name.
type ValueType string

// The types of values.
const (
	String  ValueType = "string"
	Time    ValueType = "time"
	Integer ValueType = "integer"
	Float   ValueType = "float"
	Boolean ValueType = "boolean"

	number ValueType = "number" // of JSON, before it is known which of the two it is
)

func (t ValueType) known() bool {
	return t == String || t == Time || t == Integer || t == Float || t == Boolean
}

// Value is one value as text, in the one form that its type has: "-12", "1.5",
// "true", "2026-03-02T09:00:00Z". It is comparable.
type Value struct {
	Type ValueType
	Text string
}

func (v Value) compare(w Value) int {
	return cmp.Or(strings.Compare(string(v.Type), string(w.Type)), strings.Compare(v.Text, w.Text))
}

// As reads a value as one of another type: what is written as a text is taken for
// what it says, and nothing is rounded. The error says what would be right.
func (v Value) As(t ValueType) (Value, error) {
	text := strings.TrimSpace(v.Text)
	switch t {
	case String:
		return Value{String, v.Text}, nil
	case Integer:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Value{Integer, strconv.FormatInt(n, 10)}, nil
		}
		if f, ok := parseFloat(text); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return Value{Integer, strconv.FormatInt(int64(f), 10)}, nil
		}
		return Value{}, fmt.Errorf("%q is no integer of 64 bits; correct it, or declare the attribute as float or string", clip(v.Text))
	case Float:
		if f, ok := parseFloat(text); ok {
			return Value{Float, strconv.FormatFloat(f, 'g', -1, 64)}, nil
		}
		return Value{}, fmt.Errorf("%q is no finite number; correct it, or declare the attribute as string", clip(v.Text))
	case Boolean:
		switch strings.ToLower(text) {
		case "true", "1":
			return Value{Boolean, "true"}, nil
		case "false", "0":
			return Value{Boolean, "false"}, nil
		}
		return Value{}, fmt.Errorf("%q is neither true nor false; correct it, or declare the attribute as string", clip(v.Text))
	case Time:
		at, err := ParseTime(text)
		if err != nil {
			return Value{}, err
		}
		return Value{Time, formatTime(at)}, nil
	}
	return Value{}, fmt.Errorf("the attribute's type is %q; want string, time, integer, float or boolean", clip(string(t)))
}

// parseFloat reads a decimal number; 0 has no sign, since SQLite keeps none.
func parseFloat(text string) (float64, bool) {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if f == 0 {
		f = 0
	}
	return f, err == nil && !math.IsInf(f, 0)
}

// ParseTime reads ISO 8601 as RFC 3339 has it, and as SQLite's files do: with a
// space for the T, and without a zone, which then is UTC.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range [...]string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
		"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			if y := t.UTC().Year(); y >= 0 && y <= 9999 {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; want RFC 3339, for example 2026-03-02T09:01:00Z", clip(text))
}

// formatTime is the one form of a time.
func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// json writes a value as JSON does.
func (v Value) json() json.RawMessage {
	if v.Type == String || v.Type == Time {
		return quote(v.Text)
	}
	return json.RawMessage(v.Text)
}

// valueOf reads a JSON scalar as it is written; false means null.
func valueOf(raw json.RawMessage) (Value, bool, error) {
	if len(raw) == 0 {
		return Value{}, false, errors.New("value is missing")
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return Value{String, s}, true, err
	case 't', 'f':
		return Value{Boolean, string(raw)}, true, nil
	case 'n':
		return Value{}, false, nil
	case '[', '{':
		return Value{}, false, errors.New("value is a JSON list or object; want a string, a number, true or false")
	}
	return Value{number, string(raw)}, true, nil
}

// quote writes a JSON string, with the signs of HTML as they are.
func quote(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return json.RawMessage(`""`) // a string always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// clip shortens what an error quotes.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for !utf8.ValidString(s) && s != "" {
		s = s[:len(s)-1]
	}
	return s + "…"
}
