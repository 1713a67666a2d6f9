package web

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"throughline/lineage"
)

type hubDeps struct {
	subscribe func(tenant string) (<-chan lineage.Change, func())
	now       func() time.Time
	metrics   *metrics
	log       *slog.Logger
	tenant    string
	most      int // clients at once
}

// hub knows every page that is being watched. All who watch the same page share
// a room, so it is loaded and drawn once for all of them. Changes are read from
// the first client on until the life of the hub ends.
type hub struct {
	hubDeps
	life  context.Context
	tasks sync.WaitGroup // rooms, the reader of changes, and clients until they leave

	lines context.Context // ends when nobody is waited for any more: connections are closed
	sever context.CancelFunc

	mu      sync.Mutex
	rooms   map[string]*room
	clients int
	reading bool
}

func newHub(life context.Context, d hubDeps) *hub {
	h := &hub{hubDeps: d, life: life, rooms: map[string]*room{}}
	h.lines, h.sever = context.WithCancel(context.Background())
	return h
}

// join lets a client into the room of a page, which open makes if nobody is
// there yet. Errors: Unavailable when the hub has ended, Exhausted when it is
// full, and whatever open says.
func (h *hub) join(key string, open func() (*page, error), draw drawer) (*client, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.life.Err() != nil {
		return nil, lineage.Errorf(lineage.Unavailable, "watch page", "the server is stopping")
	}
	if h.clients >= h.most {
		h.metrics.cut.WithLabelValues("full").Inc()
		return nil, lineage.Errorf(lineage.Exhausted, "watch page", "%d pages are being watched already, which is the most", h.most)
	}
	r := h.rooms[key]
	if r == nil {
		p, err := open()
		if err != nil {
			return nil, err
		}
		r = newRoom(h, key, p, draw)
		h.rooms[key] = r
		h.metrics.rooms.Inc()
		h.tasks.Go(r.run)
	}
	if !h.reading {
		h.reading = true
		h.tasks.Go(h.read)
	}
	c := newClient(r)
	r.enter(c)
	h.tasks.Add(1)
	h.clients++
	h.metrics.live.Inc()
	return c, nil
}

// leave takes a client out of its room; the last one ends the room. It is safe
// to call twice.
func (h *hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was, left := c.room.exit(c)
	if !was {
		return
	}
	h.clients--
	h.tasks.Done()
	h.metrics.live.Dec()
	if left == 0 {
		delete(h.rooms, c.room.key)
		h.metrics.rooms.Dec()
		close(c.room.empty)
	}
}

// count is how many clients watch just now.
func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clients
}

// wait returns when everything that the hub has started has ended, after its
// life has. When ctx ends first it severs the lines of clients that are still
// being written to, and leaves the rest, a page that is being loaded, behind.
func (h *hub) wait(ctx context.Context) error {
	h.count() // a join that is under way is let through first; after it none begins
	ended := make(chan struct{})
	go func() {
		h.tasks.Wait()
		h.sever() // nobody needs it any more
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	h.sever()
	select {
	case <-ended: // both were so
		return nil
	default:
		return fmt.Errorf("live pages have not ended: %w", context.Cause(ctx))
	}
}

// read wakes the rooms whose pages a change concerns. A subscription that was
// cut off is taken up again, and then every room is woken: what was missed is
// not known.
func (h *hub) read() {
	for h.life.Err() == nil {
		changes, cancel := h.subscribe(h.tenant)
		h.wake(changed{all: true})
		h.follow(changes)
		cancel()
		select {
		case <-h.life.Done():
		case <-time.After(minGap):
		}
	}
}

func (h *hub) follow(changes <-chan lineage.Change) {
	for {
		select {
		case <-h.life.Done():
			return
		case c, open := <-changes:
			if !open {
				return
			}
			refs := make(map[lineage.ExecutionRef]struct{}, len(c.Executions))
			for _, ref := range c.Executions {
				refs[ref] = struct{}{}
			}
			h.wake(changed{refs: refs})
		}
	}
}

func (h *hub) wake(c changed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		if r.page.concerns(c) {
			r.wake()
		}
	}
}
