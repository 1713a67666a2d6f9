package sweeper

import "throughline/slo"

// body is a clock as it is written, without its key. Two clocks that mean the same
// have the same body.
func body(c *slo.Clock) string {
	w := make(wire, 0, 80)
	w.clock(c)
	return string(w)
}

// The flags of a clock.
const (
	flagProvisional byte = 1 << iota
	flagBefore
	flagMeans
)

func bit(is bool, flag byte) byte {
	if is {
		return flag
	}
	return 0
}

func (w *wire) clock(c *slo.Clock) {
	*w = append(*w, bit(c.Provisional, flagProvisional)|bit(c.Before != nil, flagBefore)|bit(c.Means != 0, flagMeans))
	w.text(c.Tenant)
	w.text(string(c.State))
	w.text(string(c.Verdict))
	w.same(c.Origin, c.Subject)
	w.number(uint64(c.Episode))
	w.number(uint64(c.Holds))
	w.number(uint64(c.Seq))
	w.time(c.StartedAt)
	w.time(c.DueAt)
	w.time(c.BreachedAt)
	w.time(c.EndedAt)
	if c.Means != 0 {
		w.number(c.Means)
	}
	if c.Before != nil {
		w.key(c.Before.Key, c.Key)
		w.clock(c.Before)
	}
}

// key writes a key that mostly is another one.
func (w *wire) key(k, as slo.Key) {
	w.text(k.SLA)
	w.same(k.Subject, as.Subject)
}

func (r *reading) key(as slo.Key) slo.Key {
	return slo.Key{SLA: r.word(), Subject: r.same(as.Subject)}
}

func (r *reading) clock(key slo.Key) slo.Clock {
	flags := r.byte()
	c := slo.Clock{
		Key: key, Provisional: flags&flagProvisional != 0,
		Tenant: r.word(), State: slo.State(r.word()), Verdict: slo.Verdict(r.word()), Origin: r.same(key.Subject),
		Episode: int(r.number()), Holds: int(r.number()), Seq: int(r.number()),
		StartedAt: r.time(), DueAt: r.time(), BreachedAt: r.time(), EndedAt: r.time(),
	}
	if flags&flagMeans != 0 {
		c.Means = r.number()
	}
	if flags&flagBefore != 0 && !r.bad {
		before := r.clock(r.key(key))
		c.Before = &before
	}
	return c
}

// clockOf reads a body; one that memory has was checked when it came.
func clockOf(key slo.Key, body string) slo.Clock {
	r := reading{rest: body}
	return r.clock(key)
}
