package embedded

import "strings"

// statement is what this front has to know of a text before the engine gets it:
// how to run it, and which format it asks for. It is found without parsing; what
// it may do is judged by the engine's parser.
type statement struct {
	text   string
	reads  bool   // it starts as a SELECT, so its result can be streamed
	format string // what its FORMAT clause names; empty if it has none

	// An INSERT of data: the statement without FORMAT and data, and where the data
	// starts in text. Its format is the data's.
	inserts bool
	head    string
	data    int

	files bool // INTO OUTFILE, FROM INFILE: the client's files, which are not here
}

// parse reads a statement's outline.
func parse(sql string) statement {
	s := statement{text: sql}
	l := &lexer{sql: sql}
	first, ok := l.next()
	for ok && first.kind == tokenSign && sql[first.begin] == '(' {
		first, ok = l.next()
	}
	switch {
	case !ok:
	case first.is(sql, "INSERT"):
		s.outlineInsert(l)
	default:
		s.reads = first.is(sql, "SELECT") || first.is(sql, "WITH")
		s.outlineQuery(l)
	}
	return s
}

// outlineQuery finds the last FORMAT clause, which only ; or SETTINGS may follow.
func (s *statement) outlineQuery(l *lexer) {
	sql := s.text
	var before, last token
	found, settled := "", false
	for t, ok := l.next(); ok; t, ok = l.next() {
		switch {
		case last.is(sql, "INTO") && t.is(sql, "OUTFILE"):
			s.files = true
		case last.is(sql, "FORMAT") && last.depth == 0 && t.kind == tokenWord && !isDot(sql, before):
			found, settled = sql[t.begin:t.end], false
		case t.is(sql, "SETTINGS"), isSign(sql, t, ';'):
			settled = true
		case found != "" && !settled:
			found = ""
		}
		before, last = last, t
	}
	s.format = found
}

// outlineInsert finds FORMAT or VALUES, after which the data starts. An INSERT …
// SELECT has no data.
func (s *statement) outlineInsert(l *lexer) {
	sql := s.text
	var last token
	for t, ok := l.next(); ok; t, ok = l.next() {
		switch {
		case t.depth != 0:
		case last.is(sql, "FROM") && t.is(sql, "INFILE"):
			s.files = true
			return
		case t.is(sql, "SELECT"), t.is(sql, "WITH"):
			return
		case t.is(sql, "VALUES"):
			s.inserts, s.head, s.format, s.data = true, sql[:t.begin], "Values", t.end
			return
		case last.is(sql, "FORMAT") && t.kind == tokenWord:
			s.inserts, s.head, s.format, s.data = true, sql[:last.begin], sql[t.begin:t.end], t.end
			return
		}
		last = t
	}
}

func isSign(sql string, t token, sign byte) bool {
	return t.kind == tokenSign && t.end > t.begin && sql[t.begin] == sign
}

func isDot(sql string, t token) bool { return isSign(sql, t, '.') }

// inline tells whether the data of an INSERT may go through the engine's parser
// with its statement. VALUES has to: its rows are expressions with placeholders.
func (s *statement) inline() bool {
	return !s.inserts || strings.EqualFold(s.format, "Values")
}

// mentions tells whether a word stands anywhere in a text, even in a comment or
// in quotes: a guard that has no lexer to be fooled.
func mentions(sql, word string) bool {
	lower := strings.ToLower(sql)
	for at := 0; ; {
		i := strings.Index(lower[at:], word)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(word)
		if (begin == 0 || !isWord(lower[begin-1])) && (end == len(lower) || !isWord(lower[end])) {
			return true
		}
		at = end
	}
}

// readsFiles tells whether a statement calls the scalar function file(), which is
// the one way to the machine's files that no grant closes. A call whose name is
// written with escapes counts too: nobody needs that for anything else.
func (s *statement) readsFiles() bool {
	text := s.text
	if !s.inline() {
		text = s.head
	}
	if !mentions(text, "file") && !strings.Contains(text, "\\") {
		return false
	}
	l := &lexer{sql: text}
	var before, last token
	for t, ok := l.next(); ok; t, ok = l.next() {
		called := isSign(text, t, '(') && namesFile(text, last)
		applied := namesFile(text, t) && (last.is(text, "APPLY") || before.is(text, "APPLY") && isSign(text, last, '('))
		if called || applied {
			return true
		}
		before, last = last, t
	}
	return false
}

func namesFile(sql string, t token) bool {
	word := sql[t.begin:t.end]
	switch t.kind {
	case tokenWord:
		return strings.EqualFold(word, "file")
	case tokenName:
		return strings.Contains(word, `\`) || strings.EqualFold(strings.Trim(word, "`\""), "file")
	}
	return false
}

// goesOn tells whether something stands behind a semicolon in the data of an
// INSERT … VALUES, which the engine would run as a further statement although its
// parser counts one. The data is read twice, with comments and $texts$ hiding a
// semicolon and without: which of the two the engine takes depends on the row.
func (s *statement) goesOn() bool {
	if !s.inserts || !s.inline() {
		return false
	}
	data := s.text[s.data:]
	l := &lexer{sql: data}
	ended := false
	for t, ok := l.next(); ok; t, ok = l.next() {
		if ended && !isSign(data, t, ';') {
			return true
		}
		ended = ended || isSign(data, t, ';')
	}
	for at := 0; at < len(data); at++ {
		switch c := data[at]; {
		case c == '\'' || c == '"' || c == '`':
			at = quoted(data, at) - 1
		case c == ';':
			l := &lexer{sql: data, at: at}
			for t, ok := l.next(); ok; t, ok = l.next() {
				if !isSign(data, t, ';') {
					return true
				}
			}
			return false
		}
	}
	return false
}
