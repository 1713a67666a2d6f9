package lineage

import (
	"encoding/json"
	"strings"
)

// membersOf returns the members of a JSON object in their order, also several of one
// name. raw is JSON that was checked before; in anything but an object there are none.
func membersOf(raw []byte) []jsonMember {
	text := strings.TrimLeft(string(raw), " \t\r\n")
	if text == "" || text[0] != '{' {
		return nil
	}
	all := make([]jsonMember, 0, 16)
	for name, value := range rawMembers(text) {
		all = append(all, jsonMember{unescapedText(name), value})
	}
	return all
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
