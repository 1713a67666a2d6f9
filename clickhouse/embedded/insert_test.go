package embedded

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/clickhouse-go/v2"
)

func TestInserts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query, body string
		header      map[string]string
		rows        uint64
	}{
		"CSV behind the URL's statement":      {"INSERT INTO %s FORMAT CSV", "1,a\n2,b\n", nil, 2},
		"CSV behind the body's statement":     {"", "INSERT INTO %s FORMAT CSV\n1,a\n2,b\n3,c", nil, 3},
		"JSON on the statement's line":        {"", `INSERT INTO %s FORMAT JSONEachRow {"a":1,"b":"x"}{"a":2,"b":"; DROP TABLE y"}`, nil, 2},
		"a first column that is blank":        {"", "INSERT INTO %s (b, a) FORMAT TSV\n\t1\n\t2\n", nil, 2},
		"values":                              {"", "INSERT INTO %s VALUES (1, 'a'), (1 + 1, concat('b', 'c'));", nil, 2},
		"values, the statement in the URL":    {"INSERT INTO %s VALUES", "(1, 'a')", nil, 1},
		"values, halfway in the URL":          {"INSERT INTO %s", "VALUES (1, 'a')", nil, 1},
		"from a query":                        {"", "INSERT INTO %s SELECT number, 'x' FROM numbers(10)", nil, 10},
		"with settings of its own":            {"INSERT INTO %s SETTINGS max_insert_threads = 1 FORMAT CSV", "1,a\n", nil, 1},
		"a column called format":              {"INSERT INTO %s (`format`, a) FORMAT CSV", "", nil, 0},
		"no data":                             {"INSERT INTO %s FORMAT CSV", "", nil, 0},
		"gzip":                                {"INSERT INTO %s FORMAT CSV", zipped("1,a\n2,b\n"), map[string]string{"Content-Encoding": "gzip"}, 2},
		"longer than the statement may be":    {"", "INSERT INTO %s FORMAT CSV\n" + strings.Repeat("1,abcdefghijklmnopqrstuvwxyz\n", 700_000), nil, 700_000},
		"data that looks like two statements": {"INSERT INTO %s FORMAT CSV", "1,\"a\n\n; DROP TABLE x\"\n", nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			into := table(t, "a UInt32, b String", "MergeTree ORDER BY a")
			fill := func(text string) string { return strings.Replace(text, "%s", into, 1) }
			args := url.Values{}
			if test.query != "" {
				args.Set("query", fill(test.query))
			}
			got := plainCall{method: http.MethodPost, args: args, body: fill(test.body), header: test.header}.do(t)
			if strings.Contains(test.query, "`format`") {
				if got.status != 404 {
					t.Errorf("status %d, want 404: %.300s", got.status, got.body)
				}
				return
			}
			if got.status != 200 || got.body != "" {
				t.Fatalf("status %d: %.300s", got.status, got.body)
			}
			if n := count(t, into); n != test.rows {
				t.Errorf("%d rows, want %d", n, test.rows)
			}
		})
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return b.String()
}

func framed(text string) string {
	w := compress.NewWriter(compress.LevelZero, compress.LZ4)
	if err := w.Compress([]byte(text)); err != nil {
		panic(err)
	}
	return string(w.Data)
}

