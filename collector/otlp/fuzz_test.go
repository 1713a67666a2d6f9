package otlp

import (
	"errors"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"throughline/lineage"
)

// seeds are requests with one of everything, and some that protobuf allows but
// nobody sends: fields twice, out of order, and interleaved.
func seeds() [][]byte {
	key, text := wrap(1, []byte("order.id")), wrap(2, wrap(1, []byte("SO-1")))
	order := append(key, text...)
	other := append(wrap(1, []byte("a")), wrap(2, wrap(6, wrap(1, order)))...)
	event := wrap(11, append(wrap(2, []byte("e")), wrap(3, order)...))
	link := wrap(13, append(wrap(1, make([]byte, 16)), wrap(4, other)...))
	resource := wrap(1, wrap(1, append(wrap(1, []byte("service.name")), text...)))
	scope := wrap(1, append(wrap(1, []byte("s")), wrap(3, order)...))
	tangled := wrap(2, join(wrap(9, order), event, wrap(9, other), link, event, atNoon(), wrap(9, order), wrap(15, wrap(2, []byte("m"))), wrap(15, nil)))
	record := wrap(2, join(atNoon()[:0], []byte{1<<3 | fixed64Type}, atNoon()[1:], wrap(6, order), wrap(5, wrap(5, wrap(1, text))), wrap(5, nil), wrap(6, other), wrap(12, []byte("e"))))
	return [][]byte{
		benchmarkBody(3),
		inAttribute(nested(3)),
		wrap(1, join(wrap(2, join(tangled, scope, tangled, scope)), resource, wrap(3, []byte("u")), resource)),
		wrap(1, join(wrap(2, join(record, scope, record, wrap(3, []byte("u")))), resource)),
		wrap(1, wrap(2, wrap(2, join(atNoon(), wrap(9, join(text, key, wrap(2, []byte{2 << 3, 1}), wrap(2, nil))))))),
	}
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func FuzzTracesAreDecodedAsPdataReadsThem(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		counts, err := ScanTraces(body, DefaultLimits())
		spans, rejects, derr := NewDecoder(businessKeys).DecodeTraces(body, "default", noon, nil)
		if err != nil {
			wantOurs(t, err)
			return
		}
		if derr != nil || len(spans)+len(rejects) != counts.Items {
			t.Fatalf("%d spans and %d rejects of %d, %v", len(spans), len(rejects), counts.Items, derr)
		}
		request := ptraceotlp.NewExportRequest()
		if err := request.UnmarshalProto(body); err != nil {
			t.Fatalf("pdata does not read what the scan accepts: %v", err)
		}
		want, _ := wantSpans(request.Traces())
		if d := diff(want, gotSpans(t, spans)); d != "" {
			t.Fatalf("(-exporter +ours):\n%s", d)
		}
	})
}

func FuzzLogsAreDecodedAsPdataReadsThem(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		counts, err := ScanLogs(body, DefaultLimits())
		logs, rejects, derr := NewDecoder(businessKeys).DecodeLogs(body, "default", noon, nil)
		if err != nil {
			wantOurs(t, err)
			return
		}
		if derr != nil || len(logs)+len(rejects) != counts.Items {
			t.Fatalf("%d records and %d rejects of %d, %v", len(logs), len(rejects), counts.Items, derr)
		}
		request := plogotlp.NewExportRequest()
		if err := request.UnmarshalProto(body); err != nil {
			t.Fatalf("pdata does not read what the scan accepts: %v", err)
		}
		want, _ := wantLogs(request.Logs())
		if d := diff(want, gotLogs(t, logs)); d != "" {
			t.Fatalf("(-exporter +ours):\n%s", d)
		}
	})
}

func FuzzJSONIsRefusedOrBecomesProtobuf(f *testing.F) {
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","name":"a\ud83d\ude42"}]}]}]}`))
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":{"kvlistValue":{"values":[{"key":"a","value":{"doubleValue":-0.5e1}}]}}}]}]}]}]}`))
	f.Add([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"bytesValue":"AAE="},"timeUnixNano":"1"}]}]}],"x":[[null,true],{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if body, err := TracesJSON(text, DefaultLimits()); err != nil {
			wantOurs(t, err)
		} else if _, _, err := NewDecoder(businessKeys).DecodeTraces(body, "default", noon, nil); err != nil {
			t.Fatal(err)
		}
		if body, err := LogsJSON(text, DefaultLimits()); err != nil {
			wantOurs(t, err)
		} else if _, _, err := NewDecoder(businessKeys).DecodeLogs(body, "default", noon, nil); err != nil {
			t.Fatal(err)
		}
	})
}

// wantOurs fails for an error that does not say what to do with the request.
func wantOurs(t *testing.T, err error) {
	t.Helper()
	var e *lineage.Error
	if !errors.As(err, &e) || e.Kind != lineage.Invalid && e.Kind != lineage.TooLarge {
		t.Fatalf("%v says neither invalid nor too large", err)
	}
}
