package web

import (
	"fmt"
	"net/http"
)

// healthy says that the process answers.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "healthy")
}

// ready says whether the house can do its work: 200, or 503 with every reason on
// a line of its own. A missing asset stops no work, so it is a note.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	reasons := s.deps.Ready()
	if len(reasons) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "not ready")
	} else {
		fmt.Fprintln(w, "ready")
	}
	for _, reason := range reasons {
		fmt.Fprintln(w, reason)
	}
	for _, missing := range s.assets.missing {
		fmt.Fprintf(w, "note: pages are not live, since the asset %s is missing; %s\n", missing, assetsFix)
	}
}
