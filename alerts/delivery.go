package alerts

import (
	"fmt"
	"time"

	"throughline/slo"
)

// deliver is the goroutine that tells the webhook what is owed, oldest first; see
// line for what waits.
func (a *Alerts) deliver() {
	if a.webhook == nil {
		a.persist("forget what no webhook will be told", a.forgive)
		return
	}
	for l := newLine(); a.running.Err() == nil; {
		if seq, in := a.next(l); seq == 0 {
			a.idle(in)
		} else {
			a.persist("tell the webhook", func() error { return a.send(l, seq) })
		}
	}
}

// next is the place of the notice whose turn it is; 0: look again in a while.
func (a *Alerts) next(l *line) (seq uint64, in time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return l.next(a.memory.outbox, a.deps.Now())
}

// idle waits until another notice is owed, and not for longer than it is told.
func (a *Alerts) idle(in time.Duration) {
	timer := time.NewTimer(in)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-a.owed:
	case <-a.running.Done():
	}
}

// send tells one notice once. What fails goes back into the line; anything else is
// dealt with, and in the book before another is sent.
func (a *Alerts) send(l *line, seq uint64) error {
	n, err := a.book.notice(seq)
	if err != nil {
		return err
	}
	id := n.Incident.ID
	if n.Kind == slo.Closing && a.untold(id) {
		return a.settle(n, answer{fate: dropped})
	}
	if err := a.step("send"); err != nil {
		return err
	}
	said := a.webhook.tell(a.working, n, a.cfg.URL())
	if err := a.step("answered"); err != nil {
		return err
	}
	if said.fate != failed {
		l.dealt(id)
		a.persist("note what the webhook said", func() error { return a.settle(n, said) })
		return nil
	}
	if a.running.Err() != nil {
		return nil // it was cut, or is for the next start
	}
	in := l.failed(id, a.deps.Now(), said.after)
	a.metrics.notified(failed)
	a.deps.Log.Warn("the webhook could not be told; it is tried again", "webhook", a.webhook.name, "incident", id,
		"notice", string(n.Kind), "error", said.reason, "retry_in", in, "all_wait", l.away())
	return nil
}

// untold tells whether the webhook refused to hear that an incident fires.
func (a *Alerts) untold(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.memory.untold[id]
}

// settle takes a notice out of the outbox, and writes into the incident what became
// of it. What the webhook never took as firing it is not told the end of.
func (a *Alerts) settle(n *notice, said answer) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	d.settled = []uint64{n.seq}
	if i := d.incident(n.Incident.ID); i != nil {
		d.incidents[i.ID] = i.WithEntry(a.deps.Now().UTC(), said.line(n.Kind))
		if n.Kind == slo.Opening || said.fate == dropped {
			d.untold[i.ID] = said.fate == undeliverable
		}
	}
	if err := a.commit(d); err != nil {
		return err
	}
	a.metrics.notified(said.fate)
	if said.fate == undeliverable {
		a.deps.Log.Error("the webhook refuses a notice; it is set aside and not told again", "webhook", a.webhook.name,
			"incident", n.Incident.ID, "notice", string(n.Kind), "error", said.reason)
	}
	return nil
}

// line is what an incident's history says of an answer.
func (said answer) line(kind slo.Notice) string {
	switch said.fate {
	case dropped:
		return fmt.Sprintf("the webhook is not told that it is %s, since it never took that it fires", kind)
	case undeliverable:
		return fmt.Sprintf("the webhook refuses to hear that it is %s and is not asked again: %s", kind, said.reason)
	default:
		return fmt.Sprintf("the webhook was told that it is %s: %d", kind, said.status)
	}
}

// forgive empties the outbox of a webhook that is not configured any more: told in
// some later month it would only mislead.
func (a *Alerts) forgive() error {
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	for _, o := range a.memory.outbox {
		d.settled = append(d.settled, o.seq)
	}
	if len(d.settled) == 0 {
		return nil
	}
	if err := a.commit(d); err != nil {
		return err
	}
	a.metrics.notifications.WithLabelValues(receiver, string(undeliverable)).Add(float64(len(d.settled)))
	a.deps.Log.Warn("no webhook is configured any more; what it was owed is dropped", "notices", len(d.settled))
	return nil
}
