package lineage

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// readingAll has a contract that reads attributes of every kind.
const readingAll = `
kind: contract
type: told
version: 1
map:
  subject: {type: order, id: %s}
  refs:
    - {type: invoice, id: subject}
    - {type: delivery, id: dataschema}
    - {type: payment, id: time}
    - {type: quote, id: traceparent}
    - {type: item, id: data}
    - {type: account, id: plant}
    - {type: contact, id: id}
    - {type: price, id: correlationid}
    - {type: product, id: specversion}
    - {type: customer, id: /no}
  reason: datacontenttype
  correlation: causationid
  stage: told
`

// messages are CloudEvents that are right, and as odd as they may be: any order, any
// case, members that come twice, times of any zone, data in base64.
var messages = rapid.Custom(func(t *rapid.T) string {
	text := func(name string) string {
		return rapid.SampledFrom([]string{"x", "A-1", "a<b&c", "ü\u2028", "", " padded ", "N/A", "SO-1"}).Draw(t, name)
	}
	quote := func(s string) string { raw, _ := json.Marshal(s); return string(raw) }
	moments := []string{
		"2026-11-23T08:00:00Z", "2026-11-23T09:00:00+01:00", "2026-11-23T08:00:00.120Z", "1970-01-01T00:00:00Z", "2026-11-23T08:00:00.123456789Z",
	}
	members := []string{`"specversion":"1.0"`, `"id":` + quote("i"+text("id")), `"source":` + quote("s"+text("source")), `"type":"told"`}
	for _, name := range []string{"subject", "dataschema", "correlationid", "causationid", "plant", "datacontenttype", "Subject", "CorrelationID"} {
		if rapid.Bool().Draw(t, "has "+name) {
			members = append(members, quote(name)+" : "+quote(text(name)))
		}
	}
	for _, name := range []string{"time", "recordedtime", "Time"} {
		if rapid.Bool().Draw(t, "has "+name) {
			members = append(members, quote(name)+":"+quote(rapid.SampledFrom(moments).Draw(t, name)))
		}
	}
	if rapid.Bool().Draw(t, "traced") {
		members = append(members, `"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0`+rapid.SampledFrom([]string{"0", "1"}).Draw(t, "flags")+`"`)
	}
	for _, one := range []string{`"dataversion":2`, `"plant":{"a":[1,"}"]}`, `"nothing":null`, `"subject":null`, `"n":1.50e3`, `"correlationid":"twice"`} {
		if rapid.IntRange(0, 4).Draw(t, one) == 0 {
			members = append(members, one)
		}
	}
	switch rapid.IntRange(0, 5).Draw(t, "data") {
	case 0:
		members = append(members, `"data_base64":"eyJubyI6IEMtMX0="`)
	case 1:
		members = append(members, `"data" :  "text"`)
	case 2:
		members = append(members, `"data":null`)
	case 3:
		members = append(members, `"DATA":7`)
	case 4:
		members = append(members, "\"data\":{ \"no\" :\n\"C-1\", \"list\":[{\"a\":\"\\\"}\"}] }")
	}
	return "{ " + strings.Join(rapid.Permutation(members).Draw(t, "order"), ",\n") + "}"
})

// otherwise tells in what two events differ, whatever the order of what their envelopes hold.
func otherwise(a, b Event) string {
	a.Envelope, b.Envelope = "", ""
	return cmp.Diff(a, b)
}

// kept is an event as a store gives it back.
func kept(e Event) Event {
	for _, t := range []*time.Time{&e.Time, &e.Recorded} {
		if t.UnixNano() == 0 {
			*t = time.Time{}
		}
	}
	return e
}

func TestWhatWasReceivedIsMappedAnewAsIfItHadJustCome(t *testing.T) {
	t.Parallel()
	catalogues := []*Catalogue{}
	for _, text := range []string{"", fmt.Sprintf(readingAll, "subject"), fmt.Sprintf(readingAll, "source"), fmt.Sprintf(readingAll, "/no"), strings.Replace(fmt.Sprintf(readingAll, "source"), "causationid", "subject", 1)} {
		cat, err := ParseCatalogue([]File{{Name: "test.yaml", Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		catalogues = append(catalogues, cat)
	}
	came := time.Date(2026, 11, 23, 12, 0, 0, 5, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		raw := messages.Draw(t, "message")
		ce, err := ParseCloudEvent([]byte(raw))
		if err != nil {
			return // both data and data_base64, or a subject that is none
		}
		was := catalogues[rapid.IntRange(0, len(catalogues)-1).Draw(t, "then")]
		is := catalogues[rapid.IntRange(0, len(catalogues)-1).Draw(t, "now")]
		stored, err := was.FromCloudEvent("default", &ce, came)
		if err != nil {
			return
		}
		want, wantErr := is.FromCloudEvent("default", &ce, came)
		stored = kept(stored)
		got, ok, err := is.Remap(&stored)
		if !ok {
			t.Fatalf("%s is not kept in %+v", raw, stored)
		}
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("it is refused by %v; want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if diff := otherwise(want, got); diff != "" {
			t.Fatalf("%s\nis kept as %s and maps to (-want +got):\n%s", raw, stored.Envelope, diff)
		}
		// And as it is mapped now, it can be mapped again as it was.
		stored.TakeMapping(&got)
		back, ok, err := was.Remap(&stored)
		if !ok || err != nil {
			t.Fatalf("%s is not kept in %+v: %v", raw, stored, err)
		}
		first, err := was.FromCloudEvent("default", &ce, came)
		if diff := otherwise(first, back); err != nil || diff != "" {
			t.Fatalf("%s\nis kept as %s and maps back to (-want +got):\n%s", raw, stored.Envelope, diff)
		}
	})
}

func TestAnEnvelopeHasNoMoreThanTheFieldsDoNotTell(t *testing.T) {
	t.Parallel()
	e, err := mapped(t, testMapping(t), `{"specversion":"1.0","id":"1","source":"erp","type":"told","time":"2026-11-23T08:00:00Z","subject":"order/SO-1",
		"correlationid":"c-1","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":{"stage":"told"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"subject":"order/SO-1"}`; e.Envelope != want {
		t.Errorf("it is %s; want %s", e.Envelope, want)
	}
}

func TestAnEventFromBeforeEnvelopesStaysAsItWasMapped(t *testing.T) {
	t.Parallel()
	cat := testMapping(t)
	e, err := mapped(t, cat, `{"specversion":"1.0","id":"1","source":"erp","type":"told","subject":"order/SO-1"}`)
	if err != nil {
		t.Fatal(err)
	}
	e.Envelope = ""
	if got, ok, err := cat.Remap(&e); ok || err != nil || !cmp.Equal(got, e) {
		t.Errorf("it is mapped to %+v %v %v", got, ok, err)
	}
}

func BenchmarkEnvelope(b *testing.B) {
	raw := `{"specversion":"1.0","id":"0190a7c2-1","source":"urn:erp","type":"order.booked","time":"2026-11-23T08:00:00Z","subject":"order/SO-1","datacontenttype":"application/json",
		"correlationid":"c-1","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":{"stage":"ordered","objects":{"quote":["Q-1"]},"amount":{"value":"12.50","currency":"EUR"}}}`
	ce, err := ParseCloudEvent([]byte(raw))
	if err != nil {
		b.Fatal(err)
	}
	e := Event{ID: ce.ID, Source: ce.Source, Type: ce.Type, Time: ce.Time, Correlation: ce.Correlation, Payload: string(ce.Data)}
	b.ReportAllocs()
	for b.Loop() {
		ce.envelope(&e)
	}
}
