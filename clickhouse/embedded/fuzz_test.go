package embedded

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ClickHouse/ch-go/compress"
	"pgregory.net/rapid"
)

// The outline of a statement is of its own text, whatever the text is, and the
// lexer's tokens follow one another without a gap going backwards.
func FuzzStatement(f *testing.F) {
	for _, seed := range []string{
		"SELECT 1 FORMAT CSV", "INSERT INTO t (a) FORMAT Native", "insert into t values (1)", "((SELECT 1)) FORMAT JSON SETTINGS a = 1;",
		"SELECT 'a\\'' -- x\n", "/* /* */ */ SELECT `a``b`", "$a$ FORMAT $a$", "SELECT 1 INTO OUTFILE 'x'", "SELECT file('x')", "'", "\"\\", "$", "/*",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		end := 0
		l := &lexer{sql: sql}
		for tok, ok := l.next(); ok; tok, ok = l.next() {
			if tok.begin < end || tok.end <= tok.begin || tok.end > len(sql) {
				t.Fatalf("token %+v behind %d of %d bytes", tok, end, len(sql))
			}
			end = tok.end
		}
		s := parse(sql)
		if s.inserts && (!strings.HasPrefix(sql, s.head) || s.data < len(s.head) || s.data > len(sql)) {
			t.Fatalf("an insert's parts are not its own: %+v", s)
		}
		if s.inserts && s.reads || s.format != "" && !isFormat(s.format) {
			t.Fatalf("%+v", s)
		}
		_, _ = s.readsFiles(), mentions(sql, "settings")
	})
}

// A URL's arguments give a request or a refusal; and what is put into SQL is
// quoted so that the lexer sees one token.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"query=SELECT+1&max_threads=3&param_x=1&database=a%60b", "readonly=1&readonly=0", "default_format=CSV%3B", "a%3D1=2", "%zz", "compress=1&network_compression_method=ZSTD", "query_id=%00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r := &http.Request{URL: &url.URL{RawQuery: raw}, Header: http.Header{}}
		q, refused := readRequest(r)
		if refused != nil {
			return
		}
		for _, statement := range q.prelude("mark") {
			for _, word := range []string{"USE ", "SET "} {
				if rest, ok := strings.CutPrefix(statement, word); ok {
					checkQuoted(t, rest, word == "USE ")
				}
			}
		}
	})
}

// checkQuoted checks that a statement's rest is names and texts only, each one token.
func checkQuoted(t *testing.T, rest string, name bool) {
	t.Helper()
	l := &lexer{sql: rest}
	for tok, ok := l.next(); ok; tok, ok = l.next() {
		text := rest[tok.begin:tok.end]
		switch {
		case name && tok.kind == tokenName && tok.end == len(rest):
		case !name && (tok.kind == tokenWord || tok.kind == tokenQuoted && len(text) > 1 && text[len(text)-1] == '\''):
		case !name && tok.kind == tokenSign && (text == "=" || text == ","):
		default:
			t.Fatalf("%q has the token %q", rest, text)
		}
	}
}

// Frames read as what was framed, however they are cut up; and a stream that ends
// inside of one never ends cleanly.
func TestFrames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var stream, want []byte
		ends := map[int]bool{0: true}
		methods := []compress.Method{compress.None, compress.LZ4, compress.ZSTD}
		for range rapid.IntRange(0, 3).Draw(t, "frames") {
			data := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "data")
			w := compress.NewWriter(compress.LevelZero, rapid.SampledFrom(methods).Draw(t, "method"))
			if err := w.Compress(data); err != nil {
				t.Fatal(err)
			}
			stream, want = append(stream, w.Data...), append(want, data...)
			ends[len(stream)] = true
		}
		cut := rapid.IntRange(0, len(stream)).Draw(t, "cut")
		var from io.Reader = bytes.NewReader(stream[:cut])
		if rapid.Bool().Draw(t, "one byte at a time") {
			from = iotest.OneByteReader(from)
		}
		got, err := io.ReadAll(&unframed{frames: compress.NewReader(&frames{from: from})})
		if ends[cut] != (err == nil) || !bytes.HasPrefix(want, got) || cut == len(stream) && !bytes.Equal(got, want) {
			t.Fatalf("cut at %d of %d: %d of %d bytes, %v", cut, len(stream), len(got), len(want), err)
		}
	})
}

// The engine reads back exactly what was quoted for it.
func TestQuotedTextIsOneText(t *testing.T) {
	t.Parallel()
	session, err := shared.engine.session()
	if err != nil {
		t.Fatal(err)
	}
	defer session.close()
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		r, err := session.query("SELECT "+quoteText(text)+" AS "+quoteName("a"+text), "RawBLOB", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.release()
		if string(r.data) != text {
			t.Fatalf("%q came back as %q", text, r.data)
		}
	})
}
