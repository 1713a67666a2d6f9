package lineage

import (
	"regexp"
	"strings"
)

// Refused tells whether an id is a value that systems write when they have
// none. Such a value never connects anything (DESIGN §2, guards).
func Refused(id string) bool {
	switch strings.ToLower(strings.TrimSpace(id)) {
	case "", "0", "-", "null", "nil", "none", "n/a", "na", "nan", "undefined",
		"anonymous", "invalid", "unknown", "test":
		return true
	}
	return false
}

// RefusedValues lists the values that Refused refuses, in small letters and trimmed, for
// those who look for them in a store.
func RefusedValues() []string {
	return []string{
		"", "0", "-", "null", "nil", "none", "n/a", "na", "nan", "undefined",
		"anonymous", "invalid", "unknown", "test",
	}
}

// refusals are the values that a type refuses beside those that every type does.
type refusals struct {
	values   map[string]bool // in small letters
	patterns []*regexp.Regexp
}

// newRefusals reads what a type refuses: values, compared without regard to case,
// and regular expressions (RE2) between slashes. The error names the one that is
// none.
func newRefusals(listed []string) (*refusals, int, error) {
	if len(listed) == 0 {
		return nil, 0, nil
	}
	r := &refusals{values: make(map[string]bool)}
	for i, text := range listed {
		if len(text) < 2 || text[0] != '/' || text[len(text)-1] != '/' {
			r.values[strings.ToLower(strings.TrimSpace(text))] = true
			continue
		}
		pattern, err := regexp.Compile(text[1 : len(text)-1])
		if err != nil {
			return nil, i, err
		}
		r.patterns = append(r.patterns, pattern)
	}
	return r, 0, nil
}

// has tells whether an id is refused.
func (r *refusals) has(id string) bool {
	if r == nil {
		return false
	}
	id = strings.TrimSpace(id)
	if r.values[strings.ToLower(id)] {
		return true
	}
	for _, pattern := range r.patterns {
		if pattern.MatchString(id) {
			return true
		}
	}
	return false
}
