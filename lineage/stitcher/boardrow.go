package stitcher

import (
	"cmp"
	"strings"
	"time"

	"throughline/lineage"
)

// boardRow is the summary of one execution. There are millions of them over time, so
// that what many have in common they share, and times are numbers as the store has them.
type boardRow struct {
	kind                 *kind
	id                   string
	tally                *tally
	started, last, ended int64 // nanoseconds since 1970; 0: not told
	objects, events      uint32
	turn                 uint64    // of the last time that it was shown
	prev, next           *boardRow // among the quiet ones; nil: it is none
	resident             bool      // its evidence is in the graph
}

// kind is what the anchors of one type, system and scope share.
type kind struct {
	flow               *flowBoard
	typ, system, scope string
	rows               int // that share it
}

// kindKey is what a kind is found by within its flow.
type kindKey struct{ typ, system, scope string }

// rowKey is what a row is found by within its flow.
type rowKey struct {
	kind *kind
	id   string
}

// tally counts the executions of a flow that stand alike, on the board or not.
type tally struct {
	tallyKey
	count int
}

type tallyKey struct {
	stage string
	state lineage.State
	loose bool // no anchor reaches them
}

func tallyOf(s *lineage.Summary) tallyKey { return tallyKey{s.Stage, s.State, s.Unanchored} }

// closed tells whether nothing more is expected of an execution.
func (t tallyKey) closed() bool {
	return !t.loose && (t.state == lineage.StateCompleted || t.state == lineage.StateFailed || t.state == lineage.StateObserved)
}

// meant tells whether a query asks for executions that stand so.
func (t tallyKey) meant(q *lineage.ListQuery) bool {
	return (q.State == "" || q.State == t.state) && (q.Stage == "" || q.Stage == t.stage)
}

func (r *boardRow) anchor() lineage.Object {
	return lineage.Object{Type: r.kind.typ, System: r.kind.system, Scope: r.kind.scope, ID: r.id}
}

func (r *boardRow) ref() lineage.ExecutionRef {
	return lineage.ExecutionRef{Flow: r.kind.flow.name, Anchor: r.anchor()}
}

func (r *boardRow) place() lineage.ListPlace {
	return lineage.ListPlace{Age: -r.started, Flow: r.kind.flow.name, Anchor: r.anchor()}
}

// countsAs tells whether an execution is sorted and counted as it was.
func (r *boardRow) countsAs(s *lineage.Summary) bool {
	return r.started == nanos(s.StartedAt) && r.ended == nanos(s.EndedAt) && r.tally.tallyKey == tallyOf(s)
}

// write takes over a summary, but for what it is found, sorted and counted by.
func (r *boardRow) write(s *lineage.Summary) {
	r.last, r.ended = nanos(s.LastAt), nanos(s.EndedAt)
	r.objects, r.events = uint32(s.Objects), uint32(s.Events)
}

func (r *boardRow) summary() lineage.Summary {
	return lineage.Summary{
		Flow: r.kind.flow.name, Anchor: r.anchor(), Unanchored: r.tally.loose, State: r.tally.state, Stage: r.tally.stage,
		StartedAt: moment(r.started), LastAt: moment(r.last), EndedAt: moment(r.ended), Objects: int(r.objects), Events: int(r.events),
	}
}

// compareRows puts the newest first, as places are ordered.
func compareRows(a, b *boardRow) int {
	if a.started != b.started {
		return cmp.Compare(b.started, a.started)
	}
	if a.kind != b.kind {
		return a.anchor().Compare(b.anchor())
	}
	return strings.Compare(a.id, b.id)
}

// nanos is t as a row has it.
func nanos(t time.Time) int64 { return -lineage.StartedAt(t).Age }

// moment reads what nanos wrote.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
