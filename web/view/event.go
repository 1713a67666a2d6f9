package view

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/lineage"
)

// Events is the timeline of an execution. A long one shows its beginning and
// its end and says how many lie between.
type Events struct {
	Zone    string
	Head    []Event
	Omitted int
	Tail    []Event
	Total   int
}

// Event is one row of the timeline.
type Event struct {
	Key         string // names the row within its execution
	Day         string // set where a day begins
	Time        Time
	Source      string
	ID          string
	Kind        string
	Type        string
	Stage       string
	Outcome     Badge
	Attempt     int
	Answer      string // "answered 200"
	Reason      string // its beginning
	Whole       string // of the reason, where that is longer
	Amount      string
	Subject     Object
	Refs        []EventRef
	Trace       string
	TraceURL    string
	Correlation string
	Causation   string
	Contract    string
	Payload     string
	Reject      string // address that asks whether it is wrong; "" where that cannot be decided
}

// EventRef is an object that an event names beside its subject.
type EventRef struct {
	Role   string
	Object Object
}

// What a page shows of a long timeline and of a large payload; the API has all.
const (
	eventsAtEachEnd = 100
	maxRefs         = 12
	maxPayload      = 4 << 10
)

// NewEvents makes the timeline of events, which come sorted by time.
func NewEvents(events []*lineage.Event, c Clock) Events {
	out := Events{Zone: c.ZoneName(), Total: len(events)}
	head := events
	if len(events) > 2*eventsAtEachEnd {
		head = events[:eventsAtEachEnd]
		out.Omitted = len(events) - 2*eventsAtEachEnd
		out.Tail = rows(events[len(events)-eventsAtEachEnd:], c)
	}
	out.Head = rows(head, c)
	days(out.Head, out.Tail)
	return out
}

func rows(events []*lineage.Event, c Clock) []Event {
	out := make([]Event, 0, len(events))
	for _, e := range events {
		row := Event{
			Key: key(e.Source, e.ID), Time: c.ofDay(e.Time), Source: e.Source, ID: e.ID, Kind: e.Kind.String(), Type: e.Type,
			Stage: e.Stage, Outcome: OutcomeBadge(e.Outcome), Attempt: e.Attempt, Reason: brief(e.Reason), Amount: Money(e.Amount),
			Trace: e.TraceID.String(), Correlation: e.Correlation, Causation: e.Causation,
			Contract: e.Contract, Payload: pretty(e.Payload),
		}
		if row.Reason != e.Reason {
			row.Whole = e.Reason
		}
		if e.Answer != 0 {
			row.Answer = "answered " + strconv.Itoa(e.Answer)
		}
		if !e.TraceID.IsZero() {
			row.TraceURL = TraceURL(e.TraceID)
		}
		for _, r := range e.Refs {
			if r.Role == lineage.Subject && row.Subject.ID == "" {
				row.Subject = newObject(r.Object)
			} else if len(row.Refs) < maxRefs {
				row.Refs = append(row.Refs, EventRef{Role: string(r.Role), Object: newObject(r.Object)})
			}
		}
		out = append(out, row)
	}
	return out
}

// days marks the rows at which a day begins.
func days(lists ...[]Event) {
	last := ""
	for _, list := range lists {
		for i := range list {
			if len(list[i].Time.ISO) >= 10 && list[i].Time.ISO[:10] != last {
				last = list[i].Time.ISO[:10]
				list[i].Day = last
			}
		}
	}
}

// key is a short name for what source and id identify, fit for an element's id.
func key(source, id string) string {
	h := fnv.New64a()
	h.Write([]byte(source))
	h.Write([]byte{0})
	h.Write([]byte(id))
	return strconv.FormatUint(h.Sum64(), 36)
}

// pretty sets JSON out over lines and cuts what is too long to read. What is
// not JSON stays as it is.
func pretty(payload string) string {
	if payload == "" || payload == "{}" || payload == "null" {
		return ""
	}
	if len(payload) <= maxPayload {
		var b bytes.Buffer
		if json.Indent(&b, []byte(payload), "", "  ") == nil {
			payload = b.String()
		}
	}
	text, cut := trim(payload)
	if cut {
		text += "\n… cut here: the whole is in the JSON API"
	}
	return strings.ToValidUTF8(text, "�")
}

// trim cuts what is too long to read, between two letters.
func trim(text string) (beginning string, cut bool) {
	if len(text) <= 2*maxPayload {
		return text, false
	}
	end := maxPayload
	for end > maxPayload-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], true
}
