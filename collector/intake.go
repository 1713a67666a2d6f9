package collector

import (
	"context"
	"net"
	"net/http"

	"throughline/collector/journal"
	"throughline/lineage"
)

// tenant is everybody's until tenants are told apart by their tokens.
const tenant = "default"

// intake is one request on its way in. It belongs to one goroutine.
type intake struct {
	signal   lineage.Signal
	protocol string // for the metrics: otlp/http, otlp/grpc, cloudevents
	source   string // for the journal: the protocol, and the address that it came from
	items    int    // once they are known
	counted  bool   // they are in the metrics
	bytes    int    // of the payload, decompressed
	held     *reservation
	buffer   []byte // what the body was read into
}

func newIntake(signal lineage.Signal, protocol string, r *http.Request) *intake {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return &intake{signal: signal, protocol: protocol, source: protocol + " " + host}
}

// open makes sure that there is room before the first byte is read.
func (c *Collector) open(ctx context.Context, in *intake) (err error) {
	in.held, err = c.budget.enter(ctx, baseCost)
	return err
}

// shut gives back what an opened intake holds. Its payload is gone then.
func (c *Collector) shut(in *intake) {
	c.buffers.takeBack(in.buffer)
	in.held.release()
}

// baseCost is what a request costs beside its body: a decoder, buffers of the
// connection, the answer.
const baseCost = 64 << 10

// body reads and decompresses the body of an HTTP request.
func (c *Collector) body(w http.ResponseWriter, r *http.Request, in *intake) ([]byte, error) {
	encoding := r.Header.Get("Content-Encoding")
	packed, err := compressed(encoding)
	if err != nil {
		return nil, err
	}
	limit, hint := c.cfg.MaxBody, r.ContentLength
	if packed {
		limit, hint = min(c.cfg.MaxCompressed, limit), -1
	}
	if r.ContentLength > limit {
		return nil, lineage.Errorf(lineage.TooLarge, "read the body", "it is %d bytes and may be %d: send smaller batches", r.ContentLength, limit)
	}
	wire := c.wire(w, r, limit)
	payload, err := c.inflater.read(wire, encoding, hint, c.cfg.MaxBody, in.held)
	if err != nil {
		return nil, wire.explain(err)
	}
	wire.finish()
	in.bytes, in.buffer = len(payload), payload
	return payload, nil
}

// What parsed JSON costs at most beside its text, as measured: a value of an
// OTLP request, where {} may stand for a whole span, a value of a CloudEvent,
// and a CloudEvent.
const (
	otlpValue  = 160
	eventValue = 64
	eventCost  = 512
)

// openJSON reserves what parsing OTLP/JSON will allocate.
func (c *Collector) openJSON(in *intake, payload []byte) error {
	const deepest = 200 // the scanner is stricter, since it knows what nests
	s, err := jsonShape(payload, deepest, c.cfg.MaxValues)
	if err != nil {
		return err
	}
	return in.held.grow(int64(s.values)*otlpValue + 2*int64(len(payload)))
}

// keepOTLP scans an OTLP payload and keeps it.
func (c *Collector) keepOTLP(ctx context.Context, in *intake, encoding journal.Encoding, payload []byte) (err error) {
	if encoding == journal.JSON {
		if err := c.openJSON(in, payload); err != nil {
			return err
		}
	}
	if in.items, err = c.deps.Scanner.Scan(in.signal, encoding, payload); err != nil {
		return err
	}
	return c.keep(ctx, in, encoding, payload)
}

// keep returns nil only when the journal has said that the payload is durable.
func (c *Collector) keep(ctx context.Context, in *intake, encoding journal.Encoding, payload []byte) error {
	if in.items == 0 {
		return nil // an empty request succeeds, and there is nothing to keep
	}
	c.metrics.arrive(in, in.items)
	ctx, cancel := context.WithTimeout(ctx, c.cfg.AppendTimeout)
	defer cancel()
	return c.deps.Journal.Append(ctx, journal.Record{
		Type:     journal.Data,
		Signal:   in.signal,
		Encoding: encoding,
		Items:    uint32(in.items),
		Tenant:   tenant,
		Source:   in.source,
		Ingested: c.deps.Now(),
		Payload:  payload,
	})
}
