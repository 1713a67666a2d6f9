package embedded

import "strings"

// token is a word, a number, a quoted text or a single sign of a statement, with
// its place in the text. Comments and blanks are no tokens.
type token struct {
	kind       tokenKind
	begin, end int
	depth      int // of parentheses, before this token
}

type tokenKind uint8

const (
	tokenWord   tokenKind = iota // a bare identifier or keyword
	tokenNumber                  // also what is glued to it: 1.e5, 0x1F
	tokenQuoted                  // '…'
	tokenName                    // "…" or `…`: an identifier that cannot be a keyword
	tokenSign                    // one other character
)

// lexer cuts a statement as ClickHouse's own does, as far as it takes to find
// clauses. What cannot be told (an open quote) ends the last token at the end of
// the text: the engine's own parser judges the statement before it runs.
type lexer struct {
	sql       string
	at, depth int
}

// next returns the next token, or false at the end of the text.
func (l *lexer) next() (token, bool) {
	for l.at < len(l.sql) {
		if end, skip := blank(l.sql, l.at); skip {
			l.at = end
			continue
		}
		kind, end := scan(l.sql, l.at)
		t := token{kind: kind, begin: l.at, end: end, depth: l.depth}
		if kind == tokenSign {
			switch l.sql[l.at] {
			case '(', '[', '{':
				l.depth++
			case ')', ']', '}':
				l.depth--
			}
		}
		l.at = end
		return t, true
	}
	return token{}, false
}

// is tells whether a token is a bare word, in any case of letters.
func (t token) is(sql, word string) bool {
	return t.kind == tokenWord && strings.EqualFold(sql[t.begin:t.end], word)
}

// blank returns the end of the blank or comment that starts at a place, if one does.
func blank(sql string, at int) (int, bool) {
	rest := sql[at:]
	switch {
	case strings.IndexByte(" \t\n\r\v\f\x00", sql[at]) >= 0:
		return at + 1, true
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "#!"), strings.HasPrefix(rest, "# "):
		if line := strings.IndexByte(rest, '\n'); line >= 0 {
			return at + line + 1, true
		}
		return len(sql), true
	case strings.HasPrefix(rest, "/*"):
		return comment(sql, at), true
	}
	return at, false
}

// comment returns the end of a comment in slashes and stars, which may nest.
func comment(sql string, at int) int {
	depth := 0
	for at < len(sql) {
		switch {
		case strings.HasPrefix(sql[at:], "/*"):
			depth++
			at += 2
		case strings.HasPrefix(sql[at:], "*/"):
			depth--
			at += 2
			if depth == 0 {
				return at
			}
		default:
			at++
		}
	}
	return len(sql)
}

func scan(sql string, at int) (tokenKind, int) {
	switch c := sql[at]; {
	case c == '\'':
		return tokenQuoted, quoted(sql, at)
	case c == '"' || c == '`':
		return tokenName, quoted(sql, at)
	case c == '$':
		if end, ok := dollar(sql, at); ok {
			return tokenQuoted, end
		}
		return tokenSign, at + 1
	case isDigit(c):
		end := at
		for end < len(sql) && (isWord(sql[end]) || sql[end] == '.') {
			end++
		}
		return tokenNumber, end
	case isWord(c):
		end := at
		for end < len(sql) && isWord(sql[end]) {
			end++
		}
		return tokenWord, end
	}
	return tokenSign, at + 1
}

// quoted returns the end of a text in quotes; a backslash escapes, and so does
// the quote itself when it is doubled.
func quoted(sql string, at int) int {
	quote := sql[at]
	for at++; at < len(sql); at++ {
		switch {
		case sql[at] == '\\':
			at++
		case sql[at] == quote && at+1 < len(sql) && sql[at+1] == quote:
			at++
		case sql[at] == quote:
			return at + 1
		}
	}
	return len(sql)
}

// dollar returns the end of a here-document, $tag$ … $tag$.
func dollar(sql string, at int) (int, bool) {
	end := at + 1
	for end < len(sql) && isWord(sql[end]) {
		end++
	}
	if end >= len(sql) || sql[end] != '$' {
		return 0, false
	}
	tag := sql[at : end+1]
	if body := strings.Index(sql[end+1:], tag); body >= 0 {
		return end + 1 + body + len(tag), true
	}
	return 0, false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
