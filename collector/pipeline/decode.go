package pipeline

import (
	"math"

	"throughline/collector/journal"
	"throughline/collector/otlp"
	"throughline/lineage"
)

// decoderVersion changes when the same bytes come to give other rows.
const decoderVersion = 1

// records is the Decoder of everything that the collector takes in.
type records struct {
	json *otlp.Scanner

	hash string // of the catalogue that the decoder below was made for
	otlp *otlp.Decoder
}

// NewDecoder returns the decoder of OTLP requests and CloudEvents.
func NewDecoder() Decoder {
	// The edge has scanned every request under its own limits. They may have been
	// lowered since, and what was acknowledged must still be read.
	limits := otlp.DefaultLimits()
	limits.Items, limits.Nodes, limits.Depth = math.MaxInt32, math.MaxInt32, max(limits.Depth, 100)
	return &records{json: otlp.NewScanner(limits)}
}

// Version is the version of the rows that come out.
func (*records) Version() uint32 { return decoderVersion }

// Decode turns one record into rows.
func (d *records) Decode(rec *journal.Record, catalogue *lineage.Catalogue, into *lineage.Block) error {
	switch {
	case rec.Signal == lineage.Events && rec.Encoding == journal.CloudEvent:
		return d.events(rec, catalogue, into, false)
	case rec.Signal == lineage.Events && rec.Encoding == journal.CloudEventBatch:
		return d.events(rec, catalogue, into, true)
	case rec.Signal == lineage.Traces || rec.Signal == lineage.Logs:
		return d.request(rec, catalogue, into)
	default:
		return lineage.Errorf(lineage.Unsupported, "decode", "nothing here reads %s in encoding %d; start the version that took it in",
			rec.Signal, rec.Encoding)
	}
}

// request decodes an OTLP export request.
func (d *records) request(rec *journal.Record, catalogue *lineage.Catalogue, into *lineage.Block) error {
	if h := catalogue.Hash(); d.otlp == nil || d.hash != h {
		d.otlp, d.hash = otlp.NewDecoder(catalogue.Keys()), h
	}
	payload := rec.Payload
	if rec.Encoding == journal.JSON {
		var err error
		if payload, err = d.json.FromJSON(rec.Signal, payload); err != nil {
			return err
		}
	}
	var rejects []otlp.Reject
	var err error
	if rec.Signal == lineage.Traces {
		into.Spans, rejects, err = d.otlp.DecodeTraces(payload, rec.Tenant, rec.Ingested, into.Spans)
	} else {
		into.Logs, rejects, err = d.otlp.DecodeLogs(payload, rec.Tenant, rec.Ingested, into.Logs)
	}
	for _, r := range rejects {
		into.Quarantine = append(into.Quarantine, rejected(rec, "", "", "", r.Reason, r.Raw))
	}
	return err
}

// events decodes CloudEvents. One that breaks its contract goes to quarantine
// alone.
func (d *records) events(rec *journal.Record, catalogue *lineage.Catalogue, into *lineage.Block, batch bool) error {
	events, err := lineage.ParseCloudEvents(rec.Payload, batch)
	if err != nil {
		return err
	}
	for i := range events {
		ce := &events[i]
		e, err := read(catalogue, rec, ce)
		if err != nil {
			into.Quarantine = append(into.Quarantine, rejected(rec, ce.Source, ce.ID, ce.Type, reason(err), ce.Raw))
			continue
		}
		into.Events = append(into.Events, e)
	}
	return nil
}

// read reads one event: as a decision what the house itself has written as one, and
// by its contract what others have sent.
func read(catalogue *lineage.Catalogue, rec *journal.Record, ce *lineage.CloudEvent) (lineage.Event, error) {
	if rec.Source == journal.Own && ce.Reserved() != "" {
		return lineage.FromDecision(rec.Tenant, ce, rec.Ingested)
	}
	if err := ce.Refuse(); err != nil {
		return lineage.Event{}, err
	}
	return mapped(catalogue, rec, ce)
}

// mapped maps one event. A panic is the event's own, not its batch's.
func mapped(catalogue *lineage.Catalogue, rec *journal.Record, ce *lineage.CloudEvent) (e lineage.Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = lineage.Errorf(lineage.Internal, "map event", "the mapping gave up on it: %v", r)
		}
	}()
	return catalogue.FromCloudEvent(rec.Tenant, ce, rec.Ingested)
}
