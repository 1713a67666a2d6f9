package otlp

import (
	"unicode/utf8"

	"throughline/lineage"
)

// ScanTraces checks a traces export request in protobuf without decoding it,
// and counts what is in it. It fails with Invalid for what is malformed or
// nested too deep and with TooLarge for what is over a limit, and names the
// field. It allocates nothing for a request that it accepts, keeps nothing of
// the body, and is safe for concurrent use. An empty body is an empty request.
func ScanTraces(body []byte, lim Limits) (Counts, error) {
	return scan(lineage.Traces, body, lim)
}

// ScanLogs is ScanTraces for a logs export request.
func ScanLogs(body []byte, lim Limits) (Counts, error) {
	return scan(lineage.Logs, body, lim)
}

func scan(signal lineage.Signal, body []byte, lim Limits) (Counts, error) {
	var sh *shape
	switch signal {
	case lineage.Traces:
		sh = &tracesShape
	case lineage.Logs:
		sh = &logsShape
	default:
		return Counts{}, lineage.Errorf(lineage.Unsupported, "scan OTLP", "%s are none of its signals here", signal)
	}
	s := scanner{budget: newBudget(lim), depth: lim.depth(), each: lim.AttributesEach, longest: lim.Text, shared: lim.Shared}
	if f := s.message(body, sh); f != nil {
		return Counts{}, f.err("scan OTLP " + signal.String())
	}
	return s.counts(), nil
}

// scanner walks one request.
type scanner struct {
	budget
	depth   int
	each    int
	longest int
	shared  int64 // bytes left
}

// message checks the fields of one message.
func (s *scanner) message(b []byte, sh *shape) *fault {
	for i := 0; i < len(b); {
		start := i
		tag := uint64(b[i])
		if i++; tag >= 0x80 { // varint, but inlined: this loop sees every field
			if tag, i = longVarint(b, start); i < 0 {
				return malformed(start)
			}
		}
		f := &sh[0]
		if n := tag >> 3; n < uint64(len(sh)) {
			f = &sh[n]
		}
		if f.kind == unknown {
			if fault := stranger(tag, sh, start); fault != nil {
				return fault
			}
			if i = skip(b, i, tag); i < 0 {
				return malformed(start)
			}
			continue
		}
		if uint8(tag&7) != f.wire {
			return wrongType(tag, f.wire).in(f.name, -1)
		}
		if f.wire != bytesType {
			if i = skip(b, i, tag); i < 0 {
				return cut().in(f.name, -1)
			}
			continue
		}
		v, next := chunk(b, i)
		if next < 0 {
			return cut().in(f.name, f.position(b[:start], tag))
		}
		if i = next; !s.add(f.tally) {
			return s.over(f.tally).in(f.name, f.position(b[:start], tag))
		}
		if fault := s.field(v, f); fault != nil {
			return fault.in(f.name, f.position(b[:start], tag))
		}
	}
	return nil
}

// field checks the bytes of one field.
func (s *scanner) field(v []byte, f *field) *fault {
	if f.kind == message {
		return s.child(v, f)
	}
	if len(v) > s.longest {
		return tooLarge("has %d bytes; at most %d are taken", len(v), s.longest)
	}
	switch f.kind {
	case text:
		return s.text(v)
	case traceID:
		return id(v, 16)
	case spanID:
		return id(v, 8)
	case attribute:
		return s.keyValue(v, s.depth)
	default:
		return s.anyValue(v, s.depth)
	}
}

// child checks a message within a message.
func (s *scanner) child(v []byte, f *field) *fault {
	before := s.used
	if fault := s.message(v, f.shape); fault != nil {
		return fault
	}
	if n := s.used[attributes] - before[attributes]; f.owner && n > s.each {
		return tooMany(n, s.each)
	}
	if f.tally == resources || f.tally == scopes {
		return s.share(v, s.used[items]-before[items])
	}
	return nil
}

// share counts the resource or scope of a group once for each of its items.
// That is how often it is stored, and what a small request with one large
// resource and many empty spans would grow to.
func (s *scanner) share(group []byte, n int) *fault {
	const resourceOrScope = 1<<3 | bytesType
	for i := 0; i < len(group); {
		var tag uint64
		tag, i = varint(group, i)
		if tag == resourceOrScope {
			var v []byte
			v, i = chunk(group, i)
			s.shared -= int64(len(v)) * int64(n)
		} else {
			i = skip(group, i, tag)
		}
	}
	if s.shared < 0 {
		return tooLarge("has a resource or scope too large for %d spans or log records: send it with fewer", n)
	}
	return nil
}

func (s *scanner) text(v []byte) *fault {
	if ascii(v) || utf8.Valid(v) {
		return nil
	}
	return invalid("is not UTF-8 at byte %d", firstInvalid(v))
}

// firstInvalid is the position of the first byte that is not UTF-8.
func firstInvalid(v []byte) int {
	at := 0
	for at < len(v) {
		r, n := utf8.DecodeRune(v[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

func id(v []byte, want int) *fault {
	if len(v) == want || len(v) == 0 {
		return nil
	}
	return invalid("has %d bytes; want %d", len(v), want)
}

// position counts the values of a list before the one that begins at the end of
// b, or says -1 for what is no list.
func (f *field) position(b []byte, tag uint64) int {
	if !f.list {
		return -1
	}
	return count(b, tag)
}

// count counts the fields with a tag.
func count(b []byte, tag uint64) int {
	n := 0
	for i := 0; i >= 0 && i < len(b); {
		var t uint64
		if t, i = varint(b, i); i < 0 {
			break
		}
		if t == tag {
			n++
		}
		i = skip(b, i, t)
	}
	return n
}

// stranger refuses a field that is none, and one that only old senders know.
func stranger(tag uint64, sh *shape, at int) *fault {
	const largestNumber = 1<<29 - 1
	switch n := tag >> 3; {
	case n == 0 || n > largestNumber:
		return malformed(at)
	case n == retiredField && (sh == &resourceSpansShape || sh == &resourceLogsShape):
		return invalid("holds instrumentation libraries, as OTLP did before 1.0: upgrade the sender")
	default:
		return nil
	}
}

func malformed(at int) *fault {
	return invalid("is not well-formed protobuf at its byte %d; was it sent as application/x-protobuf?", at)
}

func cut() *fault {
	return invalid("is not well-formed protobuf: it is longer than what holds it")
}

func wrongType(tag uint64, want uint8) *fault {
	return invalid("has wire type %d; want %d", tag&7, want)
}
