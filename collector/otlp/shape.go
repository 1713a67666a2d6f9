package otlp

// kind says what a field of a message holds and how it is checked.
type kind uint8

const (
	unknown   kind = iota // skipped
	text                  // UTF-8
	traceID               // 16 bytes, or none
	spanID                // 8 bytes, or none
	number                // varint
	fixed4                // four bytes
	fixed8                // eight bytes
	message               // described by another shape
	attribute             // a KeyValue
	value                 // an AnyValue
)

// field is one field of a message as OTLP names it in JSON.
type field struct {
	name  string
	kind  kind
	wire  uint8
	list  bool // repeated
	owner bool // its attributes are bounded by Limits.AttributesEach
	tally tally
	shape *shape
}

// shape is the fields of a message by number. Number 0 stands for all that are
// not known.
type shape [17]field

// The shapes below are OTLP's messages. They are never changed.
var (
	tracesShape = shape{1: list("resourceSpans", resources, &resourceSpansShape)}
	logsShape   = shape{1: list("resourceLogs", resources, &resourceLogsShape)}

	resourceSpansShape = shape{
		1: owner("resource", &resourceShape),
		2: list("scopeSpans", scopes, &scopeSpansShape),
		3: textField("schemaUrl"),
	}
	resourceLogsShape = shape{
		1: owner("resource", &resourceShape),
		2: list("scopeLogs", scopes, &scopeLogsShape),
		3: textField("schemaUrl"),
	}
	resourceShape = shape{
		1: attributesField,
		2: numberField("droppedAttributesCount"),
		3: list("entityRefs", uncounted, &entityShape),
	}
	entityShape = shape{
		1: textField("schemaUrl"), 2: textField("type"),
		3: textField("idKeys"), 4: textField("descriptionKeys"),
	}

	scopeSpansShape = shape{
		1: owner("scope", &scopeShape),
		2: itemList("spans", &spanShape),
		3: textField("schemaUrl"),
	}
	scopeLogsShape = shape{
		1: owner("scope", &scopeShape),
		2: itemList("logRecords", &logShape),
		3: textField("schemaUrl"),
	}
	scopeShape = shape{
		1: textField("name"), 2: textField("version"),
		3: attributesField, 4: numberField("droppedAttributesCount"),
	}

	spanShape = shape{
		1:  {name: "traceId", kind: traceID, wire: bytesType},
		2:  {name: "spanId", kind: spanID, wire: bytesType},
		3:  textField("traceState"),
		4:  {name: "parentSpanId", kind: spanID, wire: bytesType},
		5:  textField("name"),
		6:  numberField("kind"),
		7:  {name: "startTimeUnixNano", kind: fixed8, wire: fixed64Type},
		8:  {name: "endTimeUnixNano", kind: fixed8, wire: fixed64Type},
		9:  attributesField,
		10: numberField("droppedAttributesCount"),
		11: list("events", events, &eventShape),
		12: numberField("droppedEventsCount"),
		13: list("links", links, &linkShape),
		14: numberField("droppedLinksCount"),
		15: {name: "status", kind: message, wire: bytesType, shape: &statusShape},
		16: {name: "flags", kind: fixed4, wire: fixed32Type},
	}
	eventShape = shape{
		1: {name: "timeUnixNano", kind: fixed8, wire: fixed64Type},
		2: textField("name"),
		3: attributesField,
		4: numberField("droppedAttributesCount"),
	}
	linkShape = shape{
		1: {name: "traceId", kind: traceID, wire: bytesType},
		2: {name: "spanId", kind: spanID, wire: bytesType},
		3: textField("traceState"),
		4: attributesField,
		5: numberField("droppedAttributesCount"),
		6: {name: "flags", kind: fixed4, wire: fixed32Type},
	}
	statusShape = shape{2: textField("message"), 3: numberField("code")}

	logShape = shape{
		1:  {name: "timeUnixNano", kind: fixed8, wire: fixed64Type},
		2:  numberField("severityNumber"),
		3:  textField("severityText"),
		5:  {name: "body", kind: value, wire: bytesType},
		6:  attributesField,
		7:  numberField("droppedAttributesCount"),
		8:  {name: "flags", kind: fixed4, wire: fixed32Type},
		9:  {name: "traceId", kind: traceID, wire: bytesType},
		10: {name: "spanId", kind: spanID, wire: bytesType},
		11: {name: "observedTimeUnixNano", kind: fixed8, wire: fixed64Type},
		12: textField("eventName"),
	}

	attributesField = field{name: "attributes", kind: attribute, wire: bytesType, list: true, tally: attributes}
)

// retiredField is the number of the spans' and records' former place.
const retiredField = 1000

func textField(name string) field { return field{name: name, kind: text, wire: bytesType} }

func numberField(name string) field { return field{name: name, kind: number, wire: varintType} }

func owner(name string, s *shape) field {
	return field{name: name, kind: message, wire: bytesType, owner: true, shape: s}
}

func list(name string, t tally, s *shape) field {
	return field{name: name, kind: message, wire: bytesType, list: true, tally: t, shape: s}
}

func itemList(name string, s *shape) field {
	f := list(name, items, s)
	f.owner = true
	return f
}
