package pipeline

import (
	"unsafe"

	"throughline/lineage"
)

// own moves the strings of an event that was read from a span or log record into
// memory of its own, all in one piece. The stitcher keeps events for long, and
// one id would otherwise hold on to megabytes of the request that it came in.
func own(e *lineage.Event) {
	n := 0
	each(e, func(s *string) { n += len(*s) })
	buf := make([]byte, 0, n)
	each(e, func(s *string) {
		if *s == "" {
			return
		}
		at := len(buf)
		buf = append(buf, *s...)
		*s = unsafe.String(&buf[at], len(*s))
	})
}

// each visits the strings that may share memory with a request.
func each(e *lineage.Event, visit func(*string)) {
	visit(&e.Source)
	visit(&e.ID)
	visit(&e.Type)
	visit(&e.Reason)
	visit(&e.Correlation)
	visit(&e.Causation)
	visit(&e.Payload)
	for i := range e.Refs {
		visitObject(&e.Refs[i].Object, visit)
	}
	for i := range e.Relations {
		visitObject(&e.Relations[i].From, visit)
		visitObject(&e.Relations[i].To, visit)
	}
	for i := range e.Equalities {
		visitObject(&e.Equalities[i].A, visit)
		visitObject(&e.Equalities[i].B, visit)
	}
}

func visitObject(o *lineage.Object, visit func(*string)) {
	visit(&o.System)
	visit(&o.Scope)
	visit(&o.ID)
}
