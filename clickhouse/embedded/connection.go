package embedded

import (
	"runtime"
	"unsafe"

	"throughline/lineage"
)

// connection is one session in the engine: its settings, its current database,
// and one statement at a time. It is not safe for concurrent use.
type connection struct {
	lib    *library
	handle unsafe.Pointer // chdb_connection *, what closing takes
	conn   unsafe.Pointer // chdb_connection, what everything else takes
}

// open makes a session. Arguments are those of clickhouse-local: the first
// session of a process boots the engine with them, later ones only take their
// settings.
func (lib *library) open(args []string) (*connection, error) {
	const op = "embedded.open"
	argv := make([]unsafe.Pointer, 0, len(args)+2)
	var pins runtime.Pinner
	defer pins.Unpin()
	for _, arg := range append([]string{"throughline"}, args...) {
		text := append([]byte(arg), 0)
		pins.Pin(&text[0])
		argv = append(argv, unsafe.Pointer(&text[0]))
	}
	argv = append(argv, nil)
	handle := lib.connect(int32(len(argv)-1), unsafe.Pointer(&argv[0]))
	runtime.KeepAlive(argv)
	if handle == nil {
		return nil, lineage.Errorf(lineage.Unavailable, op, "the engine refuses to open a session")
	}
	return &connection{lib: lib, handle: handle, conn: *(*unsafe.Pointer)(handle)}, nil
}

// close ends the session and whatever still runs in it. Closing twice is harmless.
func (c *connection) close() {
	if c.handle == nil {
		return
	}
	c.lib.closeConn(c.handle)
	c.handle, c.conn = nil, nil
}

// class says what a statement does, in libchdb's words.
type class uint32

const (
	classRead          class = 0 // SELECT, SHOW, DESCRIBE, EXPLAIN
	classWrite         class = 1 // INSERT, CREATE, ALTER, DROP …
	classWriteGlobally class = 2 // users, functions, named collections
	classControl       class = 3 // USE, SET, SYSTEM, KILL, INTO OUTFILE …
	classUnknown       class = 4 // it does not parse
)

// analysis mirrors chdb_query_analysis_v1; its layout is the ABI.
type analysis struct {
	size       uint32
	statements uint32
	flags      uint32
	class      class
}

// classify asks the engine's own parser what the text would do, without running it.
func (c *connection) classify(sql string) (analysis, error) {
	out := &analysis{size: uint32(unsafe.Sizeof(analysis{})), class: classUnknown}
	text, length := cText(sql)
	state := c.lib.classify(c.conn, text, length, nil, 0, unsafe.Pointer(out))
	if state != 0 {
		return analysis{}, lineage.Errorf(lineage.Internal, "embedded.classify", "the engine refuses to classify the statement")
	}
	return *out, nil
}

// query runs one statement and returns its whole result in the given format.
// The result has to be released.
func (c *connection) query(sql, format string, params params) (*result, error) {
	text, length := cText(sql)
	name, nameLen := cText(format)
	var handle unsafe.Pointer
	if len(params) == 0 {
		handle = c.lib.query(c.conn, text, length, name, nameLen)
	} else {
		p := params.pin()
		defer p.unpin()
		handle = c.lib.queryWithParams(c.conn, text, length, name, nameLen, p.names, p.nameLens, p.values, p.valueLens, p.count)
	}
	return c.lib.result(handle)
}

// exec runs one statement for its effect.
func (c *connection) exec(sql string) error {
	r, err := c.query(sql, "Null", nil)
	if err != nil {
		return err
	}
	r.release()
	return nil
}

// cText returns a pointer to the text's bytes and their count; nil for none. The
// engine takes lengths, so a NUL inside the text is data.
func cText(text string) (unsafe.Pointer, uintptr) {
	if text == "" {
		return nil, 0
	}
	return unsafe.Pointer(unsafe.StringData(text)), uintptr(len(text))
}
