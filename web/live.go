package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/websocket"

	"throughline/lineage"
)

// liveURL is the address of the live updates of the page at path.
func liveURL(path string) string { return "/live?" + url.Values{"page": {path}}.Encode() }

// live opens the live updates of the page named by the parameter page. pages
// routes it as it routes the page itself.
func (s *Server) live(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ourOrigin(r) {
			s.metrics.cut.WithLabelValues("origin").Inc()
			s.refuse(w, r, lineage.Errorf(lineage.Forbidden, "watch page", "this origin is not ours"))
			return
		}
		path := r.URL.Query().Get("page")
		u, err := url.ParseRequestURI(path)
		if err != nil || localPath(path) != path || u.Host != "" || strings.HasPrefix(u.Path, "/live") {
			s.refuse(w, r, lineage.Errorf(lineage.Invalid, "watch page", "the parameter page names no page of ours"))
			return
		}
		inner := r.Clone(r.Context())
		inner.URL, inner.RequestURI = u, path
		pages.ServeHTTP(w, inner)
	})
}

// watch joins the room of a page and serves its updates until the client goes.
func (s *Server) watch(open opener) http.Handler {
	upgrader := websocket.Upgrader{
		HandshakeTimeout: writeTimeout, ReadBufferSize: 512, WriteBufferSize: 4096,
		CheckOrigin: s.ourOrigin, // asked before already; gorilla's own rule takes a missing one
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			s.refuse(w, r, lineage.Errorf(lineage.Invalid, "watch page", "this address speaks WebSocket only"))
			return
		}
		a, err := s.newAsk(r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		draw := func(ctx context.Context, p *page) ([]drawn, error) { return drawParts(ctx, p, s.clock(a.Zone)) }
		c, err := s.hub.join(roomKey(r, a), func() (*page, error) { return open(a) }, draw)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		defer s.hub.leave(c)
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // the upgrader has answered
		}
		defer context.AfterFunc(s.hub.lines, func() { conn.Close() })() // frees a write that nobody reads
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			c.read(conn)
		}()
		c.write(conn, gone)
		conn.Close()
		<-gone
	})
}

// roomKey names what everybody in a room sees: a page, as its reader's zone
// and name, and the name that they reached us by, make it.
func roomKey(r *http.Request, a ask) string {
	parts := []string{r.URL.EscapedPath(), a.Query.Encode(), a.Zone.String(), a.Host}
	if strings.HasPrefix(r.URL.Path, "/incidents") { // the only pages that know their reader by name
		parts = append(parts, a.Owner)
	}
	return strings.Join(parts, "\n")
}
