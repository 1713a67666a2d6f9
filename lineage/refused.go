package lineage

import "strings"

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
