package web

import (
	"net/http"
	"net/url"
	"strings"

	"throughline/lineage"
)

// policy is what a page may load: our own files and nothing else, nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded sets the headers that keep a browser honest, refuses names that we are
// not known under, and refuses other sites' forms.
func (s *Server) guarded(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, lineage.Errorf(lineage.Forbidden, "check origin", "this request comes from another site"))
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "private, no-cache")
		if !s.reachedAs(r.Host) {
			s.refuse(w, r, lineage.Errorf(lineage.Forbidden, "check host",
				"this server is not known as %q; start it with that name as a host to reach it so", r.Host))
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// reachedAs tells whether host is a name of ours: a loopback name, or one that the
// operator gave. Others are answered only where the operator gave none and others
// than this machine may come, because there any name may be right. A stranger's
// name that is made to point here (DNS rebinding) reads nothing elsewhere.
func (s *Server) reachedAs(host string) bool {
	anyName := len(s.config.Hosts) == 0 && !s.config.loopback()
	return anyName || isLoopback(hostOnly(host)) || s.config.named(host)
}

// ourOrigin tells whether a WebSocket may be opened: by a page of ours, or by a
// program that is no browser, which sends no Origin and carries no cookie.
func (s *Server) ourOrigin(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return len(r.Header.Values("Cookie")) == 0
	}
	if len(origins) > 1 {
		return false
	}
	u, err := url.Parse(origins[0])
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return false
	}
	return strings.EqualFold(u.Host, r.Host) || s.config.named(u.Host)
}