// A body that does not end as it should stores nothing, wherever it is cut.
func TestCutInsertsStoreNothing(t *testing.T) {
	t.Parallel()
	lines := strings.Repeat("1,abc\n", 20_000)
	for name, test := range map[string]struct {
		args   string
		header string
		body   string // what is sent
		length int    // what is announced; 0: chunks, without the last
		whole  bool   // the body ends properly, what is in it does not
	}{
		"a body shorter than announced": {body: lines, length: len(lines) + 1},
		"chunks without an end":         {body: lines},
		"gzip that is cut":              {header: "Content-Encoding: gzip\r\n", body: zipped(lines)[:200], whole: true},
		"gzip that lacks its checksum":  {header: "Content-Encoding: gzip\r\n", body: zipped(lines)[:len(zipped(lines))-3], whole: true},
		"a frame that is cut":           {args: "&decompress=1", body: framed(lines)[:100], whole: true},
		"a frame's header alone":        {args: "&decompress=1", body: framed(lines) + framed(lines)[:25], whole: true},
		"a frame that is damaged":       {args: "&decompress=1", body: framed(lines) + strings.Replace(framed(lines), "abc", "abd", 1), whole: true},
		"text instead of frames":        {args: "&decompress=1", body: lines, whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			into := table(t, "a UInt32, b String", "MergeTree ORDER BY a")
			conn, err := net.Dial("tcp", shared.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			head := "POST /?query=" + url.QueryEscape("INSERT INTO "+into+" FORMAT CSV") + test.args + " HTTP/1.1\r\nHost: x\r\nX-ClickHouse-Key: " + testToken + "\r\n" + test.header
			switch {
			case test.whole:
				fmt.Fprintf(conn, "%sContent-Length: %d\r\n\r\n%s", head, len(test.body), test.body)
			case test.length > 0:
				fmt.Fprintf(conn, "%sContent-Length: %d\r\n\r\n%s", head, test.length, test.body)
			default:
				fmt.Fprintf(conn, "%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", head, len(test.body), test.body)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != 400 || !strings.Contains(string(text), "Code: 33.") {
				t.Errorf("status %d, %v: %s", response.StatusCode, err, text)
			}
			if n := count(t, into); n != 0 {
				t.Errorf("%d rows of a cut body are stored", n)
			}
		})
	}
}

// What the engine refuses while it stores a block stores nothing of it, and the
// client learns why.
func TestRefusedInsertsStoreNothing(t *testing.T) {
	t.Parallel()
	conn := dial(t)
	for name, test := range map[string]struct {
		columns, engine string
		prepare         string
		row             func(i int) []any
		code            int32
	}{
		"a constraint":        {"a UInt32, CONSTRAINT c CHECK a < 900", "MergeTree ORDER BY a", "", func(i int) []any { return []any{uint32(i)} }, 469},
		"a view that throws":  {"a UInt32", "MergeTree ORDER BY a", "CREATE MATERIALIZED VIEW %[1]s_v ENGINE = MergeTree ORDER BY a AS SELECT throwIf(a = 900) + a AS a FROM %[1]s", func(i int) []any { return []any{uint32(i)} }, 395},
		"too many partitions": {"a UInt32", "MergeTree PARTITION BY a ORDER BY a", "", func(i int) []any { return []any{uint32(i)} }, 252},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			into := table(t, test.columns, test.engine)
			if test.prepare != "" {
				mustExec(t, conn, fmt.Sprintf(test.prepare, into))
			}
			batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+into)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 1000 {
				if err := batch.Append(test.row(i)...); err != nil {
					t.Fatal(err)
				}
			}
			var e *clickhouse.Exception
			if err := batch.Send(); !errors.As(err, &e) || e.Code != test.code {
				t.Errorf("error %v, want code %d", err, test.code)
			}
			// A view's failure leaves the source's block: no truth lives in views.
			if n := count(t, into); n != 0 && test.prepare == "" {
				t.Errorf("%d rows are stored", n)
			}
		})
	}
}

func TestLongInsertsAreStreamed(t *testing.T) {
	t.Parallel()
	into := table(t, "a UInt64, b String", "MergeTree ORDER BY a")
	for name, compression := range map[string]clickhouse.CompressionMethod{"plain": clickhouse.CompressionNone, "lz4": clickhouse.CompressionLZ4} {
		batch, err := dial(t, compressions()["uncompressed"], func(o *clickhouse.Options) { o.Compression.Method = compression }).PrepareBatch(t.Context(), "INSERT INTO "+into)
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range 300_000 {
			if err := batch.Append(uint64(i), "row"); err != nil {
				t.Fatal(name, err)
			}
		}
		if err := batch.Send(); err != nil {
			t.Fatal(name, err)
		}
	}
	if n := count(t, into); n != 600_000 {
		t.Errorf("%d rows, want 600,000", n)
	}
}
