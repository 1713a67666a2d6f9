package main

import (
	"context"

	"throughline/clickhouse"
	"throughline/lineage"
	"throughline/lineage/ocel"
)

// traces fits the store's paged reads to what a page asks for.
type traces struct{ *clickhouse.Store }

// Spans returns the first spans of traces.
func (t traces) Spans(ctx context.Context, tenant string, ids []lineage.TraceID, limit int) ([]lineage.Span, error) {
	spans, _, err := t.Store.Spans(ctx, tenant, ids, limit, "")
	return spans, err
}

// exports fits what the store yields of a flow to what is written of it: the facts of
// logs that were brought in go with their events.
type exports struct{ store *clickhouse.Store }

// FlowEvents yields the events of a flow.
func (e exports) FlowEvents(ctx context.Context, tenant, flow string, yield func(*lineage.Event) error) error {
	return e.store.FlowEvents(ctx, tenant, flow, clickhouse.Companions{Prefix: ocel.Sources, Suffix: ocel.Facts}, yield)
}

// memory fits what the store remembers to what the pipeline asks of it.
type memory struct{ store *clickhouse.Store }

// RecentSpans yields the identities of stored spans.
func (m memory) RecentSpans(ctx context.Context, writer string, since uint64,
	yield func(block uint64, tenant string, trace lineage.TraceID, span lineage.SpanID, hash uint64),
) error {
	return m.store.Recent(ctx, writer, lineage.Traces, since, func(i *lineage.Identity) error {
		yield(i.Block, i.Tenant, i.TraceID, i.SpanID, i.Hash)
		return nil
	})
}

// RecentLogs yields the identities of stored log records.
func (m memory) RecentLogs(ctx context.Context, writer string, since uint64,
	yield func(block uint64, tenant string, hash uint64),
) error {
	return m.store.Recent(ctx, writer, lineage.Logs, since, func(i *lineage.Identity) error {
		yield(i.Block, i.Tenant, i.Hash)
		return nil
	})
}

// RecentEvents yields the identities of stored business events.
func (m memory) RecentEvents(ctx context.Context, writer string, since uint64,
	yield func(block uint64, tenant, source, id string, hash uint64),
) error {
	return m.store.Recent(ctx, writer, lineage.Events, since, func(i *lineage.Identity) error {
		yield(i.Block, i.Tenant, i.Source, i.ID, i.Hash)
		return nil
	})
}
