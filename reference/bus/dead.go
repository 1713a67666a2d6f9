package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/propagation"

	"throughline/reference/service"
)

// Tries is how often the other system may refuse a message before it goes to
// the dead letters.
const Tries = 6

// The stream of dead letters. The subject of one is that of its message with
// deadPrefix before it.
const (
	deadStream = "DLQ"
	deadPrefix = "dlq."
	deadBytes  = 64 << 20
)

// The headers of a dead letter, beside those that its message had.
const (
	DeadSubject  = "Dead-Letter-Subject"
	DeadID       = "Dead-Letter-Message-Id"
	DeadConsumer = "Dead-Letter-Consumer"
	DeadAttempts = "Dead-Letter-Attempts"
	DeadError    = "Dead-Letter-Error" // what the other system said the last time
	DeadAt       = "Dead-Letter-At"    // RFC 3339
)

// redriven stands between the id of a message and the number of its dead letter.
const redriven = ":redriven:"

// longestError is how many bytes of the last error a dead letter keeps.
const longestError = 1024

// Refusals counts, by consumer and message, how often the other system has said
// no. It is kept with the documents of the service that consumes.
type Refusals = service.Table[int]

// NewRefusals adds the count to a service that is not open yet. It is Consumer's
// to use.
func NewRefusals(s *service.Service) *Refusals {
	const remembered = 10_000
	return service.NewTable[int](s.DB, "refusals").Keep(remembered, func(int) bool { return true })
}

// makeDeadLetters makes the stream. When it is full it takes no more, and a
// message that belongs in it stays where it is: nothing is thrown away.
func (b *Bus) makeDeadLetters(ctx context.Context) error {
	_, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: deadStream, Subjects: []string{deadPrefix + ">"},
		Retention: jetstream.LimitsPolicy, // a dead letter is there until somebody takes it away
		Discard:   jetstream.DiscardNew,
		MaxBytes:  deadBytes, Duplicates: window,
	})
	if err != nil {
		return fmt.Errorf("bus: stream %s: %w", deadStream, err)
	}
	return nil
}

// givesUp counts a refusal, and after the last one stores the message as a dead
// letter. It tells whether that was done. Only an answer of the other system
// counts: where there was none, or what was missing is our own, the message is
// not to blame and comes again for ever.
func (b *Bus) givesUp(ctx context.Context, s *service.Service, c Consumer, m Message, refusal error) (bool, error) {
	var answer *service.StatusError
	if c.Refusals == nil || !errors.As(refusal, &answer) {
		return false, nil
	}
	err := s.DB.Update(func() error { c.Refusals.Put(c.row(m), m.Refusals+1); return nil })
	if err != nil || !m.Last() {
		return false, err
	}
	header := nats.Header{}
	for name, value := range map[string]string{
		DeadSubject: m.Subject, DeadID: m.ID, DeadConsumer: c.Name, DeadAttempts: strconv.Itoa(m.Attempt),
		DeadError: oneLine(refusal), DeadAt: s.Now().UTC().Format(time.RFC3339Nano),
	} {
		header.Set(name, value)
	}
	dead := Message{Subject: deadPrefix + m.Subject, ID: deadPrefix + c.row(m), Correlation: m.Correlation, Body: m.Body}
	return true, b.send(ctx, s, dead, header, c.ids(m))
}

// oneLine renders an error as the value of a header.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	return strings.ToValidUTF8(text[:min(len(text), longestError)], "")
}

// Redrive puts dead letters that were stored before a moment back to where their
// messages came from, oldest first. Each is stored there before it is taken out
// of the dead letters. It goes under an id that is its own and the same however
// often this is done: under the old one it would be dropped as a repeat.
func (b *Bus) Redrive(ctx context.Context, s *service.Service, before time.Time, ids func(Message) service.IDs) error {
	stream, err := b.js.Stream(ctx, deadStream)
	if err != nil {
		return fmt.Errorf("redrive: %w", err)
	}
	for next := uint64(1); ; {
		dead, err := stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(deadPrefix+">"))
		if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && dead.Time.After(before) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("redrive: %w", err)
		}
		next = dead.Sequence + 1
		id, _, _ := strings.Cut(dead.Header.Get(DeadID), redriven)
		m := Message{
			Subject: strings.TrimPrefix(dead.Subject, deadPrefix), ID: id + redriven + strconv.FormatUint(dead.Sequence, 10),
			Correlation: dead.Header.Get(correlationHeader), Body: dead.Data,
		}
		trace := propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(dead.Header))
		if err := b.Publish(trace, s, m, ids(m)); err != nil {
			return fmt.Errorf("redrive: %w", err)
		}
		if err := stream.DeleteMsg(ctx, dead.Sequence); err != nil {
			return fmt.Errorf("redrive: %w", err)
		}
	}
}
