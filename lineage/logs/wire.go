package logs

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
)

// wire carries events as CloudEvents by the conventions, as systems that never met
// write them: ids in any of their spellings, and words for nothing where there is
// nothing.
type wire struct {
	random *rand.Rand
	cat    *lineage.Catalogue
}

type cloudEvent struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject,omitempty"`
	Time        time.Time `json:"time"`
	Recorded    time.Time `json:"recordedtime"`
	Correlation string    `json:"correlationid,omitempty"`
	TraceParent string    `json:"traceparent,omitempty"`
	Data        ceData    `json:"data"`
}

type ceData struct {
	Objects   map[string][]any    `json:"objects,omitempty"`
	Relations []map[string]string `json:"relations,omitempty"`
	Aliases   [][2]string         `json:"aliases,omitempty"`
	Stage     string              `json:"stage,omitempty"`
	Outcome   lineage.Outcome     `json:"outcome,omitempty"`
	Amount    map[string]string   `json:"amount,omitempty"`
}

// carry writes an event as a CloudEvent and reads it back.
func (w *wire) carry(e *lineage.Event) lineage.Event {
	raw, err := json.Marshal(w.write(e))
	if err == nil {
		var ce lineage.CloudEvent
		if ce, err = lineage.ParseCloudEvent(raw); err == nil {
			var read lineage.Event
			if read, err = w.cat.FromCloudEvent(Tenant, &ce, e.Ingested); err == nil {
				return read
			}
		}
	}
	panic(fmt.Sprintf("logs: %s/%s is no CloudEvent: %v", e.Source, e.ID, err)) // a mistake in this package
}

func (w *wire) write(e *lineage.Event) cloudEvent {
	ce := cloudEvent{
		SpecVersion: "1.0", ID: e.ID, Source: e.Source, Type: e.Type, Time: e.Time, Recorded: e.Recorded,
		Correlation: e.Correlation, Data: ceData{Stage: e.Stage, Outcome: e.Outcome, Objects: make(map[string][]any)},
	}
	for _, r := range e.Refs {
		switch r.Role {
		case lineage.Subject:
			ce.Subject = r.Object.Type + "/" + w.spell(r.Object)
		case lineage.Mentions:
			ce.Data.Objects[r.Object.Type] = append(ce.Data.Objects[r.Object.Type], w.loosely(w.spell(r.Object)))
		}
	}
	for _, r := range e.Relations {
		ce.Data.Relations = append(ce.Data.Relations, map[string]string{
			"from": r.From.Type + "/" + w.spell(r.From), "to": r.To.Type + "/" + w.spell(r.To), "qualifier": r.Qualifier,
		})
	}
	for _, q := range e.Equalities {
		ce.Data.Aliases = append(ce.Data.Aliases, [2]string{q.A.Type + "/" + w.spell(q.A), q.B.Type + "/" + w.spell(q.B)})
	}
	if !e.Amount.IsZero() {
		ce.Data.Amount = map[string]string{"value": fmt.Sprintf("%d.%02d", e.Amount.Minor/100, e.Amount.Minor%100), "currency": e.Amount.Currency}
	}
	if !e.TraceID.IsZero() {
		span := [8]byte{byte(w.random.IntN(255)) + 1}
		ce.TraceParent = "00-" + e.TraceID.String() + "-" + hex.EncodeToString(span[:]) + "-01"
	}
	w.addNothing(&ce)
	return ce
}

// addNothing puts words for nothing where an id could be.
func (w *wire) addNothing(ce *cloudEvent) {
	nothing := func() string {
		words := []string{"null", "N/A", "unknown", "0", "none", "test", "-", "undefined", "Anonymous"}
		return words[w.random.IntN(len(words))]
	}
	if ce.Correlation == "" && w.random.IntN(3) == 0 {
		ce.Correlation = nothing()
	}
	if ce.Subject == "" && w.random.IntN(2) == 0 {
		ce.Subject = "order/" + nothing()
	}
	if w.random.IntN(5) == 0 {
		ce.Data.Objects["invoice"] = append(ce.Data.Objects["invoice"], nothing())
	}
}

// spell writes an id in one of the ways in which its system does.
func (w *wire) spell(o lineage.Object) string {
	id := o.ID
	switch {
	case o.System == "crm" && len(id) == 18 && w.random.IntN(2) == 0:
		id = id[:15]
	case o.System == "erp" && w.random.IntN(2) == 0:
		id = fmt.Sprintf("%010s", id)
	}
	if w.random.IntN(8) == 0 {
		id = " " + id + " "
	}
	if o.System != "" && (o.System != "erp" || w.random.IntN(2) == 0) {
		return o.System + ":" + id
	}
	return id
}

// loosely writes what looks like a number as one, now and then.
func (w *wire) loosely(id string) any {
	if n, err := strconv.Atoi(id); err == nil && !strings.HasPrefix(id, "0") && w.random.IntN(2) == 0 {
		return n
	}
	return id
}
