package web

import (
	"net/http"
	"slices"

	"throughline/lineage"
)

// heavyReads are the addresses whose every answer has the store read a window through.
func heavyReads() []string {
	return []string{
		"GET /variants", "GET /variants/executions", "GET /stitchability", "GET /drift",
		"GET /api/v1/variants", "GET /api/v1/variants/executions", "GET /api/v1/stitchability", "GET /api/v1/drift",
	}
}

// ourReads are the addresses that cost enough that only our own pages, links from
// anywhere, and programs may ask them.
func ourReads() []string {
	return append(heavyReads(), "GET /decide", "GET /api/v1/decisions/preview")
}

// maxHeavy is how many heavy reads run at once.
const maxHeavy = 4

// bounds keeps heavy reads within what the store can do beside its work.
type bounds struct {
	*Server
	running chan struct{} // holds one for each that runs
}

func (s *Server) newBounds() *bounds {
	return &bounds{Server: s, running: make(chan struct{}, maxHeavy)}
}

// around guards what answers a pattern, as far as it is heavy.
func (b *bounds) around(pattern string, next http.Handler) http.Handler {
	if slices.Contains(heavyReads(), pattern) {
		next = b.few(next)
	}
	if slices.Contains(ourReads(), pattern) {
		next = b.ours(next)
	}
	return next
}

// few lets maxHeavy requests pass at once, over all addresses.
func (b *bounds) few(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case b.running <- struct{}{}:
			defer func() { <-b.running }()
			next.ServeHTTP(w, r)
		default:
			b.refuse(w, r, lineage.Errorf(lineage.Exhausted, "bound reads",
				"%d questions of this kind are being answered, which is the most that may; try again when one has ended", maxHeavy))
		}
	})
}

// ours refuses what a page of another site asks for behind its reader's back: an image, a
// script or a frame. A link there may be followed.
func (b *bounds) ours(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site, mode, dest := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
		followed := mode == "navigate" && (dest == "" || dest == "document")
		if (site == "cross-site" || site == "same-site") && !followed {
			b.refuse(w, r, lineage.Errorf(lineage.Forbidden, "check origin", "this request comes from another site"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
