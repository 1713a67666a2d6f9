package lineage

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anyJSON draws a JSON text of any shape and spacing.
func anyJSON(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		space := rapid.SampledFrom([]string{"", "", " ", "\n\t"})
		text := func() string {
			raw, err := json.Marshal(rapid.OneOf(
				rapid.SampledFrom([]string{
					"specversion", "1.0", "id", "ID", "source", "type", "subject", "data", "dataversion", "ſource", "objects", "order", "time", "", "a\"b\\", "}]{[,:",
				}),
				rapid.String(),
			).Draw(t, "text"))
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		kind := rapid.IntRange(0, 7).Draw(t, "kind")
		if depth == 0 {
			kind = min(kind, 4)
		}
		n := rapid.IntRange(0, 4).Draw(t, "n")
		list := func(open, shut string, one func() string) string {
			out := open + space.Draw(t, "space")
			for i := range n {
				if i > 0 {
					out += "," + space.Draw(t, "space")
				}
				out += one() + space.Draw(t, "space")
			}
			return out + shut
		}
		value := func() string { return anyJSON(depth-1).Draw(t, "value") }
		switch kind {
		case 0:
			return "null"
		case 1:
			return rapid.SampledFrom([]string{"0", "-1.5e3", "17", "true", "false"}).Draw(t, "scalar")
		case 2, 3, 4:
			return text()
		case 5:
			return list("[", "]", value)
		default:
			return list("{", "}", func() string {
				return text() + space.Draw(t, "space") + ":" + space.Draw(t, "space") + value()
			})
		}
	})
}

func TestWhatIsTakenApartInPlaceIsWhatEncodingJSONFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(anyJSON(3).Draw(t, "json"))
		var object map[string]json.RawMessage
		if err := json.Unmarshal(raw, &object); err != nil {
			object = nil
		}
		if diff := cmp.Diff(object, rawObject(raw)); diff != "" {
			t.Errorf("%s: object (-encoding/json +here):\n%s", raw, diff)
		}
		var array, here []json.RawMessage
		if json.Unmarshal(raw, &array) == nil && raw[0] == '[' {
			for item := range rawItems(raw) {
				here = append(here, item)
			}
			if diff := cmp.Diff(array, here, cmp.Transformer("text", func(m json.RawMessage) string { return string(m) })); diff != "" && len(array)+len(here) > 0 {
				t.Errorf("%s: array (-encoding/json +here):\n%s", raw, diff)
			}
		}
		var whole, plain wireEvent
		if plain.plain(raw) {
			if err := json.Unmarshal(raw, &whole); err != nil {
				t.Fatalf("%s is refused by encoding/json: %v", raw, err)
			}
			if diff := cmp.Diff(whole, plain); diff != "" {
				t.Errorf("%s: event (-encoding/json +here):\n%s", raw, diff)
			}
		}
	})
}

func TestAPlainEventNeedsNoDecoder(t *testing.T) {
	var w wireEvent
	if !w.plain([]byte(`{"specversion":"1.0", "id":"1","source":"/shop","type":"shop.step","time":"2026-03-02T09:01:00Z","tenant":"x","data":{"objects":{"quote":["Q-1"]}}}`)) {
		t.Error("it is left to encoding/json")
	}
}

func BenchmarkParseCloudEvents(b *testing.B) {
	raw := []byte("[")
	for i := range 500 {
		if i > 0 {
			raw = append(raw, ',')
		}
		raw = append(raw, `{"specversion":"1.0","id":"4711-2","source":"/shop","type":"shop.step","time":"2026-11-23T06:00:00Z","subject":"delivery/D-SO-4711","data":{"objects":{"order":["SO-4711"]}}}`...)
	}
	raw = append(raw, ']')
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseCloudEvents(raw, true); err != nil {
			b.Fatal(err)
		}
	}
}
