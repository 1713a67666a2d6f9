package clickhouse

import "throughline/lineage"

// signals are lineage's signals as the table quarantine keeps them.
const signals = "'unknown' = 0, 'traces' = 1, 'logs' = 2, 'events' = 3"

// signalNamed reads one of signals.
func signalNamed(name string) lineage.Signal {
	for _, s := range []lineage.Signal{lineage.Traces, lineage.Logs, lineage.Events} {
		if s.String() == name {
			return s
		}
	}
	return 0
}

// quarantineRows are rows of the table quarantine.
type quarantineRows struct {
	origin
	tenant, source, typ          word
	signal                       *number[int8]
	id, eventID, reason, payload text
	ingested                     *number[int64]
}

func newQuarantineRows() *quarantineRows {
	return &quarantineRows{origin: newOrigin(), signal: enum(signals), ingested: dateTime()}
}

func (r *quarantineRows) table() string { return "quarantine" }

func (r *quarantineRows) columns() []named {
	return append(r.origin.columns(), []named{
		{"tenant", &r.tenant},
		{"id", &r.id},
		{"signal", r.signal},
		{"source", &r.source},
		{"event_id", &r.eventID},
		{"type", &r.typ},
		{"reason", &r.reason},
		{"payload", &r.payload},
		{"ingested", r.ingested},
	}...)
}

func (r *quarantineRows) add(b *lineage.Block, row int) {
	q := &b.Quarantine[row]
	r.origin.add(b, row)
	r.tenant.add(q.Tenant)
	r.id.add(q.ID)
	r.signal.add(int8(min(q.Signal, lineage.Events)))
	r.source.add(q.Source)
	r.eventID.add(q.EventID)
	r.typ.add(q.Type)
	r.reason.add(q.Reason)
	r.payload.add(string(q.Payload))
	r.ingested.add(nanos(q.Ingested))
}
