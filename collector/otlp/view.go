package otlp

import "unsafe"

// view returns b as a string that shares its memory. That is sound because no
// viewed byte is ever written again: every b is a part of a request, which its
// owner (the journal) never changes, or a finished text of an arena, which only
// ever appends behind it or moves on to a new buffer.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
