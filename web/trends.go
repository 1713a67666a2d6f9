package web

import (
	"context"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

const (
	trendSpan    = time.Hour
	trendStep    = time.Minute
	trendFresh   = 10 * time.Second // how long what was read is shown again
	trendTimeout = 3 * time.Second  // a slow store must not hold back the queues
)

// trendsOf reads how deep the queues of one page were, and remembers it.
type trendsOf struct {
	server *Server
	read   time.Time
	since  time.Time
	list   []lineage.Queue
	failed bool
}

// draw makes the page of queues. It stands without the store, and says so.
func (t *trendsOf) draw(ctx context.Context, now []lineage.Queue, c view.Clock) view.Queues {
	if len(now) > 0 && (t.read.IsZero() || c.Now.Sub(t.read) >= trendFresh || c.Now.Before(t.read)) {
		t.ask(ctx, c.Now)
	}
	if t.failed {
		q := view.NewQueues(now, nil, t.since, c)
		q.NoTrend = true
		return q
	}
	return view.NewQueues(now, t.list, t.since, c)
}

// ask reads from a whole minute on, so that a drawing moves once a minute.
func (t *trendsOf) ask(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, trendTimeout)
	defer cancel()
	t.read, t.since = now, now.Truncate(trendStep).Add(-trendSpan)
	list, err := t.server.deps.Trends.QueueTrend(ctx, t.server.config.Tenant, t.since, trendStep)
	t.list, t.failed = list, err != nil
	if err != nil {
		t.server.deps.Log.Warn("how deep the queues were cannot be read", "error", err)
	}
}
