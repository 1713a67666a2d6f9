// Package alerts turns what happens to clocks into incidents, and tells the
// outside of them: one webhook, and the log.
//
//	ledger ─▶ draft ─▶ book (one transaction) ─┬─▶ memory ─▶ lists, metrics, log
//	          rules    incidents, waiting,     ├─▶ outbox ─▶ webhook
//	          of slo   outbox, place           └─▶ unsaved ─▶ store
//
// The book is alerts.db, a bbolt file. One transaction takes a batch of transitions
// in: the incidents that it changes, the breaches that wait for a late source, the
// notices that are owed, and the place in the ledger. So a kill at any point loses
// nothing and repeats nothing. Only a kill between the webhook's answer and the
// mark of it sends a notice twice, with the same Idempotency-Key.
//
// Notices go out oldest first, by one goroutine. The order holds for each incident
// and not across them: a notice that failed waits by itself, what its incident is
// owed later waits behind it, and the others go on. Only when several incidents in a
// row have failed is the receiver taken to be away, and all wait for it together.
// What it calls wrong in itself is set aside; if that was that an incident fires, it
// is not told the end of it either.
//
// What may be lost, and what then happens:
//   - The ledger, while the book is there. The book remembers the identity of the
//     last transition that it took; a ledger that does not hold it where it should
//     be is another one and is read from its beginning. Incidents are known by rule
//     and subject, so breaches that are told again fire once.
//   - The book, by damage. It is put aside, loudly, and begins anew with what the
//     ledger still holds: an operator who cannot start learns nothing of the next
//     breach. Incidents from before are in the store; what is still firing there
//     has to be closed by hand at the receiver.
package alerts

import (
	"context"
	"sync"
	"time"

	"throughline/lineage"
)

// Alerts keeps the incidents. Its methods are safe for concurrent use.
type Alerts struct {
	cfg     Config
	deps    Deps
	webhook *webhook // nil: only the log is told
	metrics *metrics
	// step is called before and after whatever a kill may come between. An error of
	// it is the kill: whoever is told stops at once. In tests only.
	step func(name string) error

	writing sync.Mutex // held from a draft until it is in the memory
	book    *book
	mu      sync.Mutex // guards the memory
	memory  *memory    // nil before Start
	owed    chan struct{}

	running context.Context // ends when Stop is called
	stop    context.CancelFunc
	working context.Context // ends when Stop gives up waiting
	abandon context.CancelFunc
	group   sync.WaitGroup
}

// New checks what is required. Errors are of kind Internal, and Invalid for a
// webhook or token that cannot be used.
func New(cfg Config, deps Deps) (*Alerts, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	if err := deps.fill(); err != nil {
		return nil, err
	}
	hook, err := newWebhook(&cfg, deps.Client, deps.Now)
	if err != nil {
		return nil, err
	}
	cfg.Webhook, cfg.Token = "", "" // the webhook has them; what prints a Config cannot
	a := &Alerts{
		cfg: cfg, deps: deps, webhook: hook, owed: make(chan struct{}, 1),
		step: func(string) error { return nil },
	}
	a.metrics = newMetrics(a)
	return a, nil
}

// Start opens the book and begins to read the ledger and to tell what is owed. It
// fails with Conflict when it was started before or another process has the book,
// and with Unavailable when the book cannot be opened.
func (a *Alerts) Start(ctx context.Context) error {
	const op = "start alerts"
	a.writing.Lock()
	defer a.writing.Unlock()
	if a.book != nil {
		return lineage.Errorf(lineage.Conflict, op, "they were started before")
	}
	b, m, err := openBook(&a.cfg, a.deps.Log, a.deps.Now)
	if err != nil {
		return err
	}
	if err := a.metrics.register(a.deps.Registerer); err != nil {
		b.close()
		return err
	}
	b.step = a.step
	if a.deps.Store == nil {
		clear(m.unsaved) // nobody will ever take it, so it must not keep old incidents
	}
	a.mu.Lock()
	a.book, a.memory = b, m
	a.mu.Unlock()
	a.working, a.abandon = context.WithCancel(context.WithoutCancel(ctx))
	a.running, a.stop = context.WithCancel(a.working)
	if n := m.untoldFiring(); n > 0 {
		a.deps.Log.Warn("incidents fire that the webhook refused to hear of; nobody was woken for them", "incidents", n)
	}
	a.group.Go(a.read)
	a.group.Go(a.deliver)
	a.group.Go(a.keep)
	return nil
}

// Stop takes in no more, and waits for what is under way until ctx ends. What is
// still owed then is told after the next start. It is safe to call twice.
func (a *Alerts) Stop(ctx context.Context) error {
	a.writing.Lock()
	started := a.book != nil
	a.writing.Unlock()
	if !started {
		return nil
	}
	a.stop()
	done := make(chan struct{})
	go func() {
		a.group.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	a.abandon()
	<-done
	a.webhook.close()
	a.metrics.unregister(a.deps.Registerer)
	a.writing.Lock()
	defer a.writing.Unlock()
	return a.book.close()
}

// commit makes a draft durable and then visible. The caller holds writing.
func (a *Alerts) commit(d *draft) error {
	if err := a.book.write(d); err != nil {
		return err
	}
	a.mu.Lock()
	a.memory.apply(d)
	a.mu.Unlock()
	a.tell(d)
	if len(d.notices) > 0 {
		select {
		case a.owed <- struct{}{}:
		default:
		}
	}
	return nil
}

// pause waits, and reports false when Stop was called.
func (a *Alerts) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.running.Done():
		return false
	}
}
