package slo

import "throughline/lineage"

// IncidentQuery asks for a page of incidents: firing ones first, then the newest.
type IncidentQuery struct {
	Tenant string
	State  IncidentState // empty: any
	SLA    string        // empty: any
	Flow   string        // empty: any; incidents of late sources are of none
	Limit  int           // 1 to 1000
	Cursor string        // of the page before; empty for the first
}

// IncidentPage is one page of a list. Next is empty on the last one. Firing and
// Resolved count all there are, whatever the page shows.
type IncidentPage struct {
	Incidents        []Incident
	Next             string
	Firing, Resolved int
}

// Reading is a clock with the SLA that it is judged by.
type Reading struct {
	Clock
	SLA lineage.SLA
}
