package web

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"throughline/web/view"
)

// minGap is the least time between two updates of one page. The first change
// after a quiet time goes out at once.
const minGap = 250 * time.Millisecond

// drawer draws the parts of a page as the updates that replace them.
type drawer func(ctx context.Context, p *page) ([]drawn, error)

// drawn is one part of a page as HTML.
type drawn struct {
	id   string
	html []byte
}

// room is one page and those who watch it. One goroutine loads and draws it.
type room struct {
	hub   *hub
	key   string
	page  *page
	draw  drawer
	dirty chan struct{} // holds one: the page is stale
	empty chan struct{} // closed when the last client has left

	mu      sync.Mutex
	clients map[*client]bool // true: it has the page as it was last drawn
	last    []drawn
}

func newRoom(h *hub, key string, p *page, draw drawer) *room {
	return &room{
		hub: h, key: key, page: p, draw: draw,
		dirty: make(chan struct{}, 1), empty: make(chan struct{}), clients: map[*client]bool{},
	}
}

func (r *room) enter(c *client) {
	r.mu.Lock()
	r.clients[c] = false
	r.mu.Unlock()
	r.wake()
}

func (r *room) exit(c *client) (was bool, left int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, was = r.clients[c]
	delete(r.clients, c)
	return was, len(r.clients)
}

// wake marks the page as stale.
func (r *room) wake() {
	select {
	case r.dirty <- struct{}{}:
	default:
	}
}

// run draws the page whenever it is stale or due, never twice within minGap.
func (r *room) run() {
	due := time.NewTicker(r.page.refresh)
	defer due.Stop()
	gap := time.NewTimer(0)
	defer gap.Stop()
	for {
		select {
		case <-r.hub.life.Done():
			return
		case <-r.empty:
			return
		case <-r.dirty:
		case <-due.C:
		}
		select {
		case <-r.hub.life.Done():
			return
		case <-r.empty:
			return
		case <-gap.C:
		}
		// What changes from here on is drawn next time.
		select {
		case <-r.dirty:
		default:
		}
		r.update()
		gap.Reset(minGap)
	}
}

// update draws the page and hands to each client what it does not have yet.
func (r *room) update() {
	ctx, cancel := context.WithTimeout(r.hub.life, loadTimeout)
	defer cancel()
	parts, err := r.draw(ctx, r.page)
	if err != nil {
		r.hub.metrics.draws.WithLabelValues("failed").Inc()
		r.hub.log.Debug("a live page cannot be drawn", "page", r.key, "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	news := differing(r.last, parts)
	r.last = parts
	result := "same"
	if len(news) > 0 {
		result = "changed"
	}
	r.hub.metrics.draws.WithLabelValues(result).Inc()
	whole, part := message(parts), message(news)
	for c, current := range r.clients {
		switch {
		case !current:
			r.clients[c] = c.take(whole)
		case len(news) > 0:
			c.take(part)
		}
	}
}

// differing are the parts that are not as they were.
func differing(before, now []drawn) []drawn {
	var out []drawn
	for i, p := range now {
		if i >= len(before) || before[i].id != p.id || !bytes.Equal(before[i].html, p.html) {
			out = append(out, p)
		}
	}
	return out
}

// update is one message, framed once for all clients.
type update struct {
	frame *websocket.PreparedMessage
	size  int
}

func message(parts []drawn) update {
	var b bytes.Buffer
	for _, p := range parts {
		b.Write(p.html)
	}
	// The only failures are of compression and of a bad message type: neither is here.
	frame, _ := websocket.NewPreparedMessage(websocket.TextMessage, b.Bytes())
	return update{frame, b.Len()}
}

// drawParts loads a page and draws it as updates.
func drawParts(ctx context.Context, p *page, c view.Clock) ([]drawn, error) {
	content, err := p.load(ctx, c)
	if err != nil {
		return nil, err
	}
	out := make([]drawn, 0, len(content.Parts))
	for _, part := range content.Parts {
		var b bytes.Buffer
		if err := view.Fragment(part, true).Render(ctx, &b); err != nil {
			return nil, err
		}
		out = append(out, drawn{part.ID, b.Bytes()})
	}
	return out, nil
}
