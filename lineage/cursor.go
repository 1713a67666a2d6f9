package lineage

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math"
	"time"
)

// ListPlace is a place in a list of executions, newest first. The order is that of the
// store, so that a list can begin in memory and go on there.
type ListPlace struct {
	Age    int64 // when the execution started in nanoseconds since 1970, negated; 0: not told
	Flow   string
	Anchor Object
}

// FirstPlace lies before every execution.
func FirstPlace() ListPlace { return ListPlace{Age: math.MinInt64} }

// LastPlace lies behind every execution.
func LastPlace() ListPlace { return ListPlace{Age: math.MaxInt64} }

// StartedAt is the place before all executions that started at t.
func StartedAt(t time.Time) ListPlace {
	if t.IsZero() {
		return ListPlace{}
	}
	return ListPlace{Age: -t.UnixNano()}
}

// Place returns the place of an execution in a list.
func (s *Summary) Place() ListPlace {
	p := StartedAt(s.StartedAt)
	p.Flow, p.Anchor = s.Flow, s.Anchor
	return p
}

// Compare orders places by age, flow and anchor.
func (p ListPlace) Compare(q ListPlace) int {
	return cmp.Or(cmp.Compare(p.Age, q.Age), cmp.Compare(p.Flow, q.Flow), p.Anchor.Compare(q.Anchor))
}

// Cursor writes a place as a list hands it out.
func (p ListPlace) Cursor() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // it is a number and strings
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// PlaceAt reads a cursor. The empty one is the first place.
func PlaceAt(op, cursor string) (ListPlace, error) {
	if cursor == "" {
		return FirstPlace(), nil
	}
	var p ListPlace
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields() // those of other lists are none of ours
		err = d.Decode(&p)
	}
	if err != nil {
		return ListPlace{}, Errorf(Invalid, op, "the cursor is none of ours: take it from the page before, unchanged")
	}
	return p, nil
}
