package collector

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestTheShapeOfATextIsNeverLessThanWhatAParserFinds(t *testing.T) {
	t.Parallel()
	var tree func(depth int) *rapid.Generator[any]
	tree = func(depth int) *rapid.Generator[any] {
		leaf := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "text") }),
			rapid.Custom(func(t *rapid.T) any { return rapid.Int().Draw(t, "number") }),
			rapid.Just[any](nil),
		)
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf,
			rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(tree(depth-1), 0, 4).Draw(t, "list") }),
			rapid.Custom(func(t *rapid.T) any {
				return rapid.MapOfN(rapid.String(), tree(depth-1), 0, 4).Draw(t, "object")
			}),
		)
	}
	rapid.Check(t, func(t *rapid.T) {
		v := tree(4).Draw(t, "value")
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		values, depth := measure(v)
		s, err := jsonShape(text, depth, 1_000_000)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if s.values < values {
			t.Fatalf("%s has %d values, not %d", text, values, s.values)
		}
		if list, ok := v.([]any); ok && len(list) > 0 && s.elements != len(list) {
			t.Fatalf("%s has %d elements, not %d", text, len(list), s.elements)
		}
		if depth > 0 {
			if _, err := jsonShape(text, depth-1, 1_000_000); err == nil {
				t.Fatalf("%s is nested %d deep, and that was not seen", text, depth)
			}
		}
	})
}

// measure counts the values in a tree and how deep its lists and objects nest.
func measure(v any) (values, depth int) {
	var inside []any
	switch v := v.(type) {
	case []any:
		inside = v
	case map[string]any:
		for _, e := range v {
			inside = append(inside, e)
		}
	default:
		return 1, 0
	}
	values = 1
	for _, e := range inside {
		n, d := measure(e)
		values, depth = values+n, max(depth, d)
	}
	return values, depth + 1
}
