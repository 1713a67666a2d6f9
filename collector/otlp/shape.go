package otlp

// kind says what a field must hold.
type kind uint8

const (
	anything kind = iota // unknown field, or a number of any sort: well-formed is enough
	text                 // valid UTF-8
	blob                 // bytes
	id16                 // no bytes, or 16
	id8                  // no bytes, or 8
	message              // another message
	value                // an AnyValue
)

// field is one field of a message that the scan looks into.
type field struct {
	name string
	kind kind
	of   *shape
	item bool // one of these is one span or log record
}

// shape is a message type: its fields by number.
type shape struct {
	fields []field
}

func (s *shape) field(num uint64) *field {
	if num < uint64(len(s.fields)) {
		return &s.fields[num]
	}
	return nil
}

func fields(list map[int]field) []field {
	top := 0
	for num := range list {
		top = max(top, num)
	}
	all := make([]field, top+1)
	for num, f := range list {
		all[num] = f
	}
	return all
}

// tracesShape and logsShape are ExportTraceServiceRequest and
// ExportLogsServiceRequest of opentelemetry-proto v1.11, as far as the scan
// needs to know them.
func tracesShape() *shape {
	attrs := field{name: "attributes", kind: message, of: keyValue()}
	event := &shape{fields(map[int]field{2: {name: "name", kind: text}, 3: attrs})}
	link := &shape{fields(map[int]field{
		1: {name: "traceId", kind: id16}, 2: {name: "spanId", kind: id8}, 3: {name: "traceState", kind: text}, 4: attrs,
	})}
	status := &shape{fields(map[int]field{2: {name: "message", kind: text}})}
	span := &shape{fields(map[int]field{
		1: {name: "traceId", kind: id16}, 2: {name: "spanId", kind: id8}, 3: {name: "traceState", kind: text},
		4: {name: "parentSpanId", kind: id8}, 5: {name: "name", kind: text}, 9: attrs,
		11: {name: "events", kind: message, of: event}, 13: {name: "links", kind: message, of: link},
		15: {name: "status", kind: message, of: status},
	})}
	return request("resourceSpans", "scopeSpans", "spans", span)
}

func logsShape() *shape {
	record := &shape{fields(map[int]field{
		3: {name: "severityText", kind: text}, 5: {name: "body", kind: value},
		6: {name: "attributes", kind: message, of: keyValue()},
		9: {name: "traceId", kind: id16}, 10: {name: "spanId", kind: id8}, 12: {name: "eventName", kind: text},
	})}
	return request("resourceLogs", "scopeLogs", "logRecords", record)
}

func request(resources, scopes, items string, item *shape) *shape {
	attrs := field{name: "attributes", kind: message, of: keyValue()}
	scope := &shape{fields(map[int]field{1: {name: "name", kind: text}, 2: {name: "version", kind: text}, 3: attrs})}
	inScope := &shape{fields(map[int]field{
		1: {name: "scope", kind: message, of: scope}, 2: {name: items, kind: message, of: item, item: true},
		3: {name: "schemaUrl", kind: text},
	})}
	resource := &shape{fields(map[int]field{1: attrs})}
	inResource := &shape{fields(map[int]field{
		1: {name: "resource", kind: message, of: resource}, 2: {name: scopes, kind: message, of: inScope},
		3: {name: "schemaUrl", kind: text},
	})}
	return &shape{fields(map[int]field{1: {name: resources, kind: message, of: inResource}})}
}

func keyValue() *shape {
	return &shape{fields(map[int]field{1: {name: "key", kind: text}, 2: {name: "value", kind: value}})}
}
