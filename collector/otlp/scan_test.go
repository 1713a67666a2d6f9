package otlp

import (
	"bytes"
	"strings"
	"testing"

	"throughline/collector/journal"
	"throughline/lineage"
)

func TestWhatIsWrongWithARequestIsNamed(t *testing.T) {
	t.Parallel()
	at := func(span []byte) []byte { // resourceSpans[1].scopeSpans[2].spans[3]
		spans := append(empty(2<<3|bytesType, 3), wrap(2, span)...)
		return append(wrap(1, nil), wrap(1, append(empty(2<<3|bytesType, 2), wrap(2, spans)...))...)
	}
	const there = "resourceSpans[1].scopeSpans[2].spans[3]."
	cases := map[string]struct {
		body []byte
		want string
	}{
		"a trace id of 15 bytes":              {at(wrap(1, make([]byte, 15))), there + "traceId has 15 bytes; want 16"},
		"a span id of 9 bytes":                {at(wrap(2, make([]byte, 9))), there + "spanId has 9 bytes; want 8"},
		"a parent's id of 7 bytes":            {at(wrap(4, make([]byte, 7))), there + "parentSpanId has 7 bytes; want 8"},
		"a link's trace id of 1 byte":         {at(append(wrap(13, nil), wrap(13, wrap(1, []byte{1}))...)), there + "links[1].traceId has 1 bytes; want 16"},
		"a name that is not UTF-8":            {at(wrap(5, []byte("ab\xff"))), there + "name is not UTF-8 at byte 2"},
		"a status that is not UTF-8":          {at(wrap(15, wrap(2, []byte("\xff")))), there + "status.message is not UTF-8 at byte 0"},
		"a key that is not UTF-8":             {at(wrap(9, wrap(1, []byte{0xff}))), there + "attributes[0].key is not UTF-8 at byte 0"},
		"a short attribute that is not UTF-8": {inAttribute(wrap(1, []byte("x\xc0"))), "attributes[0].value.stringValue is not UTF-8 at byte 1"},
		"an element that is not UTF-8":        {inAttribute(wrap(5, append(wrap(1, nil), wrap(1, wrap(1, []byte{0xff}))...))), "value.arrayValue.values[1].stringValue is not UTF-8 at byte 0"},
		"a pair that is not UTF-8":            {inAttribute(wrap(6, wrap(1, wrap(1, []byte{0xff})))), "value.kvlistValue.values[0].key is not UTF-8 at byte 0"},
		"an event that is not UTF-8":          {at(wrap(11, wrap(2, []byte{0xff}))), there + "events[0].name is not UTF-8 at byte 0"},
		"a value 41 deep":                     {inAttribute(nested(40)), "is nested more than 40 deep"},
		"a number where text is due":          {at([]byte{5 << 3, 1}), there + "name has wire type 0; want 2"},
		"text where a number is due":          {at(wrap(6, []byte("x"))), there + "kind has wire type 2; want 0"},
		"an int value that is text":           {inAttribute(wrap(3, []byte("x"))), "attributes[0].value is not well-formed protobuf at its byte 0"},
		"a request that breaks off":           {inSpan(wrap(5, []byte("name")))[:8], "resourceSpans[0] is not well-formed protobuf"},
		"a time that breaks off":              {at([]byte{7<<3 | fixed64Type, 1, 2}), there + "startTimeUnixNano is not well-formed protobuf"},
		"a field with the number 0":           {at([]byte{0, 0}), "is not well-formed protobuf at its byte 0"},
		"a number of eleven bytes":            {at(append([]byte{6 << 3}, bytes.Repeat([]byte{0xff}, 11)...)), there + "kind is not well-formed protobuf"},
		"a group":                             {[]byte{0xa3, 6, 8, 1, 0xa4, 6}, "the request is not well-formed protobuf at its byte 0"},
		"JSON sent as protobuf":               {[]byte(`{"resourceSpans":[]}`), "the request is not well-formed protobuf at its byte 0"},
		"spans as they were before OTLP 1.0":  {wrap(1, []byte{0xc2, 0x3e, 0}), "resourceSpans[0] holds instrumentation libraries, as OTLP did before 1.0: upgrade the sender"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ScanTraces(c.body, DefaultLimits())
			if lineage.KindOf(err) != lineage.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v; want %q", err, c.want)
			}
		})
	}
}

