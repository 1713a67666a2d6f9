package otlp

// arena is where text is built that does not stand in the request as it is
// stored. Texts lie one behind the other in large buffers; finished ones are
// never written to again. One text is written at a time.
type arena struct {
	rest []byte // of the buffer in use: no length, and the room left as capacity
}

// arenaSize is how much an arena takes at a time. A buffer is freed when no
// text in it is used any more.
const arenaSize = 256 << 10

// begin returns where to append a text of about n bytes. A longer one moves to
// memory of its own, as append does it.
func (a *arena) begin(n int) []byte {
	if cap(a.rest) < n+1 {
		a.rest = make([]byte, 0, max(arenaSize, n+1))
	}
	return a.rest
}

// end returns the text that was appended to what begin returned.
func (a *arena) end(text []byte) string {
	if len(text) > 0 && &text[0] == &a.rest[:1][0] {
		a.rest = text[len(text):]
	}
	return view(text)
}

// comma stands before every member or element but the first.
func comma(dst []byte) []byte {
	if last := dst[len(dst)-1]; last != '{' && last != '[' {
		dst = append(dst, ',')
	}
	return dst
}
