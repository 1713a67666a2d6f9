package collector

import (
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"throughline/lineage"
)

// zstdWindow is what every zstd decoder must be able to take, by RFC 8878.
const zstdWindow = 8 << 20

// encodings is every Content-Encoding that is spoken, as Accept-Encoding lists them.
const encodings = "gzip, zstd, identity"

// inflater reads bodies and undoes their compression. Its decoders are pooled.
// It is safe for concurrent use.
type inflater struct {
	buffers *buffers
	gzips   sync.Pool // *gzip.Reader
	zstds   sync.Pool // *zstd.Decoder
}

// compressed tells whether an encoding changes the bytes, and fails with
// Unsupported for one that is not spoken here.
func compressed(encoding string) (bool, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return false, nil
	case "gzip", "zstd":
		return true, nil
	default:
		return false, lineage.Errorf(lineage.Unsupported, "read the body", "encoding %q is not spoken here: send one of %s", encoding, encodings)
	}
}

// read returns the whole body, decompressed. hint is its length on the wire if
// that is known, else -1; it only saves copies. Every byte is reserved before it
// is taken, and nothing beyond limit is kept. The result is lent by f.buffers.
func (f *inflater) read(src io.Reader, encoding string, hint, limit int64, held *reservation) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "gzip":
		z, _ := f.gzips.Get().(*gzip.Reader)
		if z == nil {
			z = new(gzip.Reader)
		}
		defer f.gzips.Put(z)
		if err := z.Reset(src); err != nil {
			return nil, badGzip(err)
		}
		payload, err := f.fill(z, -1, limit, held)
		return payload, badGzip(err)
	case "zstd":
		if err := held.grow(zstdWindow); err != nil {
			return nil, err
		}
		defer held.shrink(zstdWindow)
		z, _ := f.zstds.Get().(*zstd.Decoder)
		if z == nil {
			var err error
			z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
			if err != nil {
				return nil, lineage.E(lineage.Internal, "make a zstd decoder", err)
			}
		}
		if err := z.Reset(src); err != nil {
			return nil, err
		}
		payload, err := f.fill(z, -1, limit, held)
		if z.Reset(nil) == nil {
			f.zstds.Put(z)
		}
		return payload, err
	default:
		return f.fill(src, hint, limit, held)
	}
}

// badGzip says what is wrong in words, where the decoder's are terse.
func badGzip(err error) error {
	switch {
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("Content-Encoding says gzip, but these bytes are not gzip")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("the gzip checksum does not match its bytes")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the gzip stream ends too early")
	default:
		return err
	}
}

// fill reads src to its end into one lent buffer.
func (f *inflater) fill(src io.Reader, hint, limit int64, held *reservation) (_ []byte, err error) {
	most := limit + 1 // one byte more shows that there is more
	if hint >= 0 {
		most = min(most, hint+1)
	}
	if err := held.grow(f.buffers.sizeOf(1)); err != nil {
		return nil, err
	}
	buf := f.buffers.lend(1)
	defer func() {
		if err != nil {
			f.buffers.takeBack(buf)
		}
	}()
	for {
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return nil, lineage.Errorf(lineage.TooLarge, "read the body", "it is more than %d bytes once decompressed: send smaller batches", limit)
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buf) < cap(buf) {
			continue
		}
		if buf, err = f.grow(buf, hint >= 0, most, held); err != nil {
			return nil, err
		}
	}
}

// grow exchanges a full buffer for a larger one: four times as large towards a
// length that was announced, else twice. On failure it returns the old one.
func (f *inflater) grow(buf []byte, announced bool, most int64, held *reservation) ([]byte, error) {
	size := 2 * int64(cap(buf))
	if announced {
		size = max(min(2*size, most), int64(cap(buf))+int64(cap(buf))/4+1)
	}
	size = f.buffers.sizeOf(size)
	if err := held.grow(size); err != nil {
		return buf, err
	}
	bigger := append(f.buffers.lend(size), buf...)
	held.shrink(int64(cap(buf)))
	f.buffers.takeBack(buf)
	return bigger, nil
}
