package lineage

import (
	"encoding/json"
	"strings"
)

// membersOf returns the members of a JSON object in their order, also several of one
// name. raw is JSON that was checked before; in anything but an object there are none.
func membersOf(raw []byte) []jsonMember {
	all := make([]jsonMember, 0, 16)
	text := string(raw)
	at := blank(text, 0)
	if at >= len(text) || text[at] != '{' {
		return nil
	}
	for at = blank(text, at+1); at < len(text) && text[at] == '"'; at = blank(text, at+1) {
		end := valueEnd(text, at)
		name := unescapedText(text[at:end])
		at = blank(text, blank(text, end)+1) // behind the colon
		end = valueEnd(text, at)
		all = append(all, jsonMember{name, text[at:end]})
		if at = blank(text, end); at >= len(text) || text[at] != ',' {
			break
		}
	}
	return all
}

// blank returns where the white space ends that begins at a place.
func blank(text string, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

// valueEnd returns where the value ends that begins at a place.
func valueEnd(text string, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			if at = stringEnd(text, at); depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
			if depth < 0 {
				return at
			}
		case ',', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}

// stringEnd returns where the string ends that begins at a place.
func stringEnd(text string, at int) int {
	for at++; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(text)
}

// unescapedText reads a JSON string.
func unescapedText(value string) string {
	if !strings.Contains(value, `\`) {
		return strings.Trim(value, `"`)
	}
	var text string
	if json.Unmarshal([]byte(value), &text) != nil {
		return ""
	}
	return text
}
