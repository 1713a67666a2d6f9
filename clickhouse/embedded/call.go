package embedded

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/lineage"
)

// stall is how long a client may neither send nor take a byte before it is
// taken for gone.
const stall = 2 * time.Minute

// call is one request on its way through the engine.
type call struct {
	server  *Server
	request *request
	writer  http.ResponseWriter
	http    *http.Request
	out     *output
}

// run reads the statement, judges it and runs it in the way that fits. An error
// is still to be sent.
func (c *call) run(ctx context.Context) error {
	_ = c.out.patience.SetReadDeadline(time.Now().Add(stall))
	body, err := openBody(c.http.Body, c.request)
	if err != nil {
		return err
	}
	defer body.close()
	text, err := c.readStatement(body)
	if err != nil {
		return err
	}
	s := parse(text)
	if isHello(text) && c.request.protocol != "" {
		return c.hello()
	}
	if s.inline() {
		// The statement needs its whole text before it can run.
		if text, err = readRest(text, body, c.server.config.MaxQuery); err != nil {
			return err
		}
		s = parse(text)
	}
	_ = c.out.patience.SetReadDeadline(time.Time{})
	lane := c.server.readers
	if strings.EqualFold(firstWord(text), "INSERT") {
		lane = c.server.writers
	}
	if err := lane.enter(ctx); err != nil {
		return err
	}
	defer lane.leave()
	session, err := c.server.engine.session()
	if err != nil {
		return err
	}
	defer session.close()
	return c.perform(ctx, session, s, body)
}

// perform prepares the session and runs the statement in it, killing it when the
// client goes.
func (c *call) perform(ctx context.Context, session *connection, s statement, body *body) error {
	format := or(s.format, c.request.format)
	streams := s.reads && format == "Native" && !c.request.whole
	if s.reads && !streams && !c.request.has("max_result_bytes") {
		c.request.settings = append(c.request.settings, setting{"max_result_bytes", strconv.FormatInt(c.server.config.MaxResult, 10)})
	}
	comment := uuid.NewString()
	for _, statement := range c.request.prelude(comment) {
		if err := session.exec(statement); err != nil {
			return err
		}
	}
	reader := c.http.Method != http.MethodPost || c.request.readonly != ""
	what, err := session.judge(s, reader, c.request.readonly != "")
	if err != nil {
		return err
	}
	watched := c.server.watch(ctx, comment)
	defer watched()
	switch {
	case !s.inline():
		return c.insert(session, s, body)
	case streams && what == classRead:
		return c.stream(ctx, session, s)
	}
	return c.materialise(session, s, format)
}

// readStatement reads the text of the statement: the URL's part and then the
// body's, as far as it takes to see whether the rest is an insert's data.
func (c *call) readStatement(body *body) (string, error) {
	const enough = 64 << 10
	text := c.request.query
	if text != "" && c.http.ContentLength == 0 {
		return text, nil
	}
	if text != "" {
		text += "\n"
		if s := parse(text); !s.inline() {
			return text, nil
		}
	}
	return readUpTo(text, body, enough)
}

// readUpTo adds the body's next bytes to a text until it has some length or the
// body ends. A body that is cut is an error, never a short text.
func readUpTo(text string, body io.Reader, length int) (string, error) {
	buffer := []byte(text)
	chunk := make([]byte, 16<<10)
	for len(buffer) < length {
		n, err := body.Read(chunk)
		buffer = append(buffer, chunk[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", cutBody(err)
		}
	}
	return string(buffer), nil
}

// readRest adds the rest of the body, up to the limit of a statement.
func readRest(text string, body io.Reader, limit int64) (string, error) {
	whole, err := readUpTo(text, body, int(limit)+1)
	if err != nil {
		return "", err
	}
	if int64(len(whole)) > limit {
		return "", lineage.Errorf(lineage.TooLarge, "embedded.readRest",
			"the statement is larger than %d bytes; send an insert's data behind FORMAT Native, CSV or JSONEachRow, which has no limit", limit)
	}
	return whole, nil
}

func cutBody(err error) error {
	return lineage.Errorf(lineage.Invalid, "embedded.body", "the request's body is cut or broken, nothing of it is stored: %w", err)
}

func firstWord(text string) string {
	l := &lexer{sql: text}
	if t, ok := l.next(); ok && t.kind == tokenWord {
		return text[t.begin:t.end]
	}
	return ""
}
