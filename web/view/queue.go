package view

import (
	"time"

	"throughline/lineage"
)

// Queues is the page of the queues between systems.
type Queues struct {
	Rows    []Queue
	Zone    string
	NoTrend bool // how deep the queues were cannot be read just now
}

// Queue is one measurement of a queue.
type Queue struct {
	System, Name, Consumer     string
	Depth, InHand, Redelivered int64
	Trend                      Sparkline // of the depth
	Dead                       Badge     // of a dead-letter queue; without a word for another
	Age                        string
	Oldest                     Time
	Old                        bool // the oldest message waits for too long
	Measured                   Time
	Stale                      bool // it was not measured lately
}

// From when on a queue is worth a look, and a measurement is old.
const (
	oldMessage     = time.Minute
	oldMeasurement = 30 * time.Second
)

// NewQueues makes the rows of the page. Ages are as they were measured, so that a
// queue that nobody measures does not seem to move.
//
// trend is how deep they were since a moment, by queue and time.
func NewQueues(list, trend []lineage.Queue, since time.Time, c Clock) Queues {
	past := byQueue(trend)
	out := Queues{Zone: c.ZoneName(), Rows: make([]Queue, 0, len(list))}
	for _, q := range list {
		row := Queue{
			Trend:  newSparkline(past[identityOf(q)], q.Depth, since),
			System: q.System, Name: q.Name, Consumer: q.Consumer, Depth: q.Depth, InHand: q.InHand, Redelivered: q.Redelivered,
			Age: "—", Oldest: c.time(q.Oldest), Old: q.Age(q.At) > oldMessage,
			Measured: c.stamp(q.At), Stale: c.Now.Sub(q.At) > oldMeasurement,
		}
		if !q.Oldest.IsZero() {
			row.Age = Span(q.Age(q.At))
		}
		switch {
		case q.DeadLetter && q.Depth > 0:
			row.Dead = Badge{"bad", "✕", "dead letters"}
		case q.DeadLetter:
			row.Dead = Badge{"good", "✓", "no dead letters"}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
