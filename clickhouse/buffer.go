package clickhouse

// buffer is the memory in which a block is turned into columns; it is kept from
// block to block.
type buffer struct {
	spans       *spanRows
	traces      *traceRows
	logs        *logRows
	events      *eventRows
	identifiers *identifierRows
	quarantine  *quarantineRows
}

func newBuffer() *buffer {
	return &buffer{
		spans: newSpanRows(), traces: newTraceRows(), logs: newLogRows(),
		events: newEventRows(), identifiers: newIdentifierRows(), quarantine: newQuarantineRows(),
	}
}
