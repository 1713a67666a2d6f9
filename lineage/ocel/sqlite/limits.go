package sqlite

import (
	"os"

	"throughline/lineage"
	"throughline/lineage/ocel"
)

// limits are counted against while a file is read: it is a stranger's, and what is too
// much is not to be in memory before that is said.
type limits struct{ ocel.Options }

func tooLarge(format string, args ...any) error {
	return lineage.Errorf(lineage.TooLarge, "read OCEL", format, args...)
}

// file checks the size of the file itself.
func (l limits) file(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return lineage.E(lineage.Invalid, "read OCEL", err)
	}
	if info.Size() > l.MaxBytes {
		return tooLarge("the file has %d bytes; at most %d are taken", info.Size(), l.MaxBytes)
	}
	return nil
}

// another tells whether one more may come to n of these.
func (l limits) another(what string, n, most int) error {
	if n < most {
		return nil
	}
	return tooLarge("the log has more than %d %s, which is the most that is taken", most, what)
}

// named tells whether one more relationship or value may come to n of an event or object.
func (l limits) named(kind, id string, n int) error {
	if n < l.MaxNames {
		return nil
	}
	return tooLarge("%s %q has more than %d relationships and attribute values, which is the most that is taken", kind, id, l.MaxNames)
}

// names checks the lengths of ids, types and qualifiers.
func (l limits) names(table string, list ...string) error {
	for _, name := range list {
		if len(name) > l.MaxName {
			return tooLarge("table %s: a name or id has %d bytes; at most %d are taken", table, len(name), l.MaxName)
		}
	}
	return nil
}

// text checks the length of a value.
func (l limits) text(table, column string, stored any) error {
	if s, ok := stored.(string); ok && len(s) > l.MaxText {
		return tooLarge("table %s: a value of %s has %d bytes; at most %d are taken", table, column, len(s), l.MaxText)
	}
	return nil
}
