package otlp

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"throughline/collector/journal"
	"throughline/lineage"
)

// Scanner checks export requests before they are kept: well-formed, within the
// limits, UTF-8 where text is due, ids of the right length. It allocates
// nothing for what is sound, and may be used concurrently.
type Scanner struct {
	limits Limits
	traces *shape
	logs   *shape
}

// NewScanner returns a scanner with the given limits.
func NewScanner(limits Limits) *Scanner {
	return &Scanner{limits: limits, traces: tracesShape(), logs: logsShape()}
}

// Scan checks a request in any encoding and returns how many spans or log
// records it holds. Errors are of kind Invalid or TooLarge and name the field.
func (s *Scanner) Scan(signal lineage.Signal, encoding journal.Encoding, payload []byte) (int, error) {
	if encoding == journal.JSON {
		converted, err := s.FromJSON(signal, payload)
		if err != nil {
			return 0, err
		}
		payload = converted
	}
	counts, err := s.ScanProtobuf(signal, payload)
	return counts.Items, err
}

// ScanProtobuf checks a request in protobuf.
func (s *Scanner) ScanProtobuf(signal lineage.Signal, body []byte) (Counts, error) {
	shape := s.traces
	if signal == lineage.Logs {
		shape = s.logs
	}
	p := pass{limits: s.limits}
	if f := p.message(shape, body); f != nil {
		return p.counts, lineage.Errorf(f.kind, "scan OTLP "+signal.String(), "%s %s", f.path(), f.reason)
	}
	return p.counts, nil
}

// pass is one scan under way.
type pass struct {
	limits Limits
	counts Counts
}

// flaw is what is wrong with a request, and where: steps from the inside out.
type flaw struct {
	kind   lineage.Kind
	steps  []string
	reason string
}

func (f *flaw) at(name string, index int) *flaw {
	if index >= 0 {
		name = fmt.Sprintf("%s[%d]", name, index)
	}
	f.steps = append(f.steps, name)
	return f
}

func (f *flaw) path() string {
	if len(f.steps) == 0 {
		return "the request"
	}
	var b strings.Builder
	for i := len(f.steps) - 1; i >= 0; i-- {
		b.WriteString(f.steps[i])
		if i > 0 {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func invalid(format string, args ...any) *flaw {
	return &flaw{kind: lineage.Invalid, reason: fmt.Sprintf(format, args...)}
}

const malformed = "is not well-formed protobuf: it breaks off or has a field that cannot be; was it sent as application/x-protobuf?"

// maxFields is the highest field number that is counted for an index in a path.
const maxFields = 16

func (p *pass) message(s *shape, body []byte) *flaw {
	if f := p.node(); f != nil {
		return f
	}
	var seen [maxFields]int32
	r := reader{rest: body}
	for r.next() {
		fd := s.field(r.num)
		if fd == nil || fd.kind == anything {
			continue
		}
		if r.wire != delimited {
			return invalid("has wire type %d; want a length-delimited field", r.wire).at(fd.name, -1)
		}
		index := seen[r.num]
		seen[r.num]++
		if fd.item {
			if p.counts.Items++; p.counts.Items > p.limits.Items {
				return &flaw{kind: lineage.TooLarge, reason: fmt.Sprintf("has more than %d %s: send smaller batches", p.limits.Items, fd.name)}
			}
		}
		if f := p.field(fd, r.data); f != nil {
			if fd.kind != message || fd.of == nil || fd.name == "resource" || fd.name == "scope" || fd.name == "status" {
				index = -1
			}
			return f.at(fd.name, int(index))
		}
	}
	if r.bad {
		return invalid(malformed)
	}
	return nil
}

func (p *pass) field(fd *field, data []byte) *flaw {
	switch fd.kind {
	case text:
		if !utf8.Valid(data) {
			return invalid("is not valid UTF-8")
		}
	case id16:
		if len(data) != 0 && len(data) != 16 {
			return invalid("has %d bytes; want 16", len(data))
		}
	case id8:
		if len(data) != 0 && len(data) != 8 {
			return invalid("has %d bytes; want 8", len(data))
		}
	case message:
		return p.message(fd.of, data)
	case value:
		return p.value(data, 1)
	}
	return nil
}

// value scans an AnyValue: a string (1), bytes (7), a list (5) or a map (6) of
// values, or a number.
func (p *pass) value(body []byte, depth int) *flaw {
	if depth > p.limits.Depth {
		return invalid("is nested more than %d deep", p.limits.Depth)
	}
	if f := p.node(); f != nil {
		return f
	}
	r := reader{rest: body}
	for r.next() {
		if r.wire != delimited {
			continue
		}
		switch r.num {
		case 1:
			if !utf8.Valid(r.data) {
				return invalid("is not valid UTF-8")
			}
		case 5, 6:
			if f := p.values(r.data, r.num == 6, depth); f != nil {
				return f
			}
		}
	}
	if r.bad {
		return invalid(malformed)
	}
	return nil
}

// values scans an ArrayValue or a KeyValueList.
func (p *pass) values(body []byte, keyed bool, depth int) *flaw {
	r := reader{rest: body}
	for r.next() {
		if r.num != 1 || r.wire != delimited {
			continue
		}
		if !keyed {
			if f := p.value(r.data, depth+1); f != nil {
				return f
			}
			continue
		}
		if f := p.node(); f != nil {
			return f
		}
		pair := reader{rest: r.data}
		for pair.next() {
			switch {
			case pair.num == 1 && pair.wire == delimited && !utf8.Valid(pair.data):
				return invalid("has a key that is not valid UTF-8")
			case pair.num == 2 && pair.wire == delimited:
				if f := p.value(pair.data, depth+1); f != nil {
					return f
				}
			}
		}
		if pair.bad {
			return invalid(malformed)
		}
	}
	if r.bad {
		return invalid(malformed)
	}
	return nil
}

func (p *pass) node() *flaw {
	if p.counts.Nodes++; p.counts.Nodes > p.limits.Nodes {
		return &flaw{kind: lineage.TooLarge, reason: fmt.Sprintf("has more than %d parts: send smaller batches", p.limits.Nodes)}
	}
	return nil
}
