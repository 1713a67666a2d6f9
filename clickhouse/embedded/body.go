package embedded

import (
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"throughline/lineage"
)

// body is what a client sends, decoded. Its Read returns io.EOF only where the
// sender meant the end.
type body struct {
	io.Reader
	close func()
}

// openBody puts the decoders before a body that the request asks for.
func openBody(raw io.Reader, q *request) (*body, error) {
	b := &body{Reader: raw, close: func() {}}
	switch encoding := strings.ToLower(q.bodyEncoded); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		reader, err := gzip.NewReader(raw)
		if err != nil {
			return nil, cutBody(err)
		}
		b.Reader = reader
	case "deflate":
		reader, err := zlib.NewReader(raw)
		if err != nil {
			return nil, cutBody(err)
		}
		b.Reader = reader
	case "br":
		b.Reader = brotli.NewReader(raw)
	case "zstd":
		reader, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64*mib))
		if err != nil {
			return nil, cutBody(err)
		}
		b.Reader, b.close = reader, reader.Close
	case "lz4":
		b.Reader = lz4.NewReader(raw)
	default:
		return nil, lineage.Errorf(lineage.Unsupported, "embedded.openBody", "Content-Encoding %q is not spoken here; send gzip, deflate, br, zstd, lz4 or none", encoding)
	}
	if q.decompress {
		b.Reader = &unframed{frames: compress.NewReader(&frames{from: b.Reader})}
	}
	return b, nil
}

// unframed turns ch-go's wrapped end of file back into io.EOF.
type unframed struct{ frames *compress.Reader }

func (u *unframed) Read(p []byte) (int, error) {
	n, err := u.frames.Read(p)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		return n, io.EOF
	}
	return n, err
}

// frames follows ClickHouse's compressed frames (16 bytes of checksum, then one
// of method, four of the frame's size counted from the method on, four of the data's) and
// makes an end inside of one unexpected.
type frames struct {
	from   io.Reader
	header [25]byte
	filled int // bytes of the header that are there
	left   int // bytes of the frame behind it
}

func (f *frames) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	for seen := p[:n]; len(seen) > 0; {
		if f.left > 0 {
			step := min(f.left, len(seen))
			f.left -= step
			seen = seen[step:]
			continue
		}
		step := copy(f.header[f.filled:], seen)
		f.filled += step
		seen = seen[step:]
		if f.filled == len(f.header) {
			f.filled, f.left = 0, max(0, int(binary.LittleEndian.Uint32(f.header[17:21]))-9)
		}
	}
	if err == io.EOF && (f.left > 0 || f.filled > 0) {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}
