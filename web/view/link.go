package view

import (
	"net/url"
	"strconv"

	"throughline/lineage"
)

// ObjectURL is the address of an object's lineage page. The id may hold any
// character.
func ObjectURL(o lineage.Object) string {
	return objectURL(o, "")
}

// ExecutionURL is the address of one execution: its anchor, in its flow.
func ExecutionURL(flow string, anchor lineage.Object) string {
	return objectURL(anchor, flow)
}

// TraceURL is the address of a trace's lineage page.
func TraceURL(id lineage.TraceID) string {
	return objectURL(lineage.Object{Type: "trace", ID: id.String()}, "")
}

func objectURL(o lineage.Object, flow string) string {
	q := url.Values{}
	set(q, "flow", flow)
	set(q, "system", o.System)
	set(q, "scope", o.Scope)
	return withQuery("/lineage/"+url.PathEscape(o.Type)+"/"+url.PathEscape(o.ID), q)
}

// Filter is what narrows the list of executions.
type Filter struct {
	Flow, State, Stage string
	Limit              int // 0: the page's own
}

// URL is the address of the list narrowed by f, from cursor on.
func (f Filter) URL(cursor string) string {
	q := url.Values{}
	set(q, "flow", f.Flow)
	set(q, "state", f.State)
	set(q, "stage", f.Stage)
	set(q, "cursor", cursor)
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return withQuery("/executions", q)
}

// IncidentURL is the address of one incident.
func IncidentURL(id string) string { return "/incidents/" + url.PathEscape(id) }

// withBack is an incident's form, which leads back to where the reader was.
func withBack(incident, back string) string {
	return incident + "?" + url.Values{"back": {back}}.Encode() + "#acknowledge"
}

// IncidentFilter is what narrows the list of incidents.
type IncidentFilter struct {
	State, SLA, Flow string
	Limit            int // 0: the page's own
}

// URL is the address of the list narrowed by f, from cursor on.
func (f IncidentFilter) URL(cursor string) string {
	q := url.Values{}
	set(q, "state", f.State)
	set(q, "sla", f.SLA)
	set(q, "flow", f.Flow)
	set(q, "cursor", cursor)
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return withQuery("/incidents", q)
}

func set(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
