package lineage

import (
	"encoding/json"
	"strconv"
	"strings"
)

// place finds the values at a location of a mapping, as text, in order.
type place interface {
	find(location string) []string
}

// document is the decoded data of a CloudEvent.
type document struct{ root any }

func (d document) find(location string) []string {
	if !strings.HasPrefix(location, "/") {
		return nil
	}
	var found []string
	descend(d.root, strings.Split(location[1:], "/"), func(v any) {
		switch v := v.(type) {
		case string:
			found = append(found, v)
		case json.Number:
			found = append(found, v.String())
		case float64:
			found = append(found, strconv.FormatFloat(v, 'f', -1, 64))
		case bool:
			found = append(found, strconv.FormatBool(v))
		}
	})
	return found
}

// descend follows a JSON pointer (RFC 6901) whose steps may also be *.
func descend(v any, steps []string, yield func(any)) {
	if len(steps) == 0 {
		if list, ok := v.([]any); ok {
			for _, item := range list {
				yield(item)
			}
			return
		}
		yield(v)
		return
	}
	step := strings.ReplaceAll(strings.ReplaceAll(steps[0], "~1", "/"), "~0", "~")
	switch v := v.(type) {
	case map[string]any:
		if child, ok := v[step]; ok {
			descend(child, steps[1:], yield)
		}
	case []any:
		if step == "*" {
			for _, item := range v {
				descend(item, steps[1:], yield)
			}
			return
		}
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(v) {
			descend(v[i], steps[1:], yield)
		}
	}
}

// attributes are the business attributes of a span or log record.
type attributes []Attr

func (a attributes) find(location string) []string {
	var found []string
	for _, attr := range a {
		if attr.Key == location {
			found = append(found, attr.Value)
		}
	}
	return found
}
