package otlp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"pgregory.net/rapid"

	"throughline/lineage"
)

// TestBusinessIsReadAgainFromWhatIsStored holds that a catalogue finds in the stored
// texts what the decoder that was asked for its keys found on the wire.
func TestBusinessIsReadAgainFromWhatIsStored(t *testing.T) {
	t.Parallel()
	cat, err := lineage.ParseCatalogue([]lineage.File{{Name: "keys.yaml", Data: []byte("kind: contract\nsignal: span\ntype: t\nversion: 1\nmap: {reason: ключ, correlation: 'q\"uote', stage: t}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := NewDecoder(cat.Keys())
		traces, err := ptraceotlp.NewExportRequestFromTraces(drawTraces(t)).MarshalProto()
		if err != nil {
			t.Fatal(err)
		}
		spans, _, err := d.DecodeTraces(traces, "default", noon, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range spans {
			s := &spans[i]
			if diff := cmp.Diff(s.Business, cat.Business(s.Attributes, s.Resource)); diff != "" {
				t.Fatalf("of %s and %s (-received +stored):\n%s", s.Attributes, s.Resource, diff)
			}
		}
		records, err := plogotlp.NewExportRequestFromLogs(drawLogs(t)).MarshalProto()
		if err != nil {
			t.Fatal(err)
		}
		logs, _, err := d.DecodeLogs(records, "default", noon, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range logs {
			l := &logs[i]
			if diff := cmp.Diff(l.Business, cat.Business(l.Attributes, l.Resource)); diff != "" {
				t.Fatalf("of %s and %s (-received +stored):\n%s", l.Attributes, l.Resource, diff)
			}
		}
	})
}
