package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"throughline/lineage"
)

// answerer answers one address of the API with a value that is written as JSON.
type answerer func(*http.Request, ask) (any, error)

func (s *Server) answerJSON(answer answerer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), loadTimeout)
		defer cancel()
		a, err := s.newAsk(r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		v, err := answer(r.WithContext(ctx), a)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, "application/json", v)
	})
}

// moment is a time in JSON: RFC 3339 in UTC, and null when it was not told.
type moment time.Time

// MarshalJSON writes the moment.
func (m moment) MarshalJSON() ([]byte, error) {
	t := time.Time(m)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339Nano))
}

// slicePage cuts one page out of a list that is at hand as a whole. Its cursor is
// the number of entries before it.
func slicePage[T any](list []T, limit int, cursor string) (page []T, next string, err error) {
	from := 0
	if cursor != "" {
		from, err = strconv.Atoi(cursor)
		if err != nil || from < 0 {
			return nil, "", lineage.Errorf(lineage.Invalid, "read request", "cursor %q is none that was handed out", cursor)
		}
	}
	from = min(from, len(list))
	to := min(from+limit, len(list))
	if to < len(list) {
		next = strconv.Itoa(to)
	}
	return list[from:to], next, nil
}
