package embedded

import (
	"errors"
	"io"
	"strings"
	"time"
	"unsafe"
)

// insert streams the data behind an INSERT into the engine as it arrives. It is
// committed when the body has ended as it should, and dropped if it is cut. The
// engine cuts what is longer than 1,048,449 rows or 256 MiB into several blocks,
// each committed by itself.
func (c *call) insert(session *connection, s statement, body *body) error {
	c.server.metrics.statements.WithLabelValues("insert").Inc()
	into, err := session.insert(s.head, s.format, c.request.params)
	if err != nil {
		c.drain(body)
		return err
	}
	defer into.close()
	if err := into.append([]byte(behind(s.text[s.data:]))); err != nil {
		c.drain(body)
		return err
	}
	if err := c.pump(into, body); err != nil {
		return err
	}
	p, err := into.commit()
	if err != nil {
		return err
	}
	c.describe(s.format, p)
	return c.out.end()
}

// pump moves the body into the engine. It reads in a loop and takes nothing but a
// clean end for the end: io.ReadFull and io.Copy would do otherwise.
func (c *call) pump(into *inserting, body *body) error {
	patience := c.out.patience
	defer func() { _ = patience.SetReadDeadline(time.Time{}) }()
	chunk := make([]byte, 256<<10)
	for {
		_ = patience.SetReadDeadline(time.Now().Add(stall))
		n, err := body.Read(chunk)
		if n > 0 {
			if err := into.append(chunk[:n]); err != nil {
				c.drain(body)
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return cutBody(err)
		}
	}
}

// drain reads what the client still sends, so that it gets to read the answer.
func (c *call) drain(body *body) {
	const most = 256 * mib
	_ = c.out.patience.SetReadDeadline(time.Now().Add(stall / 8))
	_, _ = io.CopyN(io.Discard, body, most)
}

// inserting is an INSERT under way in a session.
type inserting struct {
	lib    *library
	handle unsafe.Pointer
}

// insert begins an INSERT; sql has neither FORMAT nor data.
func (c *connection) insert(sql, format string, params params) (*inserting, error) {
	text, length := cText(sql)
	name, nameLen := cText(format)
	i := &inserting{lib: c.lib}
	if len(params) == 0 {
		i.handle = c.lib.insert(c.conn, text, length, name, nameLen)
	} else {
		p := params.pin()
		defer p.unpin()
		i.handle = c.lib.insertWithParams(c.conn, text, length, name, nameLen, p.names, p.nameLens, p.values, p.valueLens, p.count)
	}
	if text := c.lib.insertError(i.handle); text != "" {
		i.close()
		return nil, parseException(text)
	}
	return i, nil
}

// append hands on data, which is copied; it waits while the engine is behind.
func (i *inserting) append(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if i.lib.insertAppend(i.handle, unsafe.Pointer(&data[0]), uintptr(len(data))) == 0 {
		return nil
	}
	if text := i.lib.insertError(i.handle); text != "" {
		return parseException(text)
	}
	// The engine has finished with the statement and tells why when it is asked
	// for the result.
	if _, err := i.commit(); err != nil {
		return err
	}
	return errors.New("the engine takes no more data for this insert")
}

// commit ends the data and stores it.
func (i *inserting) commit() (progress, error) {
	r, err := i.lib.result(i.lib.insertDone(i.handle))
	if err != nil {
		return progress{}, err
	}
	defer r.release()
	return r.progress(), nil
}

// close frees the statement; without commit before, what was appended is dropped.
func (i *inserting) close() {
	i.lib.insertCancel(i.handle)
	i.lib.insertDestroy(i.handle)
}

// behind returns the data behind a statement: after blanks and one line end. What
// comes then, even a tab, is data.
func behind(text string) string {
	text = strings.TrimLeft(text, " \t\f")
	text = strings.TrimPrefix(text, "\r")
	return strings.TrimPrefix(text, "\n")
}
