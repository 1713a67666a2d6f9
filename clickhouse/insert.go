package clickhouse

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

// named is a column with its name in the table.
type named struct {
	name string
	column
}

// rows gathers the rows of one table for one insert.
type rows interface {
	table() string
	columns() []named
	len() int
}

// reset empties rows and keeps their memory.
func reset(r rows) {
	for _, c := range r.columns() {
		c.reset()
	}
}

// capacity is about how many bytes of memory rows hold on to.
func capacity(r rows) (bytes int) {
	for _, c := range r.columns() {
		bytes += c.capacity()
	}
	return bytes
}

// size is about how many bytes rows take.
func size(r rows) (bytes int) {
	for _, c := range r.columns() {
		bytes += c.size()
	}
	return bytes
}

// statement is the INSERT for some columns, by name.
func statement(table string, columns []named) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ")"
}

// native is one Native block of n rows, to be read once.
func native(columns []named, n int) io.Reader {
	var (
		block net.Buffers
		heads []byte // every column's name, type and prefix, one after the other
		ends  []int
	)
	heads = binary.AppendUvarint(heads, uint64(len(columns)))
	heads = binary.AppendUvarint(heads, uint64(n))
	for _, c := range columns {
		for _, s := range []string{c.name, c.kind()} {
			heads = append(binary.AppendUvarint(heads, uint64(len(s))), s...)
		}
		heads = c.prefix(heads)
		ends = append(ends, len(heads))
	}
	from := 0
	for i, c := range columns {
		block = append(block, heads[from:ends[i]])
		block = c.segments(block)
		from = ends[i]
	}
	return &block
}

// insert sends rows as one insert, hence one part. Over HTTP the Native block
// goes out as it lies in memory; the native protocol takes it column by column
// through a driver batch.
func (s *Store) insert(ctx context.Context, conn driver.Conn, r rows) error {
	if r.len() == 0 {
		return nil
	}
	begun := time.Now()
	columns := r.columns()
	query := statement(r.table(), columns)
	var err error
	if s.http {
		err = conn.InsertFormat(ctx, "Native", query, native(columns, r.len()))
	} else {
		err = insertBatch(ctx, conn, query, columns)
	}
	s.metrics.inserted(r.table(), r.len(), time.Since(begun), err)
	return err
}

func insertBatch(ctx context.Context, conn driver.Conn, query string, columns []named) error {
	types := make([]driver.ColumnNameAndType, len(columns))
	for i, c := range columns {
		types[i] = driver.ColumnNameAndType{Name: c.name, Type: c.kind()}
	}
	batch, err := conn.PrepareBatch(driver.Context(ctx, driver.WithColumnNamesAndTypes(types)), query)
	if err != nil {
		return err
	}
	defer func() { _ = batch.Close() }()
	for i, c := range columns {
		if err := batch.Column(i).Append(c.values()); err != nil {
			return err
		}
	}
	return batch.Send()
}
