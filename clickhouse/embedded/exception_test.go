package embedded

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

func TestExceptionsAreTyped(t *testing.T) {
	t.Parallel()
	for name, compression := range compressions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, compression)
			for query, code := range map[string]int32{
				"SELECT * FROM nope": 60, "SELECT nope": 47, "SELEC 1": 62, "SELECT 1; SELECT 2": 62, "SELECT throwIf(1)": 395, "SHOW CREATE TABLE nope": 390,
				"SELECT toUInt8('x')": 6, "SELECT file('x')": 497,
			} {
				_, err := conn.Query(t.Context(), query)
				var e *clickhouse.Exception
				if !errors.As(err, &e) || e.Code != code {
					t.Errorf("%s: %v, want code %d", query, err, code)
				}
			}
			if err := conn.Exec(t.Context(), "DROP TABLE nope"); !is(err, 60) {
				t.Errorf("exec: %v", err)
			}
		})
	}
}

func is(err error, code int32) bool {
	var e *clickhouse.Exception
	return errors.As(err, &e) && e.Code == code
}

// An error behind the first block arrives as what it is, not as a cut body.
func TestExceptionsInTheMiddleOfAResultAreTyped(t *testing.T) {
	t.Parallel()
	for name, compression := range compressions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := dial(t, compression).Query(t.Context(),
				"SELECT number, throwIf(number = 900000, 'in the middle') FROM numbers(1000000) SETTINGS max_block_size = 10000, max_threads = 1")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			n := 0
			for rows.Next() {
				n++
			}
			if n == 0 || !is(rows.Err(), 395) || !strings.Contains(rows.Err().Error(), "in the middle") {
				t.Errorf("after %d rows: %v", n, rows.Err())
			}
		})
	}
}

func TestTheFrameOfALateException(t *testing.T) {
	t.Parallel()
	got := plainCall{
		method: http.MethodPost, args: url.Values{"default_format": {"Native"}, "max_block_size": {"1000"}},
		body: "SELECT throwIf(number = 90000, 'late') FROM numbers(100000) SETTINGS max_threads = 1",
	}.do(t)
	tag := got.header.Get("X-ClickHouse-Exception-Tag")
	_, frame, found := strings.Cut(got.body, "\r\n__exception__\r\n"+tag+"\r\n")
	text, trailer, ended := strings.Cut(frame, "\n")
	if got.status != 200 || !found || !ended || !strings.HasPrefix(text, "Code: 395. DB::Exception: late") || !strings.HasSuffix(trailer, " "+tag+"\r\n__exception__\r\n") {
		t.Errorf("status %d, tag %q, frame %q", got.status, tag, frame)
	}
}

func TestExceptionText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text   string
		code   int
		status int
	}{
		"with a code":         {"Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE)", 60, 404},
		"with a prefix":       {"Error: Code: 241. DB::Exception: Memory", 241, 500},
		"without a code":      {"Another streaming query is active", codeUnknownException, 500},
		"a code out of range": {"Code: 99999999999999999999. DB::Exception: x", codeUnknownException, 500},
		"nothing":             {"", codeUnknownException, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := parseException(test.text)
			if e.code != test.code || e.status() != test.status || !strings.HasPrefix(e.Error(), "Code: ") {
				t.Errorf("%d, status %d, %q", e.code, e.status(), e.text)
			}
		})
	}
	long := refusal(1, "X", "%s", strings.Repeat("x", 100<<10)).frame("tag")
	if len(long) > 17<<10 {
		t.Errorf("a frame of %d bytes is longer than clients read", len(long))
	}
	if e := asException(io.ErrUnexpectedEOF); e.code != codeUnknownException {
		t.Errorf("a stranger's error has code %d", e.code)
	}
}
