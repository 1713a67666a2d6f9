package queues

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// natsBroker is a NATS server, or a cluster of them, with JetStream.
type natsBroker struct {
	life    context.Context // of the connection
	where   address
	log     *slog.Logger
	conn    *nats.Conn // nil before the first attempt to connect
	js      jetstream.JetStream
	givenUp givenUp
	asking  atomic.Pointer[context.CancelFunc] // ends the measurement that is being made
}

// newNATS returns a broker that connects when it is first measured.
func newNATS(ctx context.Context, where address, log *slog.Logger) *natsBroker {
	return &natsBroker{life: ctx, where: where, log: log, givenUp: givenUp{}}
}

func (b *natsBroker) close() {
	if b.conn != nil {
		b.conn.Close()
	}
}

// ready sees to it that there is a connection. Once made it reconnects by itself,
// also when the server was away from the beginning or has refused us.
func (b *natsBroker) ready() error {
	if b.conn == nil || b.conn.IsClosed() {
		if err := b.dial(); err != nil {
			return b.where.unavailable("connect to NATS", err)
		}
	}
	if !b.conn.IsConnected() {
		err := b.conn.LastError()
		if err == nil {
			err = nats.ErrDisconnected
		}
		return b.where.unavailable("NATS is away", err)
	}
	return nil
}

func (b *natsBroker) dial() error {
	conn, err := nats.Connect(b.where.url,
		nats.Name("throughline-queues"),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(*nats.Conn, error) { b.interrupt() }),
		nats.SetCustomDialer(dialer{b.life}), nats.SkipHostLookup(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { // the client's own writes to the screen
			b.log.Debug("NATS says", "error", b.where.hidden.Replace(err.Error()))
		}),
	)
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return err
	}
	b.conn, b.js = conn, js
	return nil
}

// dialer connects until its context ends, so that Stop does not have to wait for
// an address that does not answer.
type dialer struct{ life context.Context }

// Dial is called by the client of NATS.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: 2 * time.Second}).DialContext(d.life, network, address)
}

// interrupt ends the measurement that is being made: to what was asked before the
// connection broke, no answer comes.
func (b *natsBroker) interrupt() {
	if cancel := b.asking.Load(); cancel != nil {
		(*cancel)()
	}
}

func (b *natsBroker) measure(ctx context.Context, most int) (measurement, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b.asking.Store(&cancel)
	if err := b.ready(); err != nil {
		return measurement{}, err
	}
	m, err := b.look(ctx, most)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return m, b.where.unavailable("NATS has no JetStream for us; enable it, or use an account that has it", err)
	case err != nil && !b.conn.IsConnected():
		return m, b.where.unavailable("NATS went away", err)
	case errors.Is(err, context.DeadlineExceeded) && b.conn.LastError() != nil: // who may not ask gets no answer
		return m, b.where.unavailable("measure NATS", b.conn.LastError())
	case err != nil:
		return m, b.where.unavailable("measure NATS", err)
	}
	return m, nil
}

// look reads what there is, and then how old it is.
func (b *natsBroker) look(ctx context.Context, most int) (measurement, error) {
	rows, cut, err := b.rows(ctx, most)
	if err != nil {
		return measurement{}, err
	}
	b.givenUp.settle(rows)
	if err := each(len(rows), func(i int) error { return rows[i].age(ctx) }); err != nil {
		return measurement{}, err
	}
	m := measurement{cut: cut}
	for _, r := range rows {
		m.queues = append(m.queues, r.queue)
	}
	return m, nil
}
