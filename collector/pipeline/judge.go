package pipeline

import "throughline/lineage"

// judge gives every item of a block its fate. Items are numbered in the order of
// decoding.
type judge interface {
	span(item int, s *lineage.Span) fate
	log(item int, l *lineage.Log) fate
	event(item int, e *lineage.Event) fate
	// settle tells that all log records of one request have been judged, and which
	// were kept.
	settle(kept []lineage.Log)
}

// live judges by what has been seen, and remembers.
type live struct{ *window }

func (j live) span(_ int, s *lineage.Span) fate {
	return j.window.span(s.Tenant, s.TraceID, s.SpanID, s.Hash)
}

func (j live) log(_ int, l *lineage.Log) fate { return j.window.log(l.Tenant, l.Hash) }

func (j live) event(_ int, e *lineage.Event) fate {
	return j.window.event(e.Tenant, e.Source, e.ID, e.Hash)
}

func (j live) settle(kept []lineage.Log) {
	for i := range kept {
		j.window.rememberLog(kept[i].Tenant, kept[i].Hash)
	}
}

// script repeats the fates of a cut.
type script struct{ left runs }

func (j *script) span(item int, _ *lineage.Span) fate   { return j.at(item) }
func (j *script) log(item int, _ *lineage.Log) fate     { return j.at(item) }
func (j *script) event(item int, _ *lineage.Event) fate { return j.at(item) }
func (j *script) settle([]lineage.Log)                  {}

func (j *script) at(item int) fate {
	for len(j.left) > 0 && item >= j.left[0].From+j.left[0].N {
		j.left = j.left[1:]
	}
	if len(j.left) > 0 && item >= j.left[0].From {
		return j.left[0].Fate
	}
	return keep
}
