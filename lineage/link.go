package lineage

import (
	"encoding/hex"
	"encoding/json"
	"slices"
)

// maxLinks is how many other traces one span may lead on from. A batch consumer links
// to every message that it took; a chain over more than this is no transaction's.
const maxLinks = 128

// linkedTraces returns the other traces that a span links to, each once, at most
// maxLinks of them. The span itself is stored with all of its links.
func linkedTraces(s *Span) []TraceID {
	if s.Links == "" || s.TraceID.IsZero() {
		return nil
	}
	var links []struct {
		Trace string `json:"trace"`
	}
	if json.Unmarshal([]byte(s.Links), &links) != nil {
		return nil
	}
	var traces []TraceID
	for _, l := range links {
		var t TraceID
		if n, err := hex.Decode(t[:], []byte(l.Trace[:min(len(l.Trace), 2*len(t))])); err != nil || n != len(t) {
			continue
		}
		if t != s.TraceID && !t.IsZero() && !slices.Contains(traces, t) && len(traces) < maxLinks {
			traces = append(traces, t)
		}
	}
	return traces
}
