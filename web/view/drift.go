package view

import (
	"fmt"
	"strings"
	"time"

	"throughline/lineage"
)

// Drift is the page on how what comes in differs from its contracts.
type Drift struct {
	From, To  Time
	FromField string
	ToField   string
	AsOf      Time
	Zone      string
	Adrift    []DriftKind // what differs
	Rest      []DriftKind
	More      int // kinds of events that are not listed
}

// DriftKind is one kind of event: of one type, from one source, read by one version.
type DriftKind struct {
	Source, Type, Version string
	Tags                  []Badge
	Events                int
	Looked                string // how much of that was looked at
	Last                  Time
	Notes                 []DriftNote
	Refused               string // how many were quarantined
	Reason                string // why the latest was
}

// DriftNote is a field that is not as the contract says.
type DriftNote struct {
	Badge Badge
	Place string
	Text  string
}

// NewDrift makes the page. to is zero where none was given.
func NewDrift(t lineage.Traffic, list []lineage.Drift, from, to time.Time, l Lore, c Clock) Drift {
	out := Drift{From: c.time(t.From), To: c.time(t.To), FromField: c.field(from), ToField: c.field(to), AsOf: c.time(t.AsOf), Zone: c.ZoneName(), More: t.More}
	for _, d := range list {
		if kind := newDriftKind(d, l, c); d.Drifts() {
			out.Adrift = append(out.Adrift, kind)
		} else {
			out.Rest = append(out.Rest, kind)
		}
	}
	return out
}

func newDriftKind(d lineage.Drift, l Lore, c Clock) DriftKind {
	k := DriftKind{Source: l.source(d.Source), Type: d.Type, Events: d.Events, Last: c.stamp(d.Last), Looked: looked(d)}
	if at := strings.LastIndexByte(d.Contract, '@'); at >= 0 {
		k.Version = "version " + d.Contract[at+1:]
	}
	switch {
	case d.Contract == "" && d.Events == 0:
	case d.Contract == "":
		k.Tags = append(k.Tags, Badge{"calm", "·", "no contract"})
	case !d.Known:
		k.Tags = append(k.Tags, Badge{"warn", "?", "not in the catalogue"})
	case d.Deprecated:
		k.Tags = append(k.Tags, Badge{"warn", "!", "deprecated"})
	case !d.Newest:
		k.Tags = append(k.Tags, Badge{"calm", "·", "not the newest"})
	}
	for _, f := range d.Lacking {
		k.note(Badge{"bad", "−", "missing"}, f, "required, and not in %s of %s", Count(f.Events), Count(f.Of))
	}
	for _, f := range d.Retyped {
		k.note(Badge{"bad", "≠", "another type"}, f, "is %s; %s of %s are not %s, which the contract wants", orOf(f.Types), Count(f.Events), Count(f.Of), orOf(f.Want))
	}
	for _, f := range d.Unknown {
		k.note(Badge{"warn", "+", "not described"}, f, "%s, in %s of %s payloads", orOf(f.Types), Count(f.Events), Count(f.Of))
	}
	for _, f := range d.Absent {
		k.absent(f)
	}
	if d.Refused > 0 {
		k.Refused, k.Reason = Of(d.Refused, "event")+" quarantined", d.Reason
	}
	return k
}

func (k *DriftKind) absent(f lineage.DriftField) {
	badge, what := Badge{"calm", "∅", "never came"}, "optional"
	if f.Required {
		badge, what = Badge{"bad", "∅", "never came"}, "required"
	}
	if f.Read != "" {
		what += ", read by " + f.Read
	}
	k.note(badge, f, "%s, and in none of %s", what, Count(f.Of))
}

func (k *DriftKind) note(b Badge, f lineage.DriftField, format string, args ...any) {
	k.Notes = append(k.Notes, DriftNote{Badge: b, Place: f.Place, Text: fmt.Sprintf(format, args...)})
}

func orOf(types []string) string { return strings.Join(types, " or ") }

// looked tells how many payloads were looked at.
func looked(d lineage.Drift) string {
	if d.Events == 0 {
		return ""
	}
	text := Of(d.Seen, "payload") + " looked at"
	if d.Unread > 0 {
		text += ", " + Count(d.Unread) + " too large or not to be read"
	}
	if d.Cut {
		text += "; they have more places than are listed"
	}
	return text
}
