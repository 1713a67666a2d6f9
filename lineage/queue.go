package lineage

import "time"

// Queue is one measurement of a queue between systems: of a stream as a whole,
// or of what one consumer of it still has to do.
type Queue struct {
	Tenant      string
	System      string    // of the broker: "nats"
	Name        string    // of the stream, topic or queue
	Consumer    string    // "" for the whole stream
	Depth       int64     // messages that are not dealt with: waiting, or handed out and not confirmed
	InHand      int64     // of these, handed out and not confirmed
	Redelivered int64     // of these, handed out more than once
	Oldest      time.Time // when the oldest of these was written; zero when there is none
	DeadLetter  bool      // messages land here that nobody could deal with
	At          time.Time // of the measurement
}

// Age returns how old the oldest message is at a moment; 0 when there is none.
func (q *Queue) Age(now time.Time) time.Duration {
	if q.Oldest.IsZero() {
		return 0
	}
	return max(0, now.Sub(q.Oldest))
}
