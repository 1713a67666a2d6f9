package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"throughline/lineage"
)

// Exports yields what the executions of a flow are made of.
type Exports interface {
	// FlowEvents calls yield with every event of the flow's executions, whole and
	// each once, and with the facts that were brought in beside them. It ends with
	// yield's error.
	FlowEvents(ctx context.Context, tenant, flow string, yield func(*lineage.Event) error) error
}

// maxExports is how many exports run at once: each has the store sort a flow.
const maxExports = 2

// export answers a flow whole, line by line: JSON values, one a line, and at the end
// one that says {"end": {"lines": n}}, or {"error": "…"} when it was cut short.
type export struct {
	*Server
	running chan struct{} // holds one for each that runs
}

func (s *Server) newExport() *export {
	return &export{Server: s, running: make(chan struct{}, maxExports)}
}

// content writes the lines of a flow.
type content func(ctx context.Context, flow string, put func(any) error) error

func (x *export) stream(write content) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := x.newAsk(r); err != nil {
			x.refuse(w, r, err)
			return
		}
		flow := r.PathValue("flow")
		if err := x.knows(flow); err != nil {
			x.refuse(w, r, err)
			return
		}
		x.streamed(flow, func(r *http.Request, put func(any) error) error { return write(r.Context(), flow, put) }).ServeHTTP(w, r)
	})
}

// streamed answers a request line by line; what names it in the log.
func (x *export) streamed(what string, write func(r *http.Request, put func(any) error) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case x.running <- struct{}{}:
			defer func() { <-x.running }()
		default:
			x.refuse(w, r, lineage.Errorf(lineage.Exhausted, "export", "%d exports are running, which is the most that may; try again when one has ended", maxExports))
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(x.life, cancel)()
		out := newLines(w)
		err := write(r.WithContext(ctx), out.put)
		switch {
		case err == nil:
			out.end(map[string]any{"end": map[string]int{"lines": out.n}})
		case r.Context().Err() != nil: // the caller has gone
		case out.n == 0 && !out.broken:
			x.refuse(w, r, err)
		default:
			x.deps.Log.Error("an export was cut short", "error", err, "of", what, "lines", out.n)
			out.end(map[string]string{"error": "the export was cut short; the log has the reason"})
		}
	})
}

// knows tells whether there is such a flow.
func (x *export) knows(flow string) error {
	names := lineage.TransactionFlow
	if flow == lineage.TransactionFlow {
		return nil
	}
	for _, f := range x.deps.Catalogue().Flows() {
		if f.Name == flow {
			return nil
		}
		names += ", " + f.Name
	}
	return lineage.Errorf(lineage.NotFound, "export", "there is no flow %q; there are %s", flow, names)
}

// lines writes JSON values to a caller, for as long as it keeps taking them.
type lines struct {
	to     http.ResponseWriter
	out    *bufio.Writer
	json   *json.Encoder
	n      int
	broken bool
}

// A block of lines goes out when it has lineBlock bytes, and has lineTimeout to do so.
const (
	lineBlock   = 64 << 10
	lineTimeout = time.Minute
)

func newLines(w http.ResponseWriter) *lines {
	l := &lines{to: w}
	l.out = bufio.NewWriterSize(deadlined{w, http.NewResponseController(w)}, lineBlock)
	l.json = json.NewEncoder(l.out)
	l.json.SetEscapeHTML(false)
	return l
}

func (l *lines) put(v any) error {
	if l.n == 0 {
		l.to.Header().Set("Content-Type", "application/x-ndjson")
	}
	if err := l.json.Encode(v); err != nil {
		l.broken = true
		return err
	}
	l.n++
	return nil
}

// end writes the last line.
func (l *lines) end(v any) {
	l.to.Header().Set("Content-Type", "application/x-ndjson")
	if l.json.Encode(v) == nil {
		l.out.Flush() //nolint:errcheck // the caller is gone; there is nobody to tell
	}
}

// deadlined gives every write time of its own: a flow takes longer than a page.
type deadlined struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (d deadlined) Write(p []byte) (int, error) {
	if err := d.control.SetWriteDeadline(time.Now().Add(lineTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return d.ResponseWriter.Write(p)
}
