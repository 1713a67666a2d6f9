package alerts

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// deliver is the goroutine that tells the webhook what is owed, in order: one
// receiver that fails keeps the rest waiting, and one notice that it can never take
// does not.
func (a *Alerts) deliver() {
	if a.webhook == nil {
		a.persist("forget what no webhook will be told", a.forgive)
		return
	}
	for a.running.Err() == nil {
		seq, ok := a.head()
		if !ok {
			select {
			case <-a.owed:
			case <-a.running.Done():
			}
			continue
		}
		a.persist("tell the webhook", func() error { return a.send(seq) })
	}
}

// head is the place of the first notice in the outbox.
func (a *Alerts) head() (seq uint64, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.memory.outbox) == 0 {
		return 0, false
	}
	return a.memory.outbox[0].seq, true
}

// send tells one notice until it is dealt with.
func (a *Alerts) send(seq uint64) error {
	n, err := a.book.notice(seq)
	if err != nil {
		return err
	}
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		if err := a.step("send"); err != nil {
			return err
		}
		said := a.webhook.tell(a.working, n, a.cfg.URL())
		if err := a.step("answered"); err != nil {
			return err
		}
		if said.fate != failed {
			a.persist("note what the webhook said", func() error { return a.settle(n, said) })
			return nil
		}
		if a.running.Err() != nil {
			return nil // it was cut, or is for the next start
		}
		pause := max(jitter(wait), said.after)
		a.metrics.notified(failed)
		a.deps.Log.Warn("the webhook could not be told; it is tried again", "webhook", a.webhook.name, "incident", n.Incident.ID,
			"notice", string(n.Kind), "error", said.reason, "retry_in", pause)
		if !a.pause(pause) {
			return nil
		}
	}
}

// settle takes a notice out of the outbox, and writes into the incident what became
// of it.
func (a *Alerts) settle(n *notice, said answer) error {
	text := fmt.Sprintf("the webhook was told that it is %s: %d", n.Kind, said.status)
	if said.fate == undeliverable {
		text = fmt.Sprintf("the webhook refuses to hear that it is %s and is not asked again: %s", n.Kind, said.reason)
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	d.settled = 1
	if i := d.incident(n.Incident.ID); i != nil {
		d.incidents[i.ID] = i.WithEntry(a.deps.Now().UTC(), text)
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

// forgive empties the outbox of a webhook that is not configured any more: told in
// some later month it would only mislead.
func (a *Alerts) forgive() error {
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	if d.settled = len(a.memory.outbox); d.settled == 0 {
		return nil
	}
	if err := a.commit(d); err != nil {
		return err
	}
	a.metrics.notifications.WithLabelValues(receiver, string(undeliverable)).Add(float64(d.settled))
	a.deps.Log.Warn("no webhook is configured any more; what it was owed is dropped", "notices", d.settled)
	return nil
}

// jitter spreads a wait by a fifth to either side, so that many who wait for one
// receiver do not come back together.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
