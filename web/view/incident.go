package view

import (
	"cmp"
	"strings"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// Incidents is a list of incidents.
type Incidents struct {
	Rows             []Incident
	Filter           IncidentFilter
	SLAs, Flows      []string // that the list can be narrowed to
	Unknown          string   // what it is narrowed to that the catalogue does not have: "SLA", "flow" or ""
	Firing, Resolved int      // of all there are
	Owner            string   // who the reader is, when they have said so
	Here             string   // address of this page, to come back to
	First, Next      string   // addresses of other pages of the list, "" for none
}

// States are the states that the list can be narrowed to.
func (Incidents) States() []slo.IncidentState { return []slo.IncidentState{slo.Firing, slo.Resolved} }

// Incident is one incident, as a row and as a page.
type Incident struct {
	ID, URL     string
	What        string // the SLA's title, or "finance is behind"
	Badge       Badge
	Firing      bool
	Sentence    string // all of it in plain words
	Rejection   string // who rejected it and who had accepted it, as its lineage says; "" where nobody did
	Severity    string
	Subject     Object
	Anchor      Object
	Transaction string // address of the execution
	Flow        string
	Due         Time
	Countdown   string // when it was due, for machines; "" unless it is overdue still
	Age         string // "overdue for 3 min", "resolved after 5 min"
	Started     Time
	Opened      Time
	LateBy      string // how long after the deadline it was noticed
	Resolved    Time
	Resolution  string
	Stage       string
	StageBadge  Badge
	Reason      string
	Amount      string // at risk, or that was
	Runbook     Runbook
	Waiting     int
	Owner       string
	Taken       Time // when it was acknowledged
	Comment     string
	History     []Entry
	Known       Known
}

// Entry is one line of an incident's history.
type Entry struct {
	Time Time
	Text string
}

// NewIncidents makes the rows of a list.
func NewIncidents(list []slo.Incident, l Lore, c Clock) []Incident {
	out := make([]Incident, 0, len(list))
	for i := range list {
		out = append(out, NewIncident(&list[i], l, c))
	}
	return out
}

// NewIncident makes the view of one incident.
func NewIncident(i *slo.Incident, l Lore, c Clock) Incident {
	out := Incident{
		ID: i.ID, URL: IncidentURL(i.ID), What: incidentTitle(i, l), Badge: incidentBadge(i), Firing: i.State == slo.Firing,
		Severity: severity(i.Impact.Severity), Flow: i.Impact.Flow, Due: c.near(i.DueAt), Age: age(i, c),
		Started: c.time(i.StartedAt), Opened: c.near(i.OpenedAt), Resolved: c.time(i.ResolvedAt), Resolution: resolution(i.Resolution),
		Stage: i.Impact.Stage, Reason: i.Impact.Reason, Amount: Money(i.Impact.Amount),
		Waiting: i.Waiting, Owner: i.Owner, Taken: c.time(i.AcknowledgedAt), Comment: i.Comment,
	}
	if i.LateBy > 0 {
		out.LateBy = Span(i.LateBy)
	}
	if out.Firing {
		out.Runbook = newRunbook(i.Impact.Runbook)
		if i.Impact.State != "" {
			out.StageBadge = StateBadge(i.Impact.State)
		}
	}
	if !i.Subject.IsZero() {
		out.Subject = newObject(i.Subject)
	}
	if !i.Impact.Anchor.IsZero() {
		out.Anchor, out.Transaction = newObject(i.Impact.Anchor), ExecutionURL(i.Impact.Flow, i.Impact.Anchor)
	}
	if out.Firing && i.Kind != slo.LateIncident {
		out.Countdown = out.Due.ISO
	}
	for _, e := range i.History {
		out.History = append(out.History, Entry{c.time(e.At), e.Text})
	}
	out.Sentence = incidentLine(i, l, c)
	return out
}

func incidentTitle(i *slo.Incident, l Lore) string {
	if i.Kind == slo.LateIncident {
		return l.source(i.Source) + " is behind"
	}
	return cmp.Or(i.Impact.Title, i.SLA)
}

func incidentBadge(i *slo.Incident) Badge {
	switch {
	case i.State == slo.Resolved:
		return Badge{"good", "✓", "resolved"}
	case !i.AcknowledgedAt.IsZero():
		return Badge{"warn", "◐", "acknowledged"}
	default:
		return Badge{"bad", "▲", "firing"}
	}
}

func severity(s lineage.Severity) string {
	switch s {
	case lineage.SeverityPage:
		return "page: somebody is woken"
	case lineage.SeverityTicket:
		return "ticket: in working hours"
	default:
		return string(s)
	}
}

func resolution(r slo.Resolution) string {
	switch r {
	case slo.ByEnd:
		return "what was owed came, late"
	case slo.ByCorrection:
		return "it was no breach: evidence came that the deadline was kept"
	case slo.ByCancellation:
		return "nothing is owed any more"
	case slo.ByCatchingUp:
		return "the source has caught up"
	case slo.ByWithdrawal:
		return withdrawn
	default:
		return string(r)
	}
}

// age tells how long it has been overdue, by the minute, or how long it took.
func age(i *slo.Incident, c Clock) string {
	since, lead := i.DueAt, "overdue "
	if i.Kind == slo.LateIncident {
		since, lead = i.OpenedAt, "behind "
	}
	switch {
	case since.IsZero():
		return ""
	case i.State == slo.Resolved:
		return "resolved after " + Span(i.ResolvedAt.Sub(since))
	case c.Now.Sub(since) < time.Minute:
		return lead + "for less than a minute"
	default:
		return lead + "for " + Span(c.Now.Sub(since).Truncate(time.Minute))
	}
}

// incidentLine tells an incident in short sentences: what is owed, where it
// sticks, what hangs on it and who looks after it.
func incidentLine(i *slo.Incident, l Lore, c Clock) string {
	var out []string
	source := said(capital(l.source(i.Source)))
	subject := said(capital(spoken(i.Subject.Type))) + " " + nameOf(i.Subject.ID)
	title := "“" + said(incidentTitle(i, l)) + "”"
	say := func(parts ...string) { out = append(out, strings.Join(parts, "")) }
	firing := i.State == slo.Firing
	switch {
	case i.Kind == slo.LateIncident && firing:
		say(source, " is behind. ", Of(i.Waiting, "deadline"), " passed that it may still have kept; each is confirmed or corrected once it has caught up.")
	case i.Kind == slo.LateIncident:
		say(source, " was behind, and has caught up.")
	case firing:
		say(subject, " has missed ", title, ": it was due by ", c.Near(i.DueAt), " and is still owed.")
	default:
		say(subject, " missed ", title, ", due by ", c.Near(i.DueAt), ".")
	}
	if firing && i.Impact.Stage != "" {
		say(stuck(i.Impact))
	}
	if !i.Impact.Amount.IsZero() {
		is := " was at risk."
		if firing {
			is = " is at risk."
		}
		say(Money(i.Impact.Amount), is)
	}
	switch {
	case !firing:
		say("Resolved at ", c.Near(i.ResolvedAt), ": ", resolution(i.Resolution), ".")
	case i.Owner != "":
		say(said(i.Owner), " looks after it.")
	default:
		say("Nobody looks after it yet.")
	}
	return strings.Join(out, " ")
}

// stuck says where a transaction sticks: at what has failed or is tried again, or
// else at what is owed.
func stuck(i slo.Impact) string {
	switch i.State {
	case lineage.StateFailed:
		return "Its transaction stopped at " + said(i.Stage) + quoted(i.Reason) + "."
	case lineage.StateRetrying:
		return "Its transaction is retrying " + said(i.Stage) + ", not failed yet" + quoted(i.Reason) + "."
	default:
		return "Its transaction is waiting for " + said(i.Stage) + quoted(i.Reason) + "."
	}
}

// What a fact of an incident is called while it stands, and afterwards.
func (i Incident) risk() string   { return i.call("At risk", "Was at risk") }
func (i Incident) sticks() string { return i.call("Where it sticks", "Where it stuck") }
func (i Incident) why() string    { return i.call("Why", "Why it was late") }
func (i Incident) keeper() string { return i.call("Looked after by", "Was looked after by") }

func (i Incident) call(now, then string) string {
	if i.Firing {
		return now
	}
	return then
}
