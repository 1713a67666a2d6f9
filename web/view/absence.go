package view

import (
	"cmp"
	"net/url"
	"strconv"

	"throughline/lineage"
)

// Absences is the page of what is named and has no event of its own: the longest
// awaited first.
type Absences struct {
	Rows   []Absence
	Total  int
	More   int // that the list has no room for
	Zone   string
	Filter AbsenceFilter
	Types  []string // that the list can be narrowed to
	Flows  []string
	First  string // address of the first page, "" on it
	Next   string // address of the next page, "" on the last
}

// Absence is one object that is named and has not come.
type Absence struct {
	Object Object
	Age    string // "" when nobody knows
	Since  Time
	Event  string // that named it first
	Type   string // of that event
	Source string
	In     []Place
	More   int // transactions that are not listed
}

// Place is one transaction that an object is in.
type Place struct {
	Flow   string
	Anchor Object
	URL    string
}

// AbsenceFilter is what narrows the list.
type AbsenceFilter struct {
	Type, Flow string
	Limit      int // 0: the page's own
}

// URL is the address of the list narrowed by f, from cursor on.
func (f AbsenceFilter) URL(cursor string) string {
	q := url.Values{}
	set(q, "type", f.Type)
	set(q, "flow", f.Flow)
	set(q, "cursor", cursor)
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return withQuery("/placeholders", q)
}

// maxPlaces is how many transactions of one object a row lists.
const maxPlaces = 3

// NewAbsences makes the rows of the page.
func NewAbsences(list []lineage.Absent, l Lore, c Clock) []Absence {
	out := make([]Absence, 0, len(list))
	for _, a := range list {
		row := Absence{Object: newObject(a.Object), Event: a.By.ID, Type: a.By.Type, Source: cmp.Or(l.source(a.By.Source), a.By.Source)}
		if !a.Since.IsZero() {
			row.Since, row.Age = c.stamp(a.Since), Span(max(0, c.Now.Sub(a.Since)))
		}
		shown := a.In[:min(len(a.In), maxPlaces)]
		for _, ref := range shown {
			row.In = append(row.In, Place{ref.Flow, newObject(ref.Anchor), ExecutionURL(ref.Flow, ref.Anchor)})
		}
		row.More = len(a.In) - len(shown) + a.More
		out = append(out, row)
	}
	return out
}
