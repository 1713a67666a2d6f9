package web

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// opener opens a page as somebody asks for it. Errors are Invalid, for what is
// wrong with the asking; nothing is read yet.
type opener func(ask) (*page, error)

// page is one opened page. It is loaded once for a GET, and again and again
// while it is watched; never by two at the same time, so it may remember.
type page struct {
	load     func(ctx context.Context, c view.Clock) (view.Page, error)
	concerns func(changed) bool // whether a change makes the page stale
	refresh  time.Duration      // how often it is loaded without a change
	code     func() int         // of the answer to a GET, after load; nil: 200
	still    bool               // it is read once, and never watched

	// moved is the address that a GET is sent on to, before load; "", or nil: none.
	moved func(ctx context.Context) (string, error)
}

// changed is a change, ready to be asked about.
type changed struct {
	all  bool // anything may have changed
	refs map[lineage.ExecutionRef]struct{}
}

func anyChange(changed) bool { return true }

// never is of pages that stand on figures which change without a change of lineage.
func never(changed) bool { return false }

// loadTimeout bounds the reading of one page.
const loadTimeout = 10 * time.Second

// show answers a GET of a page with the whole document.
func (s *Server) show(open opener) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := s.newAsk(r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		p, err := open(a)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), loadTimeout)
		defer cancel()
		if p.moved != nil {
			to, err := p.moved(ctx)
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			if to != "" {
				http.Redirect(w, r, to, http.StatusSeeOther)
				return
			}
		}
		content, err := p.load(ctx, s.clock(a.Zone))
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		code := http.StatusOK
		if p.code != nil {
			code = p.code()
		}
		s.draw(w, r, code, content, !p.still)
	})
}

func (s *Server) clock(zone *time.Location) view.Clock {
	return view.Clock{Now: s.deps.Now(), Zone: zone}
}

// draw writes a whole document around a page.
func (s *Server) draw(w http.ResponseWriter, r *http.Request, code int, p view.Page, live bool) {
	zone := s.zones.chosen(r)
	f := view.Frame{
		Path: r.URL.RequestURI(), Theme: themeOf(r), Zone: zone.String(), Zones: offered(zone.String()),
		Style: s.assets.url("throughline.css"), Icon: s.assets.url("icon.svg"), Version: s.config.Version,
	}
	if r.Method != http.MethodGet {
		f.Path = "/"
	}
	f.Scripts = append(f.Scripts, s.assets.url("throughline.js"))
	if len(s.assets.missing) > 0 {
		f.Notes = append(f.Notes, assetsNote)
	} else if live {
		f.Live = liveURL(f.Path)
		f.Scripts = append(s.assets.vendored(), f.Scripts...)
	}
	var body bytes.Buffer
	if err := view.Whole(f, p, s.clock(zone)).Render(r.Context(), &body); err != nil {
		s.deps.Log.Error("a page cannot be drawn", "error", err, "route", r.Pattern)
		http.Error(w, "this page cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "Cookie")
	w.WriteHeader(code)
	w.Write(body.Bytes()) //nolint:errcheck // the caller is gone; there is nobody to tell
}
