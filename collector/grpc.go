package collector

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"throughline/collector/journal"
	"throughline/lineage"
)

// grpc answers unary gRPC calls on net/http's HTTP/2. It is not grpc-go's
// server, which reads and inflates a whole message before any of our code is
// asked: here a message's bytes are reserved before they are read, compressed
// or not, and the same deadlines hold as for every other request.
func (c *Collector) grpc(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/grpc")
	h.Set("Grpc-Accept-Encoding", "identity,gzip")
	ctx, cancel, err := withTimeout(r)
	defer cancel()
	var reply []byte
	if err == nil {
		reply, err = c.call(w, r.WithContext(ctx))
	}
	c.hurry(w)
	if err != nil {
		c.trailersOnly(h, err)
		return // net/http sends the header and ends the stream
	}
	frame := make([]byte, prefixSize, prefixSize+len(reply))
	binary.BigEndian.PutUint32(frame[1:], uint32(len(reply)))
	h.Set("Trailer", "Grpc-Status")
	if _, err := w.Write(append(frame, reply...)); err == nil {
		h.Set("Grpc-Status", "0")
	}
}

// call routes one call by its path and returns the encoded reply.
func (c *Collector) call(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := c.guard.admit(r); err != nil {
		return nil, c.metrics.turnAway(err)
	}
	switch r.URL.Path {
	case "/opentelemetry.proto.collector.trace.v1.TraceService/Export":
		return nil, c.export(w, r, lineage.Traces)
	case "/opentelemetry.proto.collector.logs.v1.LogsService/Export":
		return nil, c.export(w, r, lineage.Logs)
	case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
		return nil, c.metrics.turnAway(lineage.Errorf(lineage.Unsupported, "", noMetrics))
	case "/grpc.health.v1.Health/Check":
		return c.health(w, r)
	default:
		return nil, c.metrics.turnAway(lineage.Errorf(lineage.Unsupported, "",
			"no gRPC method %s here: send to TraceService/Export or LogsService/Export of opentelemetry.proto.collector", r.URL.Path))
	}
}

// export takes in one signal of OTLP. An export response with partial_success
// unset is an empty message, so there is no reply to encode.
func (c *Collector) export(w http.ResponseWriter, r *http.Request, signal lineage.Signal) (err error) {
	in := newIntake(signal, "otlp/grpc", r)
	defer c.metrics.begin(in).end(&err)
	if err = c.open(r.Context(), in); err == nil {
		defer c.shut(in)
		var payload []byte
		if payload, err = c.message(w, r, in); err == nil {
			err = c.keepOTLP(r.Context(), in, journal.Protobuf, payload)
		}
	}
	if err != nil {
		c.complain(in, err)
	}
	return err
}

// prefixSize is the length of what stands before a gRPC message: a byte that
// tells whether it is compressed, and its length in four.
const prefixSize = 5

// message reads the one message of a unary call.
func (c *Collector) message(w http.ResponseWriter, r *http.Request, in *intake) ([]byte, error) {
	const op = "read the message"
	wire := c.wire(w, r, c.cfg.MaxBody+prefixSize+1)
	defer wire.finish()
	var prefix [prefixSize]byte
	if _, err := io.ReadFull(wire, prefix[:]); err != nil {
		return nil, wire.explain(lineage.Errorf(lineage.Invalid, op, "it ends before its five-byte prefix does: %w", err))
	}
	size, limit, encoding := int64(binary.BigEndian.Uint32(prefix[1:])), c.cfg.MaxBody, ""
	if prefix[0] == 1 {
		limit = min(c.cfg.MaxCompressed, limit)
		encoding = r.Header.Get("Grpc-Encoding")
		if packed, err := compressed(encoding); err != nil || !packed {
			return nil, lineage.Errorf(lineage.Unsupported, op, "it is compressed as %q, which is not spoken here: send gzip or identity", encoding)
		}
	} else if prefix[0] != 0 {
		return nil, lineage.Errorf(lineage.Invalid, op, "its first byte is %d and must be 0 or 1", prefix[0])
	}
	if size > limit {
		return nil, lineage.Errorf(lineage.TooLarge, op, "it is %d bytes and may be %d: send smaller batches", size, limit)
	}
	body := &io.LimitedReader{R: wire, N: size}
	payload, err := c.inflater.read(body, encoding, size, c.cfg.MaxBody, in.held)
	switch {
	case err != nil:
		return nil, wire.explain(err)
	case body.N > 0:
		return nil, lineage.Errorf(lineage.Invalid, op, "it ends %d bytes before its length of %d", body.N, size)
	}
	if n, err := wire.Read(prefix[:1]); n != 0 || err != io.EOF {
		return nil, lineage.Errorf(lineage.Invalid, op, "more follows it, but this call takes one message")
	}
	in.bytes, in.buffer = len(payload), payload
	return payload, nil
}

// trailersOnly ends a call that failed.
func (c *Collector) trailersOnly(h http.Header, err error) {
	st := c.statusOf(err)
	h.Set("Grpc-Status", strconv.Itoa(int(st.Code())))
	h.Set("Grpc-Message", percent(st.Message()))
	if len(st.Proto().GetDetails()) > 0 {
		if details, e := proto.Marshal(st.Proto()); e == nil {
			h.Set("Grpc-Status-Details-Bin", base64.RawStdEncoding.EncodeToString(details))
		}
	}
}

// percent encodes a message for its header, as the gRPC protocol says.
func percent(text string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '%' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// withTimeout takes over the caller's deadline.
func withTimeout(r *http.Request) (context.Context, context.CancelFunc, error) {
	text := r.Header.Get("Grpc-Timeout")
	if text == "" {
		return r.Context(), func() {}, nil
	}
	units := map[byte]time.Duration{
		'H': time.Hour, 'M': time.Minute, 'S': time.Second,
		'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
	}
	unit, ok := units[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	if !ok || err != nil {
		return r.Context(), func() {}, lineage.Errorf(lineage.Invalid, "read the header grpc-timeout", "%q is no timeout", text)
	}
	const most = 24 * time.Hour // nothing here takes longer, and so many hours would overflow
	wait := most
	if n < uint64(most/unit) {
		wait = time.Duration(n) * unit
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	return ctx, cancel, nil
}
