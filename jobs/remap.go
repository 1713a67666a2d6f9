package jobs

import (
	"context"
	"sync"
	"time"

	"throughline/lineage"
)

// Remap maps what is stored by the catalogue that was put in force. Its methods are safe
// for concurrent use.
type Remap struct {
	cfg  Config
	deps Deps

	mu      sync.Mutex // guards what follows
	note    note
	cat     *lineage.Catalogue // that the note is about; nil: it has nothing to do
	since   time.Time          // all that came in before is not mapped by it for sure
	trouble string
	began   time.Time // this life's share of the work, for the rate
	did     int64

	keys   []string // of Deps.Keys; these two belong to run
	keysOf uint64   // the generation that they were asked for

	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

// grace is how long what came in after a catalogue was put in force may still be mapped by
// the one before: a block that was begun is finished with its own.
const grace = 2 * time.Second

// New checks what is required and reads how far the last life came.
func New(cfg Config, deps Deps) (*Remap, error) {
	cfg.fill()
	if err := deps.fill(cfg.Dir); err != nil {
		return nil, err
	}
	n, err := readNote(cfg.Dir)
	if err != nil {
		return nil, err
	}
	r := &Remap{cfg: cfg, deps: deps, note: n, wake: make(chan struct{}, 1), done: make(chan struct{})}
	return r, r.register(deps.Registerer)
}

// Start goes on with what was not finished: by cat, which is the catalogue in force.
// decided says that somebody put it in force; else it only matters where another one was
// before.
func (r *Remap) Start(ctx context.Context, cat *lineage.Catalogue, decided bool) error {
	r.mu.Lock()
	known := r.note.Catalogue
	r.cat, r.since = cat, r.deps.Now()
	r.mu.Unlock()
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go r.run(ctx)
	if decided || known != "" {
		return r.Begin(cat, decided)
	}
	return nil
}

// Stop ends the work where it is.
func (r *Remap) Stop(context.Context) error {
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	<-r.done
	return nil
}

// Begin says that a catalogue is in force, so that all that is stored is mapped by it.
// Of the same one again it goes on. One that nobody decided on matters only where another
// was before: then what is stored is as that one maps it.
func (r *Remap) Begin(cat *lineage.Catalogue, decided bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.note.Catalogue == "" && !decided:
		return nil
	case r.note.Catalogue != cat.Hash():
		now := r.deps.Now().UTC()
		next := note{
			Catalogue: cat.Hash(), Generation: max(uint64(now.UnixMicro()), r.note.Generation+1), Part: partEvents, StartedAt: now, Doubt: true,
		}
		if err := next.write(r.cfg.Dir); err != nil {
			return err
		}
		r.note, r.since, r.did, r.began = next, now, 0, time.Time{}
		r.deps.Log.Info("what is stored is mapped anew", "catalogue", cat.Hash())
	}
	r.cat = cat
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return nil
}

// Remapping tells how far it is.
func (r *Remap) Remapping() lineage.Remapping {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &r.note
	m := lineage.Remapping{
		Catalogue: n.Catalogue, Done: n.Done, Total: max(n.Total, n.Done), Changed: n.Changed, Refused: n.Rejected, Released: n.Released, Unkept: n.Unkept,
		StartedAt: n.StartedAt, FinishedAt: n.EndedAt, Trouble: r.trouble,
	}
	until := r.deps.Now()
	if !n.EndedAt.IsZero() {
		until = n.EndedAt
	}
	if took := until.Sub(r.began).Seconds(); !r.began.IsZero() && took > 0 {
		m.Rate = float64(r.did) / took
	}
	return m
}

// run works whenever there is something to do.
func (r *Remap) run(ctx context.Context) {
	defer close(r.done)
	for {
		wait, err := r.step(ctx)
		if ctx.Err() != nil {
			return
		}
		r.complain(err)
		if err != nil {
			wait = r.cfg.Retry
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-r.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (r *Remap) complain(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.trouble
	if r.trouble = ""; err != nil {
		if r.trouble = err.Error(); was == "" {
			r.deps.Log.Warn("the re-mapping of what is stored waits", "error", err)
		}
	}
}

// idle is how long the job sleeps that has nothing to do, unless it is woken.
const idle = time.Hour

// step does one batch. It returns how long there is nothing to do.
func (r *Remap) step(ctx context.Context) (time.Duration, error) {
	r.mu.Lock()
	n, cat, since := r.note, r.cat, r.since
	r.mu.Unlock()
	if n.Catalogue == "" || cat == nil || cat.Hash() != n.Catalogue {
		return idle, nil
	}
	switch {
	case n.Part == partEnd && n.Doubt:
		return r.settle(n)
	case n.Part == partEnd:
		return idle, nil
	case r.deps.Through().Before(since.Add(grace)):
		return grace / 4, nil
	}
	next := n
	err := r.work(ctx, cat, &next)
	if err != nil {
		return 0, err
	}
	return 0, r.keep(n, next)
}

// keep notes how far it is, unless another catalogue was put in force meanwhile.
func (r *Remap) keep(was, now note) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.note.Generation != was.Generation {
		return nil
	}
	if err := now.write(r.cfg.Dir); err != nil {
		return err
	}
	if r.began.IsZero() {
		r.began = r.deps.Now()
	}
	r.did += now.Done - was.Done
	r.note = now
	if was.Part != partEnd && now.Part == partEnd {
		r.deps.Log.Info("what is stored is mapped by the catalogue in force", "catalogue", now.Catalogue, "events", now.Done, "changed", now.Changed,
			"refused", now.Rejected, "released", now.Released, "unkept", now.Unkept, "took", now.EndedAt.Sub(now.StartedAt))
	}
	return nil
}

// settle notes that what followed has reached the store.
func (r *Remap) settle(n note) (time.Duration, error) {
	if left := n.EndedAt.Add(r.cfg.Settle).Sub(r.deps.Now()); left > 0 {
		return left, nil
	}
	if !r.deps.Feed.Settled() {
		return time.Second, nil
	}
	now := n
	now.Doubt = false
	return 0, r.keep(n, now)
}