func TestWhatIsOverALimitIsNamed(t *testing.T) {
	t.Parallel()
	one := Limits{Depth: 40, Resources: 1, Scopes: 1, Items: 1, Nodes: 1, AttributesEach: 1, Events: 1, Links: 1, Text: 30, Shared: 10}
	two := func(num byte) []byte { return empty(num<<3|bytesType, 2) }
	cases := map[string]struct {
		body []byte
		want string
	}{
		"resources":  {two(1), "resourceSpans[1] is one more than the 1 resources that a request may hold: send smaller batches"},
		"scopes":     {wrap(1, two(2)), "scopeSpans[1] is one more than the 1 scopes"},
		"spans":      {wrap(1, wrap(2, two(2))), "spans[1] is one more than the 1 spans or log records"},
		"attributes": {inSpan(two(9)), "spans[0].attributes[1] is one more than the 1 attributes"},
		"elements":   {inAttribute(wrap(5, two(1))), "arrayValue.values[0] is one more than the 1 attributes"},
		"events":     {inSpan(two(11)), "events[1] is one more than the 1 events"},
		"a text":     {inSpan(wrap(5, make([]byte, 31))), "spans[0].name has 31 bytes; at most 30 are taken"},
		"links":      {inSpan(two(13)), "links[1] is one more than the 1 links"},
		"a resource": {wrap(1, append(wrap(1, wrap(15, make([]byte, 20))), wrap(2, wrap(2, nil))...)), "resourceSpans[0] has a resource or scope too large for 1 spans"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ScanTraces(c.body, one)
			if lineage.KindOf(err) != lineage.TooLarge || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v; want %q", err, c.want)
			}
		})
	}
	each := DefaultLimits()
	each.AttributesEach = 3
	if _, err := ScanTraces(inSpan(empty(9<<3|bytesType, 4)), each); err == nil ||
		!strings.Contains(err.Error(), "spans[0] has 4 attributes; at most 3 are taken") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsUnusualButSoundIsAccepted(t *testing.T) {
	t.Parallel()
	cases := map[string][]byte{
		"nothing at all":            nil,
		"a resource without scopes": wrap(1, nil),
		"a span without anything":   inSpan(),
		"ids of no bytes":           inSpan(wrap(1, nil), wrap(2, nil), wrap(4, nil)),
		"a value 40 deep":           inAttribute(nested(39)),
		"unknown fields":            inSpan([]byte{0xa0, 6, 1}, wrap(15, []byte{9<<3 | fixed32Type, 1, 2, 3, 4})),
		"a tag of two bytes":        {1<<3 | bytesType | 0x80, 0, 0},
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ScanTraces(body, DefaultLimits()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAScannerKnowsBothSignalsAndEncodings(t *testing.T) {
	t.Parallel()
	s := NewScanner(DefaultLimits())
	protobuf := wrap(1, wrap(2, append(wrap(2, nil), wrap(2, nil)...)))
	cases := map[string]struct {
		signal   lineage.Signal
		encoding journal.Encoding
		payload  string
		items    int
		kind     lineage.Kind
	}{
		"traces in protobuf":    {lineage.Traces, journal.Protobuf, string(protobuf), 2, 0},
		"logs in protobuf":      {lineage.Logs, journal.Protobuf, string(protobuf), 2, 0},
		"traces in JSON":        {lineage.Traces, journal.JSON, `{"resourceSpans":[{"scopeSpans":[{"spans":[{},{}]}]}]}`, 2, 0},
		"logs in JSON":          {lineage.Logs, journal.JSON, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{}]}]}]}`, 2, 0},
		"events in protobuf":    {lineage.Events, journal.Protobuf, "", 0, lineage.Unsupported},
		"traces as CloudEvents": {lineage.Traces, journal.CloudEvent, "", 0, lineage.Unsupported},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := s.Scan(c.signal, c.encoding, []byte(c.payload))
			if n != c.items || lineage.KindOf(err) != c.kind {
				t.Fatalf("%d items, %v", n, err)
			}
		})
	}
}
