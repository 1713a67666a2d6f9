package clickhouse

import (
	"bytes"
	"encoding/json"

	"throughline/lineage"
)

// executionRows are rows of the table executions.
type executionRows struct {
	tenant, flow, state, stage  word
	anchor                      object
	detail                      text
	version                     *number[uint64]
	gone, unanchored, truncated *number[uint8]
	startedAt, lastAt, endedAt  *number[int64]
	objects, events             *number[uint32]
	eventSources                *list[*word]
	eventIDs                    *list[*text]
	steps                       steps
	awaited                     awaited

	json    bytes.Buffer // scratch
	encoder *json.Encoder
}

func newExecutionRows() *executionRows {
	r := &executionRows{
		version: uint64Column(), gone: uint8Column(), unanchored: uint8Column(), truncated: uint8Column(),
		startedAt: dateTime(), lastAt: dateTime(), endedAt: dateTime(),
		objects: uint32Column(), events: uint32Column(), eventSources: words(), eventIDs: texts(), steps: newSteps(), awaited: newAwaited(),
	}
	r.encoder = json.NewEncoder(&r.json)
	return r
}

func (r *executionRows) table() string { return "executions" }

func (r *executionRows) len() int { return len(r.version.all) }

func (r *executionRows) columns() []named {
	all := append(append(r.anchor.columns("anchor"), r.steps.columns()...), r.awaited.columns()...)
	return append(all, []named{
		{"tenant", &r.tenant},
		{"flow", &r.flow},
		{"version", r.version},
		{"gone", r.gone},
		{"unanchored", r.unanchored},
		{"truncated", r.truncated},
		{"state", &r.state},
		{"stage", &r.stage},
		{"started_at", r.startedAt},
		{"last_at", r.lastAt},
		{"ended_at", r.endedAt},
		{"objects", r.objects},
		{"events", r.events},
		{"detail", &r.detail},
		{"event_sources", r.eventSources},
		{"event_ids", r.eventIDs},
	}...)
}

// executionDetail is what an execution's row keeps as JSON.
type executionDetail struct {
	Members []lineage.Member
	Edges   []lineage.Edge
	Claims  []lineage.Claim
	Stages  []lineage.Stage
}

// add adds a row; a gone execution has but its name.
func (r *executionRows) add(tenant string, version uint64, e *lineage.Execution, gone bool) error {
	r.json.Reset()
	var detail any = struct{}{}
	if !gone {
		detail = &executionDetail{e.Members, e.Edges, e.Claims, e.Stages}
	}
	if err := r.encoder.Encode(detail); err != nil {
		return err
	}
	r.tenant.add(tenant)
	r.flow.add(e.Flow)
	r.anchor.add(e.Anchor)
	r.version.add(version)
	r.gone.add(flag(gone))
	r.unanchored.add(flag(e.Unanchored))
	r.truncated.add(flag(e.Truncated))
	r.state.add(string(e.State))
	r.stage.add(e.Stage)
	r.startedAt.add(nanos(e.StartedAt))
	r.lastAt.add(nanos(e.LastAt))
	r.endedAt.add(nanos(e.EndedAt))
	r.objects.add(uint32(len(e.Members)))
	r.events.add(uint32(len(e.Events)))
	r.detail.addBytes(r.json.Bytes()[:r.json.Len()-1]) // without the encoder's line end
	for _, event := range e.Events {
		r.eventSources.items.add(event.Source)
		r.eventIDs.items.add(event.ID)
	}
	r.eventSources.end(len(e.Events))
	r.eventIDs.end(len(e.Events))
	r.steps.add(e, gone)
	r.awaited.add(e)
	return nil
}

// flag is a truth as the tables keep it.
func flag(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
