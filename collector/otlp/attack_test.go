package otlp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// wrap puts a body into field num of a message.
func wrap(num byte, body []byte) []byte {
	out := []byte{num<<3 | 2}
	out = binary.AppendUvarint(out, uint64(len(body)))
	return append(out, body...)
}

// inSpan puts a span's bytes into a whole request.
func inSpan(span []byte) []byte { return wrap(1, wrap(2, wrap(2, span))) }

// nested is an AnyValue of lists in lists, each byte sequence wrapped twice a level.
func nested(depth int) []byte {
	reversed := []byte{}
	size := 0
	for range depth {
		for _, tag := range []byte{1<<3 | 2, 5<<3 | 2} { // ArrayValue.values, AnyValue.array_value
			prefix := append([]byte{tag}, binary.AppendUvarint(nil, uint64(size))...)
			for i := len(prefix) - 1; i >= 0; i-- {
				reversed = append(reversed, prefix[i])
			}
			size += len(prefix)
		}
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	return reversed
}

func TestWhatIsWrongWithARequestIsNamed(t *testing.T) {
	t.Parallel()
	attribute := func(value []byte) []byte { return wrap(9, append(wrap(1, []byte("k")), wrap(2, value)...)) }
	cases := map[string]struct {
		body []byte
		kind lineage.Kind
		want string
	}{
		"a trace id of 15 bytes":       {inSpan(wrap(1, make([]byte, 15))), lineage.Invalid, "resourceSpans[0].scopeSpans[0].spans[0].traceId has 15 bytes; want 16"},
		"a span id of 9 bytes":         {inSpan(wrap(2, make([]byte, 9))), lineage.Invalid, "spans[0].spanId has 9 bytes; want 8"},
		"a name that is not UTF-8":     {inSpan(wrap(5, []byte{0xff})), lineage.Invalid, "spans[0].name is not valid UTF-8"},
		"a key that is not UTF-8":      {inSpan(wrap(9, wrap(1, []byte{0xff}))), lineage.Invalid, "attributes[0].key is not valid UTF-8"},
		"a value that is not UTF-8":    {inSpan(attribute(wrap(1, []byte{0xff}))), lineage.Invalid, "attributes[0].value is not valid UTF-8"},
		"a request that breaks off":    {inSpan(wrap(5, []byte("name")))[:8], lineage.Invalid, "not well-formed protobuf"},
		"JSON sent as protobuf":        {[]byte(`{"resourceSpans":[]}`), lineage.Invalid, "not well-formed protobuf"},
		"values nested 50 deep":        {inSpan(attribute(nested(50))), lineage.Invalid, "nested more than 40 deep"},
		"values nested 2 million deep": {inSpan(attribute(nested(2_000_000))), lineage.Invalid, "nested more than 40 deep"},
		"4 MiB of empty spans":         {wrap(1, wrap(2, bytes.Repeat([]byte{2<<3 | 2, 0}, 2<<20))), lineage.TooLarge, "more than 200000 spans"},
		"attributes without end":       {inSpan(bytes.Repeat([]byte{9<<3 | 2, 0}, 16<<20)), lineage.TooLarge, "more than 8000000 parts"},
		"a number where text is due":   {inSpan([]byte{5 << 3, 1}), lineage.Invalid, "spans[0].name has wire type 0"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewScanner(DefaultLimits()).Scan(lineage.Traces, journal.Protobuf, c.body)
			if err == nil || lineage.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v of kind %d; want kind %d and %q", err, lineage.KindOf(err), c.kind, c.want)
			}
		})
	}
}

func TestABombIsRefusedWithoutMemory(t *testing.T) {
	bombs := map[string][]byte{
		"empty spans":     wrap(1, wrap(2, bytes.Repeat([]byte{2<<3 | 2, 0}, 2<<20))),
		"empty resources": bytes.Repeat([]byte{1<<3 | 2, 0}, 16<<20),
		"deep values":     inSpan(wrap(9, wrap(2, nested(2_000_000)))),
	}
	scanner := NewScanner(DefaultLimits())
	for name, body := range bombs {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := scanner.Scan(lineage.Traces, journal.Protobuf, body)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 1<<20 {
			t.Errorf("%s: the scan allocated %d bytes", name, spent)
		}
	}
}

func TestJSONThatIsNoRequestIsRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"arrayValue":{"values":[`, 1_000_000)
	cases := map[string]string{
		"nesting without end":  `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":` + deep,
		"brackets without end": strings.Repeat("[", 2_000_000),
		"not JSON":             `resourceSpans`,
		"invalid UTF-8":        "{\"resourceSpans\":\"\xff\"}",
		"a short trace id":     `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"abcd"}]}]}]}`,
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewScanner(DefaultLimits()).Scan(lineage.Traces, journal.JSON, []byte(body))
			if lineage.KindOf(err) != lineage.Invalid {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestASpanWithAnImpossibleTimeIsRejectedAlone(t *testing.T) {
	t.Parallel()
	good := append([]byte{7<<3 | 1}, binary.LittleEndian.AppendUint64(nil, uint64(noon.UnixNano()))...)
	body := wrap(1, wrap(2, append(wrap(2, wrap(5, []byte("no clock"))), wrap(2, good)...)))
	spans, rejects, err := NewDecoder(nil).DecodeTraces(body, "default", noon, nil)
	if err != nil || len(spans) != 1 || len(rejects) != 1 {
		t.Fatalf("%d spans, %d rejects, %v", len(spans), len(rejects), err)
	}
	if r := rejects[0]; r.Index != 0 || !strings.Contains(r.Reason, "startTimeUnixNano is 0") || len(r.Raw) == 0 {
		t.Errorf("reject %+v", r)
	}
	if !spans[0].Start.Equal(noon) || spans[0].Attributes != "{}" || spans[0].Resource != "{}" {
		t.Errorf("span %+v", spans[0])
	}
}

func FuzzWhatTheScanAcceptsDecodes(f *testing.F) {
	f.Add(inSpan(wrap(5, []byte("name"))))
	f.Add(inSpan(wrap(9, append(wrap(1, []byte("k")), wrap(2, nested(3))...))))
	f.Add(benchmarkBody(3))
	scanner, decoder := NewScanner(DefaultLimits()), NewDecoder([]string{"order.id"})
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, signal := range []lineage.Signal{lineage.Traces, lineage.Logs} {
			n, err := scanner.Scan(signal, journal.Protobuf, body)
			items := 0
			var rejects []Reject
			var derr error
			if signal == lineage.Traces {
				var spans []lineage.Span
				spans, rejects, derr = decoder.DecodeTraces(body, "default", time.Now(), nil)
				items = len(spans)
			} else {
				var logs []lineage.Log
				logs, rejects, derr = decoder.DecodeLogs(body, "default", time.Now(), nil)
				items = len(logs)
			}
			if err == nil && (derr != nil || items+len(rejects) != n) {
				t.Fatalf("scanned %d, decoded %d and %d rejects, %v", n, items, len(rejects), derr)
			}
			var e *lineage.Error
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("%v is not the house's error", err)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","name":"a","attributes":[{"key":"k","value":{"intValue":"1"}}]}]}]}]}`))
	scanner := NewScanner(DefaultLimits())
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, signal := range []lineage.Signal{lineage.Traces, lineage.Logs} {
			if _, err := scanner.Scan(signal, journal.JSON, body); err != nil && !errors.As(err, new(*lineage.Error)) {
				t.Fatalf("%v is not the house's error", err)
			}
		}
	})
}
