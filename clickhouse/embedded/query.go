package embedded

import (
	"context"
	"fmt"
	"unsafe"
)

// stream runs a SELECT in Native and sends each block as it comes, so that
// neither process holds the result.
func (c *call) stream(ctx context.Context, session *connection, s statement) error {
	c.server.metrics.statements.WithLabelValues("stream").Inc()
	rows, err := session.stream(s.text, "Native", c.request.params)
	if err != nil {
		return err
	}
	defer rows.close()
	for {
		block, err := rows.next()
		if err != nil {
			return err
		}
		if len(block.data) == 0 {
			block.release()
			break
		}
		if !c.out.begun {
			c.describe("Native", block.progress())
		}
		err = c.out.write(block.data)
		block.release()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if !c.out.begun {
		c.describe("Native", progress{})
	}
	return c.out.end()
}

// materialise runs any statement and sends its result when it is whole.
func (c *call) materialise(session *connection, s statement, format string) error {
	c.server.metrics.statements.WithLabelValues("whole").Inc()
	r, err := session.query(s.text, format, c.request.params)
	if err != nil {
		return err
	}
	defer r.release()
	c.describe(format, r.progress())
	if len(r.data) > 0 {
		if err := c.out.write(r.data); err != nil {
			return err
		}
	}
	return c.out.end()
}

// describe sets the headers that go before a result.
func (c *call) describe(format string, p progress) {
	header := c.writer.Header()
	header.Set("X-ClickHouse-Format", format)
	header.Set("Content-Type", contentType(format))
	header.Set("X-ClickHouse-Summary", p.summary())
}

// summary writes the counters as ClickHouse's clients expect them.
func (p progress) summary() string {
	return fmt.Sprintf(`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"%d","result_bytes":"%d","elapsed_ns":"%d"}`,
		p.readRows, p.readBytes, p.writtenRows, p.writtenBytes, p.resultRows, p.resultBytes, p.elapsed.Nanoseconds())
}

// contentType names a format in HTTP's terms, as ClickHouse does.
func contentType(format string) string {
	switch format {
	case "JSON", "JSONCompact", "JSONStrings", "JSONColumns", "JSONColumnsWithMetadata", "JSONObjectEachRow":
		return "application/json; charset=UTF-8"
	case "JSONEachRow", "JSONCompactEachRow", "JSONLines", "NDJSON":
		return "application/x-ndjson; charset=UTF-8"
	case "CSV", "CSVWithNames", "CSVWithNamesAndTypes":
		return "text/csv; charset=UTF-8"
	case "TabSeparated", "TSV", "TabSeparatedWithNames", "TSVWithNames", "TabSeparatedWithNamesAndTypes", "TSVWithNamesAndTypes":
		return "text/tab-separated-values; charset=UTF-8"
	case "Native", "RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "Parquet", "Arrow", "ArrowStream", "ORC", "Avro":
		return "application/octet-stream"
	}
	return "text/plain; charset=UTF-8"
}

// rows is a SELECT under way in a session.
type rows struct {
	session *connection
	handle  unsafe.Pointer
	over    bool
}

// stream begins a SELECT whose blocks next returns.
func (c *connection) stream(sql, format string, params params) (*rows, error) {
	text, length := cText(sql)
	name, nameLen := cText(format)
	var handle unsafe.Pointer
	if len(params) == 0 {
		handle = c.lib.streamQuery(c.conn, text, length, name, nameLen)
	} else {
		p := params.pin()
		defer p.unpin()
		handle = c.lib.streamQueryWithParams(c.conn, text, length, name, nameLen, p.names, p.nameLens, p.values, p.valueLens, p.count)
	}
	if text := c.lib.resultError(handle); text != "" {
		c.lib.destroyResult(handle)
		return nil, parseException(text)
	}
	return &rows{session: c, handle: handle}, nil
}

// next returns the next block, which has to be released; an empty one is the end.
func (r *rows) next() (*result, error) {
	block, err := r.session.lib.result(r.session.lib.streamFetch(r.session.conn, r.handle))
	r.over = r.over || err != nil || len(block.data) == 0
	return block, err
}

// close ends the SELECT, wherever it is.
func (r *rows) close() {
	if !r.over {
		r.session.lib.streamCancel(r.session.conn, r.handle)
	}
	r.session.lib.destroyResult(r.handle)
}

// isHello tells whether a text is clickhouse-go's first question.
func isHello(text string) bool {
	return text == "SELECT displayName(), version(), revision(), timezone()"
}
