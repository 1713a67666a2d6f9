// Package bus is the middleware of the reference pipeline: NATS JetStream, in
// this process or elsewhere, with a work queue for each system that sends and a
// stream of the messages that nobody could deal with.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The most bytes a stream keeps; a publisher is refused beyond them, so nothing
// that waits is ever thrown away.
const streamBytes = 256 << 20

// window is how long JetStream remembers message ids to drop repeats. Whoever
// takes the messages tells repeats apart too, so a longer outage does no harm.
const window = 10 * time.Minute

// Config says where the messages go.
type Config struct {
	URL string // of a NATS server with JetStream; empty starts one in this process
	Dir string // folder of the one in this process
}

// Deps are what a Bus is given.
type Deps struct {
	Log   *slog.Logger          // nil: nothing is logged
	Retry func(consumer string) // called when a message will be tried again; nil: nobody
	Dead  func(consumer string) // called when a message has gone to the dead letters; nil: nobody
}

// Bus carries messages between the services.
type Bus struct {
	cfg    Config
	deps   Deps
	server *server.Server
	conn   *nats.Conn
	js     jetstream.JetStream
}

// New makes a Bus that is not connected yet.
func New(cfg Config, deps Deps) (*Bus, error) {
	if cfg.URL == "" && cfg.Dir == "" {
		return nil, errors.New("bus: Dir is missing; want a folder for the NATS server in this process, or the URL of another")
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Retry == nil {
		deps.Retry = func(string) {}
	}
	if deps.Dead == nil {
		deps.Dead = func(string) {}
	}
	return &Bus{cfg: cfg, deps: deps}, nil
}

// Start connects, first starting a server if none was named, and makes the
// streams.
func (b *Bus) Start(ctx context.Context) error {
	options := []nats.Option{nats.Name("throughline-reference"), nats.MaxReconnects(-1)}
	if b.cfg.URL == "" {
		if err := b.embed(); err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		options = append(options, nats.InProcessServer(b.server))
	}
	var err error
	if b.conn, err = nats.Connect(b.cfg.URL, options...); err != nil {
		return fmt.Errorf("bus: connect to NATS at %q: %w", b.URL(), err)
	}
	if b.js, err = jetstream.New(b.conn); err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	for name, subjects := range workQueues() {
		_, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: name, Subjects: []string{subjects},
			Retention: jetstream.WorkQueuePolicy, // a message is gone once it was dealt with
			Discard:   jetstream.DiscardNew,
			MaxBytes:  streamBytes, Duplicates: window,
		})
		if err != nil {
			return fmt.Errorf("bus: stream %s: %w", name, err)
		}
	}
	return b.makeDeadLetters(ctx)
}

// workQueues are the streams of the systems that send, and their subjects.
func workQueues() map[string]string {
	return map[string]string{"CRM": "crm.>", "ERP": "erp.>", "BILLING": "billing.>"}
}

// Waiting returns how many messages nobody has dealt with yet. Dead letters are
// not among them.
func (b *Bus) Waiting(ctx context.Context) (n int, err error) {
	for name := range workQueues() {
		stream, err := b.js.Stream(ctx, name)
		if err != nil {
			return 0, fmt.Errorf("bus: stream %s: %w", name, err)
		}
		n += int(stream.CachedInfo().State.Msgs)
	}
	return n, nil
}

// embed starts a server on a free port of the loopback interface, where the
// nats command can look at it.
func (b *Bus) embed() error {
	srv, err := server.NewServer(&server.Options{
		ServerName: "throughline-reference", Host: "127.0.0.1", Port: server.RANDOM_PORT,
		JetStream: true, StoreDir: filepath.Clean(b.cfg.Dir), NoSigs: true, NoLog: true,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 4*streamBytes + deadBytes,
	})
	if err != nil {
		return err
	}
	b.server = srv
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		return errors.New("the NATS server was not ready within 10 s")
	}
	return nil
}

// URL returns the address of the server.
func (b *Bus) URL() string {
	if b.server != nil {
		return b.server.ClientURL()
	}
	return b.cfg.URL
}

// Stop closes the connection and ends the server in this process. What waits in
// the streams is still there after the next Start.
func (b *Bus) Stop(context.Context) error {
	if b.conn != nil {
		b.conn.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	return nil
}
