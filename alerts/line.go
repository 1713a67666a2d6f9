package alerts

import (
	"math/rand/v2"
	"slices"
	"time"
)

// enough incidents that fail one after the other are no fault of theirs: the receiver
// itself is away.
const enough = 3

// line says whose turn it is at the receiver: the oldest notice whose incident does
// not wait. An incident waits by itself once a notice of it has failed, and what it
// is owed later waits behind that one, so one that the receiver chokes on holds up
// nobody else. A receiver that is away would then be asked once for each of them, so
// all wait together while it is. The line is lost with the process, and waits begin
// anew: what is owed is in the book.
type line struct {
	waits    map[string]wait // by incident, of those whose turn ended in a failure
	failing  []string        // incidents that failed since the receiver took anything; at most enough
	receiver wait            // of all, while it is away
}

// wait grows with every failure.
type wait struct {
	step  time.Duration
	until time.Time
}

func (w wait) longer(now time.Time, asked time.Duration) wait {
	step := min(max(2*w.step, retryMin), retryMax)
	return wait{step, now.Add(max(jitter(step), asked))}
}

func newLine() *line { return &line{waits: map[string]wait{}} }

// away tells whether the receiver is taken to be away.
func (l *line) away() bool { return len(l.failing) >= enough }

// next is the place of the notice whose turn it is. Without one it is 0, and in is
// how soon to ask again. A receiver that is away is tried with what never failed, or
// else with what waits the longest since it could be told: one that it chokes on must
// not make it look away to all others.
func (l *line) next(outbox []owed, now time.Time) (seq uint64, in time.Duration) {
	if in := l.receiver.until.Sub(now); in > 0 {
		return 0, in
	}
	in = retryMax
	var since time.Time // when what was found could be told
	for _, o := range outbox {
		ready := l.waits[o.incident].until
		if left := ready.Sub(now); left > 0 {
			in = min(in, left)
			continue
		}
		if seq == 0 || ready.Before(since) {
			seq, since = o.seq, ready
		}
		if !l.away() || ready.IsZero() {
			break
		}
	}
	return seq, in
}

// failed makes an incident wait, and all of them when the receiver is away. It
// returns for how long this one waits at least.
func (l *line) failed(incident string, now time.Time, asked time.Duration) time.Duration {
	w := l.waits[incident].longer(now, asked)
	l.waits[incident] = w
	if !l.away() && !slices.Contains(l.failing, incident) {
		l.failing = append(l.failing, incident)
	}
	if l.away() {
		l.receiver = l.receiver.longer(now, asked)
	}
	return max(w.until.Sub(now), l.receiver.until.Sub(now))
}

// dealt notes that the receiver took a notice of an incident, or refused it for good:
// it is there.
func (l *line) dealt(incident string) {
	delete(l.waits, incident)
	l.failing, l.receiver = nil, wait{}
}

// jitter spreads a wait by a fifth to either side, so that many who wait for one
// receiver do not come back together.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
