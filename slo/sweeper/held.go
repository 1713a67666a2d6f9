package sweeper

import (
	"time"

	"throughline/slo"
)

// held is all that memory has of one key: what executions say of its subject, and what
// was recorded of its clock. One that is not in memory may be in the ledger.
type held struct {
	key   slo.Key
	parts []said    // none: nothing is told
	since time.Time // when the subject was told of first

	body    string    // of the clock; empty: there is none
	due     time.Time // of a clock that is open
	at      int32     // place in the heap of deadlines; -1: it is not there
	open    bool
	running bool
	breach  bool // it is open, and its deadline has passed
	unsure  bool // and that is provisional
}

// clock is what was recorded, if anything was.
func (h *held) clock() *slo.Clock {
	if h == nil || h.body == "" {
		return nil
	}
	c := clockOf(h.key, h.body)
	return &c
}

// set takes over what is recorded now; nil: nothing is.
func (h *held) set(c *slo.Clock) {
	text := ""
	if c != nil {
		text = body(c)
	}
	h.setAs(c, text)
}

// setAs takes it over as it is written.
func (h *held) setAs(c *slo.Clock, text string) {
	h.body, h.due, h.open, h.running, h.breach, h.unsure = text, time.Time{}, false, false, false, false
	if c == nil {
		return
	}
	if h.open = c.Open(); h.open {
		h.due, h.running = c.DueAt, c.State == slo.Running
		h.breach = c.Verdict == slo.Breached
		h.unsure = h.breach && c.Provisional
	}
}

// told tells whether anything is told of the subject.
func (h *held) told() bool { return h != nil && len(h.parts) > 0 }
