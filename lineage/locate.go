package lineage

import (
	"encoding/json"
	"strconv"
	"strings"
)

// place finds the values at a location of a mapping, as text, in order.
type place interface {
	find(location string) []string
	spots(location string) []string // the same location, once for each element that its * stand for
}

// document is the decoded data of a CloudEvent.
type document struct {
	root any
	ce   *CloudEvent // for its attributes
}

func (d document) find(location string) []string {
	if !strings.HasPrefix(location, "/") {
		if value := d.ce.Attribute(location); value != "" {
			return []string{value}
		}
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
	if list, ok := v.([]any); ok && steps[0] == "*" {
		for _, item := range list {
			descend(item, steps[1:], yield)
		}
	} else if next, ok := child(v, steps[0]); ok {
		descend(next, steps[1:], yield)
	}
}

func (d document) spots(location string) []string {
	if !strings.HasPrefix(location, "/") || !runs(location) {
		return []string{location}
	}
	var found []string
	var follow func(v any, before string, steps []string)
	follow = func(v any, before string, steps []string) {
		for i, step := range steps {
			list, ok := v.([]any)
			if !ok || step != "*" {
				if v, ok = child(v, step); !ok {
					return
				}
				before += "/" + step
				continue
			}
			for at, item := range list {
				follow(item, before+"/"+strconv.Itoa(at), steps[i+1:])
			}
			return
		}
		found = append(found, before)
	}
	follow(d.root, "", strings.Split(location[1:], "/"))
	return found
}

// child follows one step of a JSON pointer.
func child(v any, step string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		c, ok := v[strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")]
		return c, ok
	case []any:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
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

// An attribute has one value, and so one spot.
func (a attributes) spots(location string) []string { return []string{location} }
