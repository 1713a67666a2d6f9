package clickhouse

import "throughline/lineage"

// queueRows are rows of the table queues.
type queueRows struct {
	tenant, system, name, consumer word
	at, oldest                     *number[int64]
	depth, inHand, redelivered     *number[int64]
	deadLetter                     *number[uint8]
}

func newQueueRows() *queueRows {
	return &queueRows{
		at: dateTime(), oldest: dateTime(), depth: int64Column(), inHand: int64Column(), redelivered: int64Column(),
		deadLetter: uint8Column(),
	}
}

func (r *queueRows) table() string { return "queues" }

func (r *queueRows) len() int { return len(r.at.all) }

func (r *queueRows) columns() []named {
	return []named{
		{"tenant", &r.tenant},
		{"system", &r.system},
		{"name", &r.name},
		{"consumer", &r.consumer},
		{"at", r.at},
		{"depth", r.depth},
		{"in_hand", r.inHand},
		{"redelivered", r.redelivered},
		{"oldest", r.oldest},
		{"dead_letter", r.deadLetter},
	}
}

func (r *queueRows) add(q *lineage.Queue) {
	r.tenant.add(q.Tenant)
	r.system.add(q.System)
	r.name.add(q.Name)
	r.consumer.add(q.Consumer)
	r.at.add(nanos(q.At))
	r.depth.add(q.Depth)
	r.inHand.add(q.InHand)
	r.redelivered.add(q.Redelivered)
	r.oldest.add(nanos(q.Oldest))
	r.deadLetter.add(flag(q.DeadLetter))
}
