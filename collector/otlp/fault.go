package otlp

import (
	"fmt"
	"strconv"

	"throughline/lineage"
)

// fault is what is wrong with a request, and where. It gathers its path on the
// way up, so that a good request pays nothing for it.
type fault struct {
	kind lineage.Kind
	path string
	what string
}

func invalid(format string, args ...any) *fault {
	return &fault{kind: lineage.Invalid, what: fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *fault {
	return &fault{kind: lineage.TooLarge, what: fmt.Sprintf(format, args...)}
}

// longestPath keeps the path of a value nested forty deep readable.
const longestPath = 400

// in puts the field that holds the fault before its path; at is the field's
// position in a list, or -1.
func (f *fault) in(name string, at int) *fault {
	if len(f.path) > longestPath {
		f.path = "…" + f.path[len(f.path)-longestPath/2:]
	}
	if at >= 0 {
		name += "[" + strconv.Itoa(at) + "]"
	}
	if f.path != "" {
		name += "."
	}
	f.path = name + f.path
	return f
}

// err is the fault as the house's error.
func (f *fault) err(op string) error {
	if f.path == "" {
		f.path = "the request"
	}
	return lineage.Errorf(f.kind, op, "%s %s", f.path, f.what)
}
