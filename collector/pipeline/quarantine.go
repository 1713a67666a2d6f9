package pipeline

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"throughline/collector/journal"
	"throughline/lineage"
)

// identify makes the id of something in quarantine out of its content, so the
// same thing has the same id however often it comes.
func identify(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// undecodable is a record that nothing could be read from.
func undecodable(rec *journal.Record, err error) lineage.Quarantined {
	return lineage.Quarantined{
		Tenant: rec.Tenant, ID: identify("record", rec.Tenant, rec.Signal.String(), string(rec.Payload)),
		Signal: rec.Signal, Source: rec.Source, Reason: reason(err), Payload: rec.Payload, Ingested: rec.Ingested,
	}
}

// houseTenant sees what cannot be told whose it was.
const houseTenant = "default"

// damaged is what is left of records that the disk has not given back.
func damaged(writer string, rec *journal.Record) lineage.Quarantined {
	return lineage.Quarantined{
		Tenant: cmp.Or(rec.Tenant, houseTenant), ID: identify("damage", writer, rec.Source, string(rec.Payload)), Source: rec.Source, Type: "journal damage",
		Reason: fmt.Sprintf("the journal is damaged at %s: %d acknowledged records are lost; check the disk, and ask their senders again",
			rec.Source, rec.Lost),
		Payload: rec.Payload, Ingested: rec.Ingested,
	}
}

// rejected is one item of a record that the decoder could not use.
func rejected(rec *journal.Record, source, id, typ, why string, raw []byte) lineage.Quarantined {
	if source == "" {
		source = rec.Source
	}
	return lineage.Quarantined{
		Tenant: rec.Tenant, ID: identify("item", rec.Tenant, rec.Signal.String(), string(raw)), Signal: rec.Signal,
		Source: source, EventID: id, Type: typ, Reason: why, Payload: raw, Ingested: rec.Ingested,
	}
}

// clashing is a span whose identity another one already has.
func clashing(s *lineage.Span) lineage.Quarantined {
	payload, _ := json.Marshal(struct { // strings and numbers always marshal
		TraceID, SpanID, ParentSpanID                     string
		Name, Kind, Service                               string
		StartUnixNano, DurationNano                       int64
		Status, StatusMessage, TraceState                 string
		ScopeName, ScopeVersion                           string
		ResourceAttributes, SpanAttributes, Events, Links json.RawMessage `json:",omitempty"`
	}{
		s.TraceID.String(), s.SpanID.String(), s.Parent.String(), s.Name, s.Kind, s.Service,
		s.Start.UnixNano(), int64(s.Duration), s.Status, s.StatusMessage, s.State, s.ScopeName, s.ScopeVersion,
		rawJSON(s.Resource), rawJSON(s.Attributes), rawJSON(s.Events), rawJSON(s.Links),
	})
	id := s.TraceID.String() + "-" + s.SpanID.String()
	return lineage.Quarantined{
		Tenant: s.Tenant, ID: identify("clash", s.Tenant, id, fmt.Sprint(s.Hash)), Signal: lineage.Traces,
		Source: "otel:" + s.Service, EventID: id, Type: s.Name, Payload: payload, Ingested: s.Ingested,
		Reason: "another span with this trace id and span id and other content came before; give every span an id of its own",
	}
}

func rawJSON(s string) json.RawMessage {
	if !json.Valid([]byte(s)) {
		return nil
	}
	return json.RawMessage(s)
}

// reason is the sentence of an error, without the operation.
func reason(err error) string {
	var e *lineage.Error
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}
