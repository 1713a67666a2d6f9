package ocel

import (
	"bufio"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
)

// XES writes executions as the traces of an XES log (IEEE 1849-2016), one after the
// other: a flat log of one flow, in which an event that several executions share
// stands in each. Its methods do nothing after the first error, which Close returns.
type XES struct {
	w   *bufio.Writer
	err error
}

// NewXES begins the log of a flow.
func NewXES(w io.Writer, flow string) *XES {
	x := &XES{w: bufio.NewWriterSize(w, 64<<10)}
	x.text(xml.Header)
	x.text(`<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">` + "\n")
	for _, e := range [...][3]string{
		{"Concept", "concept", "concept"}, {"Time", "time", "time"}, {"Lifecycle", "lifecycle", "lifecycle"}, {"Organizational", "org", "org"},
	} {
		x.text(`  <extension name="` + e[0] + `" prefix="` + e[1] + `" uri="http://www.xes-standard.org/` + e[2] + `.xesext"/>` + "\n")
	}
	x.text("  <global scope=\"trace\">\n")
	x.attribute(2, "string", "concept:name", "")
	x.text("  </global>\n  <global scope=\"event\">\n")
	x.attribute(2, "string", "concept:name", "")
	x.date(2, "time:timestamp", time.Unix(0, 0))
	x.attribute(2, "string", "lifecycle:transition", "complete")
	x.attribute(2, "string", "org:resource", "")
	x.text("  </global>\n  <classifier name=\"Activity\" keys=\"concept:name lifecycle:transition\"/>\n")
	x.attribute(1, "string", "concept:name", flow)
	x.attribute(1, "string", "lifecycle:model", "standard")
	return x
}

// Trace writes one execution.
func (x *XES) Trace(e *lineage.Execution) {
	x.text("  <trace>\n")
	x.attribute(2, "string", "concept:name", e.Anchor.String())
	x.attribute(2, "string", "state", string(e.State))
	if e.Unanchored {
		x.attribute(2, "boolean", "unanchored", "true")
	}
	if e.Truncated {
		x.attribute(2, "boolean", "truncated", "true")
	}
	for _, event := range e.Events {
		x.event(event)
	}
	x.text("  </trace>\n")
}

// Close ends the log.
func (x *XES) Close() error {
	x.text("</log>\n")
	if x.err != nil {
		return x.err
	}
	return x.w.Flush()
}

func (x *XES) event(e *lineage.Event) {
	x.text("    <event>\n")
	name := e.Stage
	if name == "" {
		name = e.Type
	}
	x.attribute(3, "string", "concept:name", name)
	x.date(3, "time:timestamp", e.Time)
	x.attribute(3, "string", "lifecycle:transition", transition(e.Outcome))
	x.attribute(3, "string", "org:resource", e.Source)
	x.attribute(3, "string", "id", e.ID)
	x.attribute(3, "string", "type", e.Type)
	if o := e.Subject(); !o.IsZero() {
		x.attribute(3, "string", "subject", o.String())
	}
	if e.Outcome != "" {
		x.attribute(3, "string", "outcome", string(e.Outcome))
	}
	if e.Reason != "" {
		x.attribute(3, "string", "reason", e.Reason)
	}
	if e.Attempt > 0 {
		x.attribute(3, "int", "attempt", strconv.Itoa(e.Attempt))
	}
	if !e.Amount.IsZero() {
		x.attribute(3, "float", "amount", e.Amount.Decimal())
		x.attribute(3, "string", "currency", e.Amount.Currency)
	}
	if text := allocationsOf(e); text != "" {
		x.attribute(3, "string", "allocations", text)
	}
	x.text("    </event>\n")
}

// transition is the step in XES's standard lifecycle that an outcome is: a step that
// will be tried again is suspended, one that nobody tries again is aborted.
func transition(o lineage.Outcome) string {
	switch o {
	case lineage.OutcomeFailed:
		return "ate_abort"
	case lineage.OutcomeRetrying:
		return "suspend"
	}
	return "complete"
}

func (x *XES) date(depth int, key string, at time.Time) {
	x.attribute(depth, "date", key, at.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}

func (x *XES) attribute(depth int, kind, key, value string) {
	x.text(strings.Repeat("  ", depth) + "<" + kind + ` key="` + key + `" value="`)
	if x.err == nil {
		x.err = xml.EscapeText(x.w, []byte(value))
	}
	x.text("\"/>\n")
}

func (x *XES) text(s string) {
	if x.err == nil {
		_, x.err = x.w.WriteString(s)
	}
}
