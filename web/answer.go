package web

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"throughline/lineage"
	"throughline/web/view"
)

// statusOf maps a kind of failure to HTTP; it is the only place that does.
func statusOf(k lineage.Kind) int {
	switch k {
	case lineage.Invalid:
		return http.StatusBadRequest
	case lineage.Unauthenticated:
		return http.StatusUnauthorized
	case lineage.Forbidden:
		return http.StatusForbidden
	case lineage.NotFound:
		return http.StatusNotFound
	case lineage.Conflict:
		return http.StatusConflict
	case lineage.TooLarge:
		return http.StatusRequestEntityTooLarge
	case lineage.Unsupported:
		return http.StatusUnsupportedMediaType
	case lineage.Exhausted:
		return http.StatusTooManyRequests
	case lineage.Internal:
		return http.StatusInternalServerError
	default:
		return http.StatusServiceUnavailable
	}
}

// problem is RFC 9457's body of a failure.
type problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Request string `json:"request_id"`
}

// refuse answers a failure: as problem+json to scripts, as a page to people.
// What a caller did wrong is told as it is; what failed inside is logged under
// a request id, and the caller is told the id.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.refuseAs(w, r, statusOf(lineage.KindOf(err)), err, "")
}

// refuseAs answers a failure with a status code. back is where the reader was, or "".
func (s *Server) refuseAs(w http.ResponseWriter, r *http.Request, code int, err error, back string) {
	p := problem{Type: "about:blank", Title: http.StatusText(code), Status: code, Request: rand.Text()[:12]}
	var e *lineage.Error
	if code < 500 && errors.As(err, &e) {
		p.Detail = sentence(e.Err.Error())
	} else {
		p.Detail = "This cannot be answered just now. Try again in a moment; the log has the reason under the request id."
		s.deps.Log.Error("a request failed", "error", err, "request", p.Request, "route", r.Pattern)
	}
	if code == http.StatusServiceUnavailable || code == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	if forPeople(r) {
		body := view.Failure(code, p.Title, p.Detail, p.Request, back)
		s.draw(w, r, code, view.Page{Title: p.Title, Parts: []view.Part{{ID: "page", Body: body}}}, false)
		return
	}
	writeJSON(w, code, "application/problem+json", p)
}

func forPeople(r *http.Request) bool {
	for _, machine := range []string{"/api/", "/-/", "/live", "/static/", "/metrics"} {
		if strings.HasPrefix(r.URL.Path, machine) {
			return false
		}
	}
	return true
}

// nowhere answers what no route takes: an address that is not, or one that is asked
// with another method.
func (s *Server) nowhere(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != anywhere {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			s.refuse(w, r, lineage.Errorf(lineage.NotFound, "route", "there is nothing at %s %s", r.Method, r.URL.Path))
			return
		}
		methods := strings.Join(allowed, ", ")
		w.Header().Set("Allow", methods)
		s.refuseAs(w, r, http.StatusMethodNotAllowed,
			lineage.Errorf(lineage.Invalid, "route", "%s is not taken at %s; send %s", r.Method, r.URL.Path, methods), "")
	}
}

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string {
	if text == "" {
		return text
	}
	if text[0] >= 'a' && text[0] <= 'z' {
		text = string(text[0]-'a'+'A') + text[1:]
	}
	return strings.TrimRight(text, ".") + "."
}

func writeJSON(w http.ResponseWriter, code int, media string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the answer cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(code)
	w.Write(append(body, '\n')) //nolint:errcheck // the caller is gone; there is nobody to tell
}
