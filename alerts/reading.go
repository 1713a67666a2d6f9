package alerts

import (
	"context"
	"errors"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// reader is the name by which the ledger knows the alerts.
const reader = "alerts"

const (
	patience = 30 * time.Second // for what a ledger has at hand, or has not
	retryMin = time.Second
	retryMax = time.Minute
)

// read is the goroutine that takes in what the ledger tells.
func (a *Alerts) read() {
	a.persist("recognise the ledger", a.recognise)
	for a.running.Err() == nil {
		a.persist("take in transitions", a.takeSome)
	}
}

// persist does something again until it succeeds, Stop is called, or the process is
// killed.
func (a *Alerts) persist(what string, f func() error) {
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		err := f()
		if err == nil || a.running.Err() != nil {
			return
		}
		if errors.Is(err, errKilled) {
			a.stop()
			return
		}
		a.deps.Log.Warn("alerts wait and try again", "what", what, "error", err, "retry_in", wait)
		if !a.pause(wait) {
			return
		}
	}
}

// errKilled is what a test's step says when the process is to be gone.
var errKilled = errors.New("killed")

// recognise looks whether the ledger is the one that the book follows. A ledger
// frees what was read from its beginning on: so if it holds anything up to our
// place, it holds the transition at our place, and that is the one we took. If not,
// it is another ledger, and we begin at its beginning.
func (a *Alerts) recognise() error {
	seq, last := a.place()
	if seq == 0 {
		return nil
	}
	first, err := a.deps.Ledger.After(a.running, 0, 1)
	if err != nil {
		return err
	}
	if len(first) > 0 && first[0].Seq <= seq {
		same, err := a.holds(seq, last)
		if err != nil {
			return err
		}
		if !same {
			return a.beginAnew(seq)
		}
	}
	return a.done()
}

// place is how far the ledger is taken in, and what it says there.
func (a *Alerts) place() (seq uint64, last string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.memory.seq, a.memory.last
}

// holds tells whether the ledger has a transition at a place.
func (a *Alerts) holds(seq uint64, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(a.running, patience)
	defer cancel()
	at, err := a.deps.Ledger.After(ctx, seq-1, 1)
	switch {
	case err == nil:
		return len(at) > 0 && at[0].Seq == seq && at[0].ID == id, nil
	case lineage.KindOf(err) == lineage.NotFound, errors.Is(ctx.Err(), context.DeadlineExceeded):
		return false, nil
	default:
		return false, err
	}
}

// beginAnew follows another ledger from its beginning.
func (a *Alerts) beginAnew(seq uint64) error {
	a.deps.Log.Error("the ledger of transitions is not the one that was read before; it is read from its beginning. "+
		"What fires already is not told again", "place", seq)
	a.writing.Lock()
	defer a.writing.Unlock()
	d := a.draft()
	d.seq, d.last = 0, ""
	return a.commit(d)
}

// takeSome takes in the next batch.
func (a *Alerts) takeSome() error {
	seq, _ := a.place()
	told, err := a.deps.Ledger.After(a.running, seq, a.cfg.batch)
	if seq > 0 && lineage.KindOf(err) == lineage.NotFound {
		return a.beginAnew(seq)
	}
	if err != nil {
		return err
	}
	if err := a.step("read"); err != nil {
		return err
	}
	if err := a.take(told); err != nil {
		return err
	}
	return a.done()
}

// take notes transitions in one transaction.
func (a *Alerts) take(told []slo.Transition) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	d, now := a.draft(), a.deps.Now().UTC()
	for i := range told {
		t := told[i]
		if t.Seq <= d.seq {
			continue
		}
		if t.Clock.Tenant == "" {
			t.Clock.Tenant = a.cfg.Tenant
		}
		d.take(&t, a.webhook != nil, now)
	}
	d.takeLate(a.webhook != nil, now)
	return a.commit(d)
}

// done tells the ledger what is in the book. What it does not hear it hears with the
// next batch.
func (a *Alerts) done() error {
	if err := a.step("done"); err != nil {
		return err
	}
	seq, _ := a.place()
	if err := a.deps.Ledger.Done(a.working, reader, seq); err != nil {
		a.deps.Log.Warn("the ledger keeps transitions for longer than it must", "error", err)
	}
	return nil
}
