package clickhouse

// maxKept is how many bytes a buffer may have grown to and still be kept.
const maxKept = 256 << 20

// buffer is the memory in which a block, or executions, are turned into columns; it
// is kept from one to the next.
type buffer struct {
	spans       *spanRows
	traces      *traceRows
	logs        *logRows
	events      *eventRows
	identifiers *identifierRows
	quarantine  *quarantineRows
	executions  *executionRows
	evidence    *evidenceRows
}

func newBuffer() *buffer {
	return &buffer{
		spans: newSpanRows(), traces: newTraceRows(), logs: newLogRows(),
		events: newEventRows(), identifiers: newIdentifierRows(), quarantine: newQuarantineRows(), executions: newExecutionRows(), evidence: newEvidenceRows(),
	}
}

func (b *buffer) all() []rows {
	return []rows{b.spans, b.traces, b.logs, b.events, b.identifiers, b.quarantine, b.executions, b.evidence}
}

// borrow takes a free buffer, or makes one.
func (s *Store) borrow() *buffer {
	select {
	case b := <-s.buffers:
		return b
	default:
		return newBuffer()
	}
}

// giveBack empties a buffer and keeps it for the next to borrow one, unless there are
// enough or it has grown out of proportion.
func (s *Store) giveBack(b *buffer) {
	held := 0
	for _, r := range b.all() {
		reset(r)
		held += capacity(r)
	}
	if held > maxKept {
		return
	}
	select {
	case s.buffers <- b:
	default:
	}
}
