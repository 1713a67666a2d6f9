package collector

import (
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames opens an HTTP/2 connection to write frames on by hand.
func (r *rig) frames() *http2.Framer {
	r.t.Helper()
	conn := r.socket(http2.ClientPreface)
	f := http2.NewFramer(conn, conn)
	if err := f.WriteSettings(); err != nil {
		r.t.Fatal(err)
	}
	return f
}

// fields is the header of a gRPC call, compressed.
func fields(t *testing.T) []byte {
	t.Helper()
	var w blockWriter
	e := hpack.NewEncoder(&w)
	for _, h := range [][2]string{{":method", "POST"}, {":scheme", "http"}, {":path", exportTraces}, {":authority", "x"}, {"content-type", "application/grpc"}} {
		if err := e.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

type blockWriter []byte

func (w *blockWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// Resets and pings are cheap to answer, as no more handlers run than streams may
// be open and no more answers wait than a bound, so those floods may be read to
// their end. A header without an end must be cut.
func TestAFloodOfFramesStopsNobodyElse(t *testing.T) {
	t.Parallel()
	for name, flood := range map[string]func(f *http2.Framer, header []byte) error{
		"a header that never ends": func(f *http2.Framer, header []byte) error {
			if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: header}); err != nil {
				return err
			}
			for range 100_000 {
				if err := f.WriteContinuation(1, false, make([]byte, 1024)); err != nil {
					return err
				}
			}
			return nil
		},
		"streams that are reset at once": func(f *http2.Framer, header []byte) error {
			for i := range uint32(20_000) {
				if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*i + 1, BlockFragment: header, EndHeaders: true}); err != nil {
					return err
				}
				if err := f.WriteRSTStream(2*i+1, http2.ErrCodeCancel); err != nil {
					return err
				}
			}
			return nil
		},
		"pings": func(f *http2.Framer, _ []byte) error {
			for range 50_000 {
				if err := f.WritePing(false, [8]byte{}); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			f, header := r.frames(), fields(t)
			if err := flood(f, header); name == "a header that never ends" && err == nil {
				t.Error("it was read to its end")
			}
			for name, send := range deliver(r) {
				if err := send(); err != nil {
					t.Errorf("afterwards, %s: %v", name, err)
				}
			}
			deadline, tick := time.After(10*time.Second), time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for r.budget.inFlight() != 0 {
				select {
				case <-tick.C:
				case <-deadline:
					t.Fatalf("%d bytes are still reserved", r.budget.inFlight())
				}
			}
		})
	}
}
