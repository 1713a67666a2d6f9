package queues

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"throughline/lineage"
)

// deadLetterKey is the metadata by which a stream says "true" or "false" to
// whether it is for dead letters. Without it its name tells.
const deadLetterKey = "throughline.dead-letter"

// row is a stream or one of its consumers while it is being measured.
type row struct {
	queue    lineage.Queue
	stream   jetstream.Stream
	info     *jetstream.StreamInfo
	consumer *jetstream.ConsumerInfo // nil for the stream itself
}

// rows returns the streams and their durable consumers in the order of names, up
// to the limit, and whether there are more.
func (b *natsBroker) rows(ctx context.Context, most int) (rows []row, cut bool, err error) {
	names, err := b.names(ctx, most)
	if err != nil {
		return nil, false, err
	}
	for few := range slices.Chunk(names, asked) {
		read := make([][]row, len(few))
		err := each(len(few), func(i int) (err error) {
			read[i], err = b.read(ctx, few[i], most)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		if rows = slices.Concat(append([][]row{rows}, read...)...); len(rows) > most {
			return rows[:most], true, nil
		}
	}
	return rows, len(names) > most, nil
}

// names returns the names of the streams in their order, one more than most if
// there are more. The server lists them in pages; a stream that is made between
// two of them can be on both.
func (b *natsBroker) names(ctx context.Context, most int) ([]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	list := b.js.StreamNames(ctx)
	var names []string
	for name := range list.Name() {
		if !noQueue(name) {
			names = append(names, name)
		}
		if len(names) > most {
			cancel()
		}
	}
	if len(names) <= most && list.Err() != nil {
		return nil, list.Err()
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// noQueue tells the streams in which JetStream itself keeps things.
func noQueue(name string) bool {
	for _, prefix := range []string{"KV_", "OBJ_", "$MQTT_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// read returns a stream and its durable consumers; nothing when it is gone.
func (b *natsBroker) read(ctx context.Context, name string, most int) ([]row, error) {
	stream, err := b.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info := stream.CachedInfo()
	q := lineage.Queue{System: "nats", Name: name, Depth: int64(info.State.Msgs), DeadLetter: deadLetter(info.Config)}
	whole := q
	if whole.Depth > 0 {
		whole.Oldest = info.State.FirstTime
	}
	rows := []row{{queue: whole, stream: stream, info: info}}
	if info.State.Consumers == 0 {
		return rows, nil
	}
	consumers, err := durable(ctx, stream, most)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	for _, c := range consumers {
		q.Consumer, q.InHand = c.Name, int64(c.NumAckPending)
		q.Depth = int64(c.NumPending) + q.InHand
		rows = append(rows, row{queue: q, stream: stream, info: info, consumer: c})
	}
	return rows, err
}

// durable returns the durable consumers of a stream in the order of names, more
// than most if there are more.
func durable(ctx context.Context, stream jetstream.Stream, most int) ([]*jetstream.ConsumerInfo, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	list := stream.ListConsumers(ctx)
	var found []*jetstream.ConsumerInfo
	for c := range list.Info() { // to its end: who lists waits until it is heard
		if c.Config.Durable != "" {
			found = append(found, c)
		}
		if len(found) > most {
			cancel()
		}
	}
	if len(found) <= most && list.Err() != nil {
		return nil, list.Err()
	}
	slices.SortFunc(found, func(a, b *jetstream.ConsumerInfo) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(found, func(a, b *jetstream.ConsumerInfo) bool { return a.Name == b.Name }), nil
}

func deadLetter(cfg jetstream.StreamConfig) bool {
	if said, ok := cfg.Metadata[deadLetterKey]; ok {
		return said == "true"
	}
	name := strings.ToLower(cfg.Name)
	return strings.Contains(name, "dlq") || strings.Contains(name, "dead")
}
