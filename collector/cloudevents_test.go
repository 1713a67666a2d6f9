package collector

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"throughline/collector/journal"
	"throughline/lineage"
)

const (
	structuredType = "application/cloudevents+json"
	batchType      = "application/cloudevents-batch+json"
	goodEvent      = `{"specversion":"1.0","id":"e-1","source":"/erp","type":"invoice.created","subject":"invoice/9001","data":{"total":"12.50"}}`
)

// headers builds a binary-mode event's header around good attributes; an empty
// value leaves one out.
func headers(change map[string]string) map[string]string {
	h := map[string]string{
		"Content-Type":   "application/json",
		"ce-specversion": "1.0", "ce-id": "e-1", "ce-source": "/erp", "ce-type": "invoice.created",
	}
	for k, v := range change {
		if h[k] = v; v == "" {
			delete(h, k)
		}
	}
	return h
}

func TestCloudEventsAreKeptAsStructuredJSON(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header map[string]string
		body   string
		want   func(e lineage.CloudEvent) bool
	}{
		"structured": {
			map[string]string{"Content-Type": structuredType},
			goodEvent,
			func(e lineage.CloudEvent) bool { return e.Subject == "invoice/9001" && string(e.Raw) == goodEvent },
		},
		"structured, by a content type in other case": {
			map[string]string{"Content-Type": "Application/CloudEvents+JSON; charset=utf-8"},
			goodEvent,
			func(e lineage.CloudEvent) bool { return e.ID == "e-1" },
		},
		"structured in gzip": {
			map[string]string{"Content-Type": structuredType, "Content-Encoding": "gzip"},
			string(gzipped([]byte(goodEvent))),
			func(e lineage.CloudEvent) bool { return string(e.Raw) == goodEvent },
		},
		"structured with data_base64": {
			map[string]string{"Content-Type": structuredType},
			`{"specversion":"1.0","id":"e-1","source":"/erp","type":"t","data_base64":"eyJ0b3RhbCI6MX0="}`,
			func(e lineage.CloudEvent) bool { return string(e.Data) == `{"total":1}` },
		},
		"binary": {
			headers(map[string]string{"ce-subject": "invoice/9001", "ce-correlationid": "tx-1", "ce-time": "2026-03-02T09:01:00.5Z"}), `{"total":"12.50"}`,
			func(e lineage.CloudEvent) bool {
				return e.Subject == "invoice/9001" && e.Correlation == "tx-1" && string(e.Data) == `{"total":"12.50"}` && e.Time.Nanosecond() == 5e8
			},
		},
		"binary, percent-encoded once": {
			headers(map[string]string{"ce-subject": "M%C3%BCller %2525 %22a%22"}), `{}`,
			func(e lineage.CloudEvent) bool { return e.Subject == `Müller %25 "a"` },
		},
		"binary, in quotes": {
			headers(map[string]string{"ce-subject": `"a \"b\" c"`}), `{}`,
			func(e lineage.CloudEvent) bool { return e.Subject == `a "b" c` },
		},
		"binary, its source untouched": {
			headers(map[string]string{"ce-source": "urn:x:A/../b?q=1#f"}), `{}`,
			func(e lineage.CloudEvent) bool { return e.Source == "urn:x:A/../b?q=1#f" },
		},
		"binary without data": {
			headers(map[string]string{"Content-Type": ""}), ``,
			func(e lineage.CloudEvent) bool { return e.Data == nil },
		},
		"binary without a content type": {
			headers(map[string]string{"Content-Type": ""}), `[1, 2]`,
			func(e lineage.CloudEvent) bool { return string(e.Data) == `[1, 2]` },
		},
		"binary with a number that no float holds": {
			headers(nil), `{"n":12345678901234567890.10}`,
			func(e lineage.CloudEvent) bool { return string(e.Data) == `{"n":12345678901234567890.10}` },
		},
		"binary with text": {
			headers(map[string]string{"Content-Type": "text/plain"}), `<b>late</b>`,
			func(e lineage.CloudEvent) bool { return string(e.Data) == `"<b>late</b>"` },
		},
		"binary with bytes": {
			headers(map[string]string{"Content-Type": "application/octet-stream"}), "\xff\x00",
			func(e lineage.CloudEvent) bool { return string(e.Data) == `"/wA="` },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			got := r.send(request{path: "/v1/events", header: tc.header, body: []byte(tc.body)})
			if got.code != http.StatusAccepted || string(got.body) != `{"accepted":1}` {
				t.Fatalf("the answer is %d %s", got.code, got.body)
			}
			kept := r.ledger.kept()
			if len(kept) != 1 || kept[0].Encoding != journal.CloudEvent || kept[0].Source != "cloudevents 127.0.0.1" {
				t.Fatalf("kept: %+v", kept)
			}
			e, err := lineage.ParseCloudEvent(kept[0].Payload)
			if err != nil || !tc.want(e) {
				t.Errorf("kept: %s (%v)", kept[0].Payload, err)
			}
		})
	}
}

func TestABatchIsKeptWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	send := func(body string) response {
		return r.send(request{path: "/v1/events", header: map[string]string{"Content-Type": batchType}, body: []byte(body)})
	}
	if got := send("[" + goodEvent + "," + goodEvent + "]"); got.code != http.StatusAccepted || string(got.body) != `{"accepted":2}` {
		t.Errorf("two good events: %d %s", got.code, got.body)
	}
	if got := send("[]"); got.code != http.StatusAccepted || string(got.body) != `{"accepted":0}` {
		t.Errorf("an empty batch: %d %s", got.code, got.body)
	}
	if got := send("[" + goodEvent + `,{"specversion":"1.0","id":"2","type":"t"}]`); got.code != 400 || !strings.Contains(string(got.body), "event 1: ") || !strings.Contains(string(got.body), "source") {
		t.Errorf("one bad event of two: %d %s", got.code, got.body)
	}
	if kept := r.ledger.kept(); len(kept) != 1 || kept[0].Items != 2 || kept[0].Encoding != journal.CloudEventBatch {
		t.Errorf("kept: %+v", kept)
	}
}

func TestBadCloudEventsAreRefusedWithAProblem(t *testing.T) {
	t.Parallel()
	sent := func(media, body string) request {
		return request{header: map[string]string{"Content-Type": media}, body: []byte(body)}
	}
	inBinary := func(change map[string]string, body string) request {
		return request{header: headers(change), body: []byte(body)}
	}
	for name, tc := range map[string]struct {
		request
		code int
		says string
	}{
		"no id":                           {sent(structuredType, `{"specversion":"1.0","source":"/e","type":"t"}`), 400, "id is missing"},
		"no source":                       {sent(structuredType, `{"specversion":"1.0","id":"1","type":"t"}`), 400, "source is missing"},
		"no type":                         {sent(structuredType, `{"specversion":"1.0","id":"1","source":"/e"}`), 400, "type is missing"},
		"no specversion":                  {sent(structuredType, `{"id":"1","source":"/e","type":"t"}`), 400, "specversion"},
		"a time that is none":             {sent(structuredType, strings.Replace(goodEvent, `"data"`, `"time":"noon","data"`, 1)), 400, "RFC 3339"},
		"base64 that is none":             {sent(structuredType, strings.Replace(goodEvent, `"data":{"total":"12.50"}`, `"data_base64":"%"`, 1)), 400, "data_base64"},
		"JSON that breaks off":            {sent(structuredType, goodEvent[:50]), 400, "JSON"},
		"an empty body":                   {sent(structuredType, ""), 400, "JSON"},
		"an array that is no batch":       {sent(structuredType, "["+goodEvent+"]"), 400, "JSON"},
		"a batch that is no array":        {sent(batchType, goodEvent), 400, "array"},
		"bytes that are not UTF-8":        {sent(structuredType, strings.Replace(goodEvent, "9001", "\xff", 1)), 400, "byte 92 is not UTF-8"},
		"a strange charset":               {sent(structuredType+"; charset=utf-16", goodEvent), 400, "utf-16"},
		"CloudEvents in XML":              {sent("application/cloudevents+xml", "<e/>"), 415, structuredType},
		"a content type that is torn":     {sent(`application/cloudevents+json; charset="`, goodEvent), 415, "application/cloudevents+json"},
		"no CloudEvent at all":            {sent("application/json", `{}`), 400, "ce-specversion"},
		"nesting beyond the limit":        {sent(structuredType, strings.Repeat("[", 200_000)), 400, "more than 64 deep"},
		"more values than the limit":      {sent(batchType, "[["+strings.Repeat("1,", 5000)+"1]]"), 413, "more than 4000 values"},
		"more events than the limit":      {sent(batchType, "["+strings.Repeat(goodEvent+",", 100)+goodEvent+"]"), 413, "101 events and may have 100"},
		"a body over the limit":           {sent(structuredType, strings.Repeat(" ", 1<<20+1)), 413, "smaller batches"},
		"gzip that is none":               {request{header: map[string]string{"Content-Type": structuredType, "Content-Encoding": "gzip"}, body: []byte("{}")}, 400, "gzip"},
		"binary without an id":            {inBinary(map[string]string{"ce-id": ""}, "{}"), 400, "id is missing"},
		"binary of another version":       {inBinary(map[string]string{"ce-specversion": "0.3"}, "{}"), 400, "specversion"},
		"binary with ce-datacontenttype":  {inBinary(map[string]string{"ce-datacontenttype": "text/plain"}, "{}"), 400, "ce-datacontenttype must not"},
		"binary with ce-data":             {inBinary(map[string]string{"ce-data": "1"}, "{}"), 400, "ce-data must not"},
		"binary with a strange attribute": {inBinary(map[string]string{"ce-my-id": "1"}, "{}"), 400, "ce-my-id"},
		"binary with a torn percent":      {inBinary(map[string]string{"ce-subject": "50%"}, "{}"), 400, "ce-subject"},
		"binary with an overlong NUL":     {inBinary(map[string]string{"ce-subject": "%C0%80"}, "{}"), 400, "not UTF-8"},
		"binary whose JSON is none":       {inBinary(nil, "{"), 400, "the body is not"},
		"binary whose JSON is very deep":  {inBinary(nil, strings.Repeat("[", 200_000)), 400, "deep"},
		"binary whose text is not UTF-8":  {inBinary(map[string]string{"Content-Type": "text/plain"}, "\xff"), 400, "UTF-8"},
		"binary in a strange charset":     {inBinary(map[string]string{"Content-Type": "text/plain; charset=latin1"}, "x"), 400, "latin1"},
		"another method":                  {request{method: http.MethodPut, body: []byte(goodEvent)}, 405, "POST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(cfg *Config, _ *ledger) { cfg.MaxBody, cfg.MaxEvents, cfg.MaxValues = 1<<20, 100, 4000 })
			q := tc.request
			q.path = "/v1/events"
			got := r.send(q)
			var p problem
			if err := json.Unmarshal(got.body, &p); err != nil || got.header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("the answer is %q: %s", got.header.Get("Content-Type"), got.body)
			}
			if got.code != tc.code || p.Status != tc.code || p.Kind == "" || !strings.Contains(p.Detail, tc.says) {
				t.Errorf("the answer is %d: %+v", got.code, p)
			}
			if kept := r.ledger.kept(); len(kept) != 0 {
				t.Errorf("%d records are kept", len(kept))
			}
		})
	}
}

func TestAnAttributeGivenTwiceIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	hr, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url("/v1/events"), strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range headers(nil) {
		hr.Header.Set(k, v)
	}
	hr.Header.Add("ce-id", "e-2")
	got, err := r.client.Do(hr)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != 400 || len(r.ledger.kept()) != 0 {
		t.Errorf("the answer is %s", got.Status)
	}
}

func TestTheWebhookHandshakeAllowsTheOriginThatAsks(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	got := r.send(request{method: http.MethodOptions, path: "/v1/events", header: map[string]string{
		"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120",
	}})
	if got.code != http.StatusOK || got.header.Get("WebHook-Allowed-Origin") != "eventgrid.azure.net" || got.header.Get("WebHook-Allowed-Rate") != "*" {
		t.Errorf("the answer is %d %v", got.code, got.header)
	}
	got = r.send(request{method: http.MethodOptions, path: "/v1/events"})
	if got.code != http.StatusOK || got.header.Get("WebHook-Allowed-Origin") != "" || got.header.Get("Allow") != "POST, OPTIONS" {
		t.Errorf("without an origin the answer is %d %v", got.code, got.header)
	}
}

func FuzzCloudEventsOverHTTP(f *testing.F) {
	f.Add(structuredType, "", "", goodEvent)
	f.Add(batchType, "", "", "["+goodEvent+"]")
	f.Add("application/json", "1.0", "M%C3%BCller", `{"a":[1,2]}`)
	f.Add("text/plain", "1.0", `"quo\"ted"`, "late")
	f.Add("", "1.0", "%", "\xff")
	l := new(discard)
	c, err := New(Config{OTLPHTTP: "unused", OTLPGRPC: "unused", MaxBody: 1 << 20}, Deps{Journal: l, Scanner: l})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, contentType, version, subject, body string) {
		h := http.Header{"Content-Type": {contentType}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}, "Ce-Subject": {subject}}
		if version != "" {
			h.Set("Ce-Specversion", version)
		}
		in := &intake{signal: lineage.Events, held: &reservation{budget: c.budget}}
		payload, encoding, err := c.readEvents(h, in, []byte(body))
		in.held.release()
		if err != nil {
			if kind := lineage.KindOf(err); kind.Retryable() || kind == lineage.Internal {
				t.Errorf("bad input is answered with kind %d: %v", kind, err)
			}
			return
		}
		again, err := lineage.ParseCloudEvents(payload, encoding == journal.CloudEventBatch)
		if err != nil || len(again) != in.items {
			t.Errorf("what was accepted is not read again: %v: %s", err, payload)
		}
		if encoding == journal.CloudEvent && contentType == "" && version == "1.0" && len(again) == 1 && !json.Valid(again[0].Raw) {
			t.Error(fmt.Errorf("what is kept is not JSON: %s", payload))
		}
	})
}
