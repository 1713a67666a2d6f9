package clickhouse

import (
	"throughline/lineage"
	"throughline/slo"
)

// clock is a clock as columns: all but the episode before, which has told its own
// transitions.
type clock struct {
	tenant, sla, state, verdict           word
	origin, subject                       object
	episode, holds                        *number[uint32]
	provisional                           *number[uint8]
	startedAt, dueAt, breachedAt, endedAt *number[int64]
	seq                                   *number[uint64]
}

func newClock() clock {
	return clock{
		episode: uint32Column(), holds: uint32Column(), provisional: uint8Column(), seq: uint64Column(),
		startedAt: dateTime(), dueAt: dateTime(), breachedAt: dateTime(), endedAt: dateTime(),
	}
}

func (c *clock) len() int { return len(c.seq.all) }

func (c *clock) add(k *slo.Clock) {
	c.tenant.add(k.Tenant)
	c.sla.add(k.SLA)
	c.origin.add(originOf(k))
	c.subject.add(k.Subject)
	c.episode.add(uint32(k.Episode))
	c.state.add(string(k.State))
	c.verdict.add(string(k.Verdict))
	c.provisional.add(flag(k.Provisional))
	c.startedAt.add(nanos(k.StartedAt))
	c.dueAt.add(nanos(k.DueAt))
	c.breachedAt.add(nanos(k.BreachedAt))
	c.endedAt.add(nanos(k.EndedAt))
	c.holds.add(uint32(k.Holds))
	c.seq.add(uint64(k.Seq))
}

// originOf is the name by which a clock is known for good: its subject's when it
// started. One that never did has the name of its subject.
func originOf(k *slo.Clock) lineage.Object {
	if k.Origin.IsZero() {
		return k.Subject
	}
	return k.Origin
}

// columns names the columns. The prefix tells those of the clock from others that
// a table has.
func (c *clock) columns(prefix string) []named {
	all := append(c.origin.columns("origin"), c.subject.columns("subject")...)
	return append(all, []named{
		{"tenant", &c.tenant},
		{"sla", &c.sla},
		{"episode", c.episode},
		{"state", &c.state},
		{prefix + "verdict", &c.verdict},
		{prefix + "provisional", c.provisional},
		{"started_at", c.startedAt},
		{"due_at", c.dueAt},
		{"breached_at", c.breachedAt},
		{"ended_at", c.endedAt},
		{"holds", c.holds},
		{prefix + "seq", c.seq},
	}...)
}

// clockTargets are where a clock is scanned to: tenant, SLA, origin, subject,
// episode, state, verdict, provisional, the four times, holds and seq.
func clockTargets(c *slo.Clock) []any {
	all := append([]any{&c.Tenant, &c.SLA}, objectTargets(&c.Origin)...)
	all = append(all, objectTargets(&c.Subject)...)
	return append(all, count{&c.Episode}, (*string)(&c.State), (*string)(&c.Verdict), &c.Provisional,
		instant{&c.StartedAt}, instant{&c.DueAt}, instant{&c.BreachedAt}, instant{&c.EndedAt}, count{&c.Holds}, count{&c.Seq})
}

// clockRows are rows of the table clocks.
type clockRows struct{ clock }

func newClockRows() *clockRows { return &clockRows{newClock()} }

func (r *clockRows) table() string    { return "clocks" }
func (r *clockRows) columns() []named { return r.clock.columns("") }
