package embedded

import (
	"compress/gzip"
	"compress/zlib"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"throughline/lineage"
)

// output is the body of an answer on its way out, encoded as the client asked.
type output struct {
	to       http.ResponseWriter
	patience *http.ResponseController
	tag      string // of an exception inside the body
	framer   *compress.Writer
	encoding string
	encoder  io.WriteCloser
	begun    bool // the status has been sent
}

// frameSize is how many bytes of a result one compressed frame holds at most.
const frameSize = mib

func newOutput(w http.ResponseWriter, q *request) *output {
	tag := make([]byte, 8)
	_, _ = rand.Read(tag)
	o := &output{to: w, patience: http.NewResponseController(w), tag: hex.EncodeToString(tag)}
	switch {
	case q.compress && q.method == "zstd":
		o.framer = compress.NewWriter(compress.LevelZero, compress.ZSTD)
	case q.compress:
		o.framer = compress.NewWriter(compress.LevelZero, compress.LZ4)
	default:
		o.encoding = chooseEncoding(q.encoding)
	}
	return o
}

// rest lifts the deadlines of the connection.
func (o *output) rest() {
	_ = o.patience.SetReadDeadline(time.Time{})
	_ = o.patience.SetWriteDeadline(time.Time{})
}

// chooseEncoding returns the first encoding of an Accept-Encoding header that is
// spoken here.
func chooseEncoding(accepted string) string {
	for each := range strings.SplitSeq(accepted, ",") {
		name, weight, _ := strings.Cut(each, ";")
		if strings.ReplaceAll(weight, " ", "") == "q=0" {
			continue
		}
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "gzip", "deflate", "br", "zstd", "lz4":
			return name
		}
	}
	return ""
}

// begin sends the status and the headers.
func (o *output) begin() error {
	o.begun = true
	header := o.to.Header()
	header.Set("X-ClickHouse-Exception-Tag", o.tag)
	if o.encoding != "" {
		header.Set("Content-Encoding", o.encoding)
		header.Add("Vary", "Accept-Encoding")
	}
	o.to.WriteHeader(http.StatusOK)
	switch o.encoding {
	case "gzip":
		o.encoder, _ = gzip.NewWriterLevel(o.to, gzip.BestSpeed)
	case "deflate":
		o.encoder, _ = zlib.NewWriterLevel(o.to, zlib.BestSpeed)
	case "br":
		o.encoder = brotli.NewWriterLevel(o.to, brotli.BestSpeed)
	case "lz4":
		o.encoder = lz4.NewWriter(o.to)
	case "zstd":
		encoder, err := zstd.NewWriter(o.to, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return lineage.E(lineage.Internal, "embedded.begin", err)
		}
		o.encoder = encoder
	}
	return nil
}

// write sends a part of the result, and the headers before the first.
func (o *output) write(data []byte) error {
	if !o.begun {
		if err := o.begin(); err != nil {
			return err
		}
	}
	for len(data) > 0 {
		part := data[:min(len(data), frameSize)]
		data = data[len(part):]
		_ = o.patience.SetWriteDeadline(time.Now().Add(stall))
		if err := o.send(part); err != nil {
			return lineage.Errorf(lineage.Unavailable, "embedded.write", "the client is gone: %w", err)
		}
	}
	return nil
}

func (o *output) send(part []byte) error {
	switch {
	case o.framer != nil:
		if err := o.framer.Compress(part); err != nil {
			return err
		}
		_, err := o.to.Write(o.framer.Data)
		return err
	case o.encoder != nil:
		_, err := o.encoder.Write(part)
		return err
	}
	_, err := o.to.Write(part)
	return err
}

// end completes the body. An answer without a result gets no encoding: an empty
// body says all there is.
func (o *output) end() error {
	if !o.begun {
		o.begun, o.encoding = true, ""
		o.to.Header().Set("Content-Length", "0")
		o.to.WriteHeader(http.StatusOK)
		return nil
	}
	if o.encoder == nil {
		return nil
	}
	if err := o.encoder.Close(); err != nil {
		return lineage.Errorf(lineage.Unavailable, "embedded.end", "the client is gone: %w", err)
	}
	return nil
}

// breakOff ends a body that has already begun with an exception. It goes around
// ClickHouse's frames, where clients look for it, but through HTTP's encoding.
func (o *output) breakOff(e *exception) {
	_ = o.patience.SetWriteDeadline(time.Now().Add(stall / 8))
	frame := e.frame(o.tag)
	if o.encoder == nil {
		_, _ = o.to.Write(frame)
		return
	}
	_, _ = o.encoder.Write(frame)
	_ = o.encoder.Close()
}
