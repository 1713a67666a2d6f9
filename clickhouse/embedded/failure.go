package embedded

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"throughline/lineage"
)

// failed sends an error, as a status if nothing has been sent yet, and inside the
// body otherwise. What the machine lacked the memory for leaves the allocator's
// caches behind, so they are given back.
func (s *Server) failed(c *call, err error) {
	e := asException(err)
	s.metrics.failures.WithLabelValues(strconv.Itoa(e.code)).Inc()
	if c.http.Context().Err() != nil {
		s.metrics.cancelled.Inc()
	}
	if e.code == codeMemoryLimit {
		defer s.purge()
	}
	if c.out.begun {
		c.out.breakOff(e)
		return
	}
	s.fail(c.writer, e)
}

// fail answers with a status and ClickHouse's text.
func (s *Server) fail(w http.ResponseWriter, e *exception) {
	header := w.Header()
	header.Del("Content-Encoding")
	header.Del("X-ClickHouse-Format")
	header.Set("Content-Type", "text/plain; charset=UTF-8")
	header.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.code))
	if e.status() == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Basic realm="ClickHouse server HTTP API"`)
	}
	w.WriteHeader(e.status())
	_, _ = w.Write([]byte(e.text + "\n"))
}

// purge gives memory that the engine no longer uses back to the system.
func (s *Server) purge() {
	if err := s.engine.aside("SYSTEM JEMALLOC PURGE"); err != nil {
		s.log.Warn("cannot give memory back", "error", err)
		return
	}
	s.metrics.purges.Inc()
}

// asException makes any error one of ClickHouse's, for its clients read no other.
func asException(err error) *exception {
	var e *exception
	if errors.As(err, &e) {
		return e
	}
	switch lineage.KindOf(err) {
	case lineage.Exhausted:
		return refusal(codeTooManyQueries, "TOO_MANY_SIMULTANEOUS_QUERIES", "%s", err)
	case lineage.TooLarge:
		return refusal(codeQueryTooLarge, "QUERY_IS_TOO_LARGE", "%s", err)
	case lineage.Invalid:
		return refusal(codeCannotReadAllData, "CANNOT_READ_ALL_DATA", "%s", err)
	case lineage.Unsupported:
		return refusal(codeNotImplemented, "NOT_IMPLEMENTED", "%s", err)
	}
	return refusal(codeUnknownException, "UNKNOWN_EXCEPTION", "%s", err)
}

// headerText keeps a text from a client on one line of a header.
func headerText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}
