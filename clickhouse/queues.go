package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/queue_trend.sql
var queueTrendSQL string

// maxSteps is the most points that a trend has of one queue.
const maxSteps = 10_000

// SaveQueues stores measurements; they are kept for 30 days. A measurement that is
// stored twice is there twice, and a trend shows it once.
func (s *Store) SaveQueues(ctx context.Context, queues []lineage.Queue) error {
	for day := range days(queues, func(q *lineage.Queue) time.Time { return q.At }) {
		r := newQueueRows()
		if err := save(ctx, s, r, day, r.add); err != nil {
			return wrap("clickhouse.SaveQueues", err)
		}
	}
	return nil
}

// QueueTrend returns of every queue the measurement with the greatest depth in
// each step since a moment, by queue and time. A step without any has none.
func (s *Store) QueueTrend(ctx context.Context, tenant string, since time.Time, step time.Duration) ([]lineage.Queue, error) {
	const op = "clickhouse.QueueTrend"
	if step <= 0 || s.now().Sub(since)/step > maxSteps {
		return nil, lineage.Errorf(lineage.Invalid, op, "step is %s: it has to be more than 0, and at most %d have to reach from %s to now",
			step, maxSteps, since.UTC().Format(time.RFC3339))
	}
	args := []any{driver.Named("tenant", tenant), driver.Named("since", nanos(since)), driver.Named("step", int64(step))}
	var all []lineage.Queue
	err := s.each(ctx, op, queueTrendSQL, args, func(rows row) error {
		q := lineage.Queue{Tenant: tenant}
		err := rows.Scan(&q.System, &q.Name, &q.Consumer, instant{&q.At}, &q.Depth, &q.InHand, &q.Redelivered, instant{&q.Oldest}, &q.DeadLetter)
		all = append(all, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
