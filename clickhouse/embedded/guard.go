package embedded

import "strings"

// judge asks the engine's parser what a statement would do and refuses what this
// port does not run: anything but one statement, the client's files, and, for a
// reader, whatever could change data or lift the limits that it runs under.
func (c *connection) judge(s statement, reader, readonly bool) (class, error) {
	text := s.text
	if s.inserts {
		// The data is not the parser's business: its bytes can look like anything.
		text = s.head + " FORMAT " + s.format
	}
	found, err := c.classify(text)
	if err != nil {
		return classUnknown, err
	}
	switch {
	case found.statements == 0:
		return classUnknown, c.complain(text)
	case found.statements > 1:
		return found.class, refusal(codeSyntaxError, "SYNTAX_ERROR", "Multi-statements are not allowed: there are %d", found.statements)
	case s.goesOn():
		return found.class, refusal(codeSyntaxError, "SYNTAX_ERROR", "Multi-statements are not allowed: something stands behind the ; of VALUES")
	case found.class >= classUnknown:
		return found.class, refusal(codeNotImplemented, "NOT_IMPLEMENTED", "the engine cannot tell what this statement does, so it does not run")
	case s.files:
		return found.class, refusal(codeNotImplemented, "NOT_IMPLEMENTED", "INTO OUTFILE and FROM INFILE are a client's business and are not allowed here")
	case s.readsFiles():
		return found.class, refusal(codeAccessDenied, "ACCESS_DENIED", "the function file() is not allowed here")
	case reader && found.class != classRead:
		return found.class, refusal(codeReadonly, "READONLY", "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly, you should use method POST for modifying queries")
	case readonly && mentions(text, "settings"):
		// SETTINGS readonly = DEFAULT would lift it again, however it is spelt.
		return found.class, refusal(codeReadonly, "READONLY", "a statement in readonly mode cannot have a SETTINGS clause (nor the word anywhere)")
	}
	return found.class, nil
}

// complain returns the error that a text makes when it is parsed, without
// running any of it.
func (c *connection) complain(text string) error {
	if strings.TrimSpace(text) == "" {
		return refusal(codeSyntaxError, "SYNTAX_ERROR", "Empty query")
	}
	r, err := c.query("SELECT formatQuery("+quoteText(text)+")", "Null", nil)
	if err == nil {
		r.release()
		return refusal(codeSyntaxError, "SYNTAX_ERROR", "Empty query")
	}
	if e, ok := err.(*exception); ok && e.code == codeSyntaxError {
		before, _, _ := strings.Cut(e.text, ": In scope SELECT formatQuery(")
		return &exception{code: e.code, text: strings.TrimSuffix(before, ". (SYNTAX_ERROR)") + ". (SYNTAX_ERROR)"}
	}
	return err
}
