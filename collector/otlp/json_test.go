package otlp

import (
	"strings"
	"testing"

	"throughline/lineage"
)

func TestWhatIsWrongWithJSONIsNamed(t *testing.T) {
	t.Parallel()
	span := func(fields string) string {
		return `{"resourceSpans":[{"scopeSpans":[{"spans":[{},{` + fields + `}]}]}]}`
	}
	const there = "resourceSpans[0].scopeSpans[0].spans[1]."
	cases := map[string]struct{ text, want string }{
		"nothing":                      {"", "is not OTLP/JSON: it is no object"},
		"a list":                       {"[]", "is not OTLP/JSON: it is no object"},
		"no JSON":                      {"resourceSpans", "is not OTLP/JSON: it is no object"},
		"two objects":                  {"{}{}", "is not OTLP/JSON at byte 2"},
		"a text that breaks off":       {`{"resourceSpans":[{`, "resourceSpans[0] is not OTLP/JSON: it is cut short at byte 19"},
		"a comma too many":             {`{"resourceSpans":[],}`, "is not OTLP/JSON at byte 20"},
		"a comma too many in a list":   {`{"resourceSpans":[{},]}`, "resourceSpans[1] is not OTLP/JSON at byte 21"},
		"a number with a leading zero": {span(`"flags":01`), "spans[1] is not OTLP/JSON"},
		"a word":                       {span(`"name":nil`), there + "name is not OTLP/JSON"},
		"a field without a name":       {`{"":1}`, "has a field without a name"},
		"a control character":          {span("\"name\":\"a\nb\""), there + "name is not OTLP/JSON"},
		"invalid UTF-8":                {span("\"name\":\"\xff\""), there + "name is not UTF-8 at byte"},
		"a lone high surrogate":        {span(`"name":"\ud800"`), there + "name has half a surrogate pair at byte"},
		"a lone low surrogate":         {span(`"name":"\udc00x"`), there + "name has half a surrogate pair at byte"},
		"two high surrogates":          {span(`"name":"\ud800\ud800"`), there + "name has half a surrogate pair at byte"},
		"half an escape":               {span(`"name":"\u12`), there + "name is not OTLP/JSON"},
		"an unknown escape":            {span(`"name":"\x"`), there + "name is not OTLP/JSON"},
		"a short trace id":             {span(`"traceId":"abcd"`), there + "traceId has 4 characters; want 32 hex digits"},
		"a span id in base64":          {span(`"spanId":"AAAAAAAAAAAAAAA="`), there + "spanId is not hexadecimal at its character 15"},
		"a link's short trace id":      {span(`"links":[{"traceId":"ab"}]`), there + "links[0].traceId has 2 characters"},
		"a name that is a number":      {span(`"name":1`), "the request is not OTLP/JSON: "},
		"bytes that are not base64":    {span(`"attributes":[{"key":"k","value":{"bytesValue":"?"}}]`), "the request is not OTLP/JSON: "},
		"a value too deep": {
			span(`"attributes":[{"value":` + strings.Repeat(`{"arrayValue":{"values":[`, 50) + strings.Repeat(`]}}`, 50) + `}]`),
			"is nested",
		},
		"a very deep value": {
			span(`"attributes":[{"value":` + strings.Repeat(`{"arrayValue":{"values":[`, 5000)),
			"is nested deeper than a request can be, at byte",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := TracesJSON([]byte(c.text), DefaultLimits())
			if lineage.KindOf(err) != lineage.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v; want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "error found in") {
				t.Errorf("%v quotes the request", err)
			}
		})
	}
}

func TestJSONIsReadAsOTLPSaysIt(t *testing.T) {
	t.Parallel()
	text := ` {
		"unknown": {"deep": [[1, -0.5e+3, true, null], {}], "":0},
		"resourceSpans": [ {"resource": {"attributes": [{"key":"service.name","value":{"stringValue":"erp\ud83d\ude42"}}]},
			"scopeSpans": [{"spans": [{
				"traceId": "4BF92F3577B34DA6A3CE929D0E0E4736", "spanId": "00f067aa0ba902b7", "kind": 2,
				"startTimeUnixNano": "1795435200000000000", "endTimeUnixNano": 1795435200000000005,
				"attributes": [{"key":"order.id","value":{"intValue":"42"}}],
				"status": {"code": 2}
			}]}]
		} ]
	} `
	text = strings.Replace(text, `, "":0`, "", 1)
	body, err := TracesJSON([]byte(text), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	spans, rejects, err := NewDecoder(businessKeys).DecodeTraces(body, "default", noon, nil)
	if err != nil || len(spans) != 1 || len(rejects) != 0 {
		t.Fatalf("%d spans, %v, %v", len(spans), rejects, err)
	}
	s := spans[0]
	if s.TraceID.String() != "4bf92f3577b34da6a3ce929d0e0e4736" || s.SpanID.String() != "00f067aa0ba902b7" {
		t.Errorf("ids %s %s", s.TraceID, s.SpanID)
	}
	if s.Service != "erp🙂" || s.Kind != "Server" || s.Status != "Error" || s.Duration != 5 || s.Attributes != `{"order.id":"42"}` {
		t.Errorf("span %+v", s)
	}
}
