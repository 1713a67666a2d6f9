package queues

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// age finds when the oldest message was written that a consumer has not confirmed.
func (r *row) age(ctx context.Context) error {
	from, ok := r.from()
	if !ok {
		return nil
	}
	filters := r.filters()
	if len(filters) == 0 && r.queue.Depth > 0 && from <= r.info.State.FirstSeq {
		r.queue.Oldest = r.info.State.FirstTime
		return nil
	}
	if len(filters) == 0 {
		filters = []string{">"}
	}
	for _, subject := range filters {
		written, err := r.first(ctx, from, subject)
		if err != nil {
			return err
		}
		if r.queue.Oldest.IsZero() || !written.IsZero() && written.Before(r.queue.Oldest) {
			r.queue.Oldest = written
		}
	}
	return nil
}

// from returns the sequence from which on the first message of the consumer's
// subjects is not confirmed; false when there is none.
func (r *row) from() (seq uint64, ok bool) {
	switch c := r.consumer; {
	case c == nil || r.info.State.Msgs == 0:
		return 0, false
	case r.info.Config.Retention == jetstream.WorkQueuePolicy:
		return 1, true
	case r.queue.Depth == 0:
		return 0, false
	case r.queue.InHand == 0:
		return c.Delivered.Stream + 1, true
	default:
		return c.AckFloor.Stream + 1, true
	}
}

func (r *row) filters() []string {
	if one := r.consumer.Config.FilterSubject; one != "" {
		return []string{one}
	}
	return r.consumer.Config.FilterSubjects
}

// first returns when the first message on a subject was written, from a sequence
// on; zero when there is none, or it came after the consumer was measured.
func (r *row) first(ctx context.Context, from uint64, subject string) (time.Time, error) {
	msg, err := r.stream.GetMsg(ctx, from, jetstream.WithGetMsgSubject(subject))
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound), errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, nats.ErrNoResponders):
		return time.Time{}, nil // it is gone meanwhile, or the whole stream is
	case err != nil:
		return time.Time{}, err
	case r.consumer.NumPending == 0 && msg.Sequence > r.consumer.Delivered.Stream:
		return time.Time{}, nil
	}
	return msg.Time, nil
}

// givenUp remembers, by stream and consumer, how many messages the server counts
// as redelivered although it has given up on them.
type givenUp map[[2]string]int

// settle sets what is redelivered of what is in hand.
func (g givenUp) settle(rows []row) {
	seen := make(map[[2]string]bool, len(rows))
	for i := range rows {
		if c := rows[i].consumer; c != nil {
			key := [2]string{c.Stream, c.Name}
			seen[key] = true
			g[key] = lost(g[key], c)
			rows[i].queue.Redelivered = int64(min(c.NumRedelivered-g[key], c.NumAckPending))
		}
	}
	for key := range g {
		if !seen[key] {
			delete(g, key)
		}
	}
}

// lost returns how many of those that count as redelivered are in nobody's hand,
// as far as is known: with empty hands all of them; otherwise what was known
// before, or what hands cannot hold.
func lost(before int, c *jetstream.ConsumerInfo) int {
	if c.NumAckPending == 0 {
		return c.NumRedelivered
	}
	return min(max(before, c.NumRedelivered-c.NumAckPending, 0), c.NumRedelivered)
}
