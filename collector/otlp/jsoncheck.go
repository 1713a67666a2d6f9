package otlp

import "unicode/utf8"

// checkJSON bounds what a parser of OTLP/JSON would allocate, before one is let
// near the text. It is strict about JSON, counts what the lists hold under the
// names that OTLP gives them, and allocates nothing for a text that it accepts.
func checkJSON(text []byte, lim Limits) *fault {
	const (
		around = 16 // levels of JSON around an attribute's value
		each   = 4  // levels of JSON for a level of values: value, kvlistValue, values, its element
	)
	c := checker{
		text:   text,
		budget: newBudget(lim.dense(len(text))),
		levels: around + each*lim.depth(),
		each:   lim.AttributesEach,
		mixed:  !utf8.Valid(text),
	}
	c.space()
	if c.peek() != '{' {
		return invalid("is not OTLP/JSON: it is no object")
	}
	if f := c.object(uncounted); f != nil {
		return f
	}
	if c.space(); c.at < len(text) {
		return c.stray()
	}
	return nil
}

// dense lowers the limits to what so short a text can hold if it says anything:
// the least that an element says, {"intValue":1} and its comma, takes 15 bytes.
// A parser makes some 180 bytes of every {}, which are three.
func (l Limits) dense(size int) Limits {
	most := 10_000 + size/15
	l.Resources, l.Scopes, l.Items = min(l.Resources, most), min(l.Scopes, most), min(l.Items, most)
	l.Nodes, l.Events, l.Links = min(l.Nodes, most), min(l.Events, most), min(l.Links, most)
	return l
}

// checker is one pass over a JSON text.
type checker struct {
	budget
	text   []byte
	at     int
	levels int // of nesting left
	each   int
	mixed  bool // there is something in it that is not UTF-8
}

func (c *checker) peek() byte {
	if c.at < len(c.text) {
		return c.text[c.at]
	}
	return 0
}

func (c *checker) space() {
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\n', '\r', '\t':
			c.at++
		default:
			return
		}
	}
}

// stray is the fault of a byte that JSON does not allow where it stands.
func (c *checker) stray() *fault {
	if c.at >= len(c.text) {
		return invalid("is not OTLP/JSON: it is cut short at byte %d", len(c.text))
	}
	return invalid("is not OTLP/JSON at byte %d", c.at)
}

// value checks one value. name is the field that it stands in and of the list
// that its object is an element of. The index is that of the faulty element if
// the value is a list, or -1.
func (c *checker) value(name []byte, of tally) (index int, f *fault) {
	switch b := c.peek(); {
	case b == '{':
		return -1, c.child(uncounted, string(name) == "resource" || string(name) == "scope")
	case b == '[':
		return c.array(listed(name))
	case b == '"':
		s, f := c.str()
		if f == nil {
			f = checkID(name, s, of)
		}
		return -1, f
	case b == '-' || '0' <= b && b <= '9':
		return -1, c.number()
	default:
		return -1, c.word()
	}
}

// child checks an object within the request; owner says that its attributes are
// bounded together.
func (c *checker) child(of tally, owner bool) *fault {
	before := c.used[attributes]
	if f := c.object(of); f != nil {
		return f
	}
	if n := c.used[attributes] - before; owner && n > c.each {
		return tooMany(n, c.each)
	}
	return nil
}

// object checks an object, which is an element of the list of.
func (c *checker) object(of tally) *fault {
	if c.levels--; c.levels < 0 {
		return c.deep()
	}
	c.at++
	c.space()
	if c.peek() == '}' {
		c.at++
		c.levels++
		return nil
	}
	for {
		if c.peek() != '"' {
			return c.stray()
		}
		name, f := c.str()
		if f != nil {
			return f
		}
		if len(name) == 0 {
			return invalid("has a field without a name at byte %d", c.at-2)
		}
		if c.space(); c.peek() != ':' {
			return c.stray()
		}
		c.at++
		c.space()
		if index, f := c.value(name, of); f != nil {
			return f.in(short(name), index)
		}
		c.space()
		switch c.peek() {
		case ',':
			c.at++
			c.space()
		case '}':
			c.at++
			c.levels++
			return nil
		default:
			return c.stray()
		}
	}
}

// array checks a list and counts its elements.
func (c *checker) array(of tally) (index int, f *fault) {
	if c.levels--; c.levels < 0 {
		return -1, c.deep()
	}
	c.at++
	c.space()
	if c.peek() == ']' {
		c.at++
		c.levels++
		return -1, nil
	}
	for i := 0; ; i++ {
		if !c.add(of) {
			return i, c.over(of)
		}
		switch c.peek() {
		case '{':
			f = c.child(of, of == items)
		case '[':
			_, f = c.array(of)
		default:
			_, f = c.value(nil, uncounted)
		}
		if f != nil {
			return i, f
		}
		c.space()
		switch c.peek() {
		case ',':
			c.at++
			c.space()
		case ']':
			c.at++
			c.levels++
			return -1, nil
		default:
			return i, c.stray()
		}
	}
}

func (c *checker) deep() *fault {
	return invalid("is nested deeper than a request can be, at byte %d", c.at)
}

// listed tells what the elements of a list are by its name. Those of lists that
// OTLP does not have count as the most expensive ones; a name that is written
// with escapes is among them.
func listed(name []byte) tally {
	switch string(name) {
	case "resourceSpans", "resourceLogs", "resource_spans", "resource_logs":
		return resources
	case "scopeSpans", "scopeLogs", "scope_spans", "scope_logs":
		return scopes
	case "attributes", "values":
		return attributes
	case "events":
		return events
	case "links":
		return links
	default:
		return items
	}
}

// checkID checks the ids of spans, links and log records, since the parser
// would not say which one is wrong.
func checkID(name, s []byte, of tally) *fault {
	if of != items && of != links {
		return nil
	}
	want := 16
	switch string(name) {
	case "traceId", "trace_id":
		want = 32
	case "spanId", "span_id", "parentSpanId", "parent_span_id":
	default:
		return nil
	}
	if len(s) != want && len(s) != 0 {
		return invalid("has %d characters; want %d hex digits", len(s), want)
	}
	for i := range s {
		if hexDigit(s[i]) < 0 {
			return invalid("is not hexadecimal at its character %d", i)
		}
	}
	return nil
}

// short keeps a long name from filling an error.
func short(name []byte) string {
	const most = 40
	if len(name) > most {
		name = name[:most]
	}
	return string(name)
}
