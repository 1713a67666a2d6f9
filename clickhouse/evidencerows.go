package clickhouse

import (
	"time"

	"github.com/cespare/xxhash/v2"

	"throughline/lineage"
)

// evidenceRows are rows of the table evidence.
type evidenceRows struct {
	tenant, writer             word
	number, kind, event, block *number[uint64]
	generation                 *number[uint64]
	month                      *number[uint16]
	row                        *number[uint32]
	refused                    *number[uint8]
	content                    text

	names []lineage.EvidenceName // scratch
	said  []byte
}

// ofEvent is what the number of an event has beyond the forty bits of that of its id: so no
// name has it.
const ofEvent = 1 << 40

func newEvidenceRows() *evidenceRows {
	return &evidenceRows{
		number: uint64Column(), kind: uint64Column(), event: uint64Column(), block: uint64Column(), generation: uint64Column(),
		month: date(), row: uint32Column(), refused: uint8Column(),
	}
}

func (r *evidenceRows) table() string { return "evidence" }

func (r *evidenceRows) len() int { return len(r.row.all) }

func (r *evidenceRows) columns() []named {
	return []named{
		{"tenant", &r.tenant},
		{"number", r.number},
		{"kind", r.kind},
		{"event", r.event},
		{"month", r.month},
		{"writer", &r.writer},
		{"block", r.block},
		{"row", r.row},
		{"generation", r.generation},
		{"refused", r.refused},
		{"content", &r.content},
	}
}

// add adds the rows of an event of a block.
func (r *evidenceRows) add(b *lineage.Block, row int) {
	month := monthOf(dayOf(b))
	r.addEvent(&lineage.Stored{Place: lineage.Place{Writer: b.Writer, Block: b.ID, Row: uint32(row)}, Event: &b.Events[row]}, month)
	r.addNames(&b.Events[row], month)
}

// addRemapped adds the rows of how an event is mapped anew.
func (r *evidenceRows) addRemapped(e *lineage.Stored) {
	month := monthOf(remappedDay(e))
	r.addEvent(e, month)
	anew := lineage.Event{Tenant: e.Event.Tenant, ID: e.Event.ID}
	anew.TakeMapping(e.Event) // it is found by the rest already
	r.addNames(&anew, month)
}

func (r *evidenceRows) addEvent(e *lineage.Stored, month uint16) {
	r.start(e.Event.Tenant, e.Event.EvidenceNumber()|ofEvent, "", 0, month)
	r.writer.add(e.Writer)
	r.block.add(e.Block)
	r.row.add(e.Row)
	r.generation.add(e.Generation)
	r.refused.add(flag(e.Refused))
	r.said = appendContent(r.said[:0], e)
	r.content.addBytes(r.said)
}

func (r *evidenceRows) addNames(e *lineage.Event, month uint16) {
	event := e.EvidenceNumber() | ofEvent
	r.names = e.EvidenceNames(r.names[:0])
	for _, name := range r.names {
		r.start(e.Tenant, name.Number, name.Type, event, month)
		r.writer.add("")
		r.block.add(0)
		r.row.add(0)
		r.generation.add(0)
		r.refused.add(0)
		r.content.add("")
	}
}

func (r *evidenceRows) start(tenant string, number uint64, typ string, event uint64, month uint16) {
	r.tenant.add(tenant)
	r.number.add(number)
	r.kind.add(evidenceKind(tenant, typ))
	r.event.add(event)
	r.month.add(month)
}

// evidenceKind is tenant and type as one number.
func evidenceKind(tenant, typ string) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(tenant)
	_, _ = d.Write([]byte{0})
	_, _ = d.WriteString(typ)
	return d.Sum64()
}

// evidenceKinds are those of what is asked for: of some types, and of none.
func evidenceKinds(tenant string, types []string) []uint64 {
	kinds := []uint64{evidenceKind(tenant, "")}
	for _, t := range types {
		kinds = append(kinds, evidenceKind(tenant, t))
	}
	return kinds
}

// monthOf is the first day of a day's month, both as ClickHouse's Date keeps them.
func monthOf(day uint16) uint16 {
	at := time.Unix(int64(day)*24*60*60, 0).UTC()
	return day - uint16(at.Day()-1)
}
