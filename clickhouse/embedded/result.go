package embedded

import (
	"time"
	"unsafe"

	"throughline/lineage"
)

// result is a block of bytes that the engine made, with its counters. Its data
// lives in C memory until release.
type result struct {
	lib    *library
	handle unsafe.Pointer
	data   []byte
}

// progress counts what a statement has read and written so far.
type progress struct {
	readRows, readBytes       uint64
	writtenRows, writtenBytes uint64
	resultRows, resultBytes   uint64
	elapsed                   time.Duration
}

// result wraps a handle that the engine returned; an error in it is returned as
// an *exception and the handle is released.
func (lib *library) result(handle unsafe.Pointer) (*result, error) {
	if handle == nil {
		return nil, lineage.Errorf(lineage.Internal, "embedded.result", "the engine returned nothing")
	}
	if text := lib.resultError(handle); text != "" {
		lib.destroyResult(handle)
		return nil, parseException(text)
	}
	r := &result{lib: lib, handle: handle}
	if n := lib.resultLength(handle); n > 0 {
		r.data = unsafe.Slice((*byte)(lib.resultBuffer(handle)), n)
	}
	return r, nil
}

// progress returns the counters of this result.
func (r *result) progress() progress {
	return progress{
		readRows:     r.lib.storageRowsRead(r.handle),
		readBytes:    r.lib.storageBytesRead(r.handle),
		writtenRows:  r.lib.resultRowsWritten(r.handle),
		writtenBytes: r.lib.resultBytesWritten(r.handle),
		resultRows:   r.lib.resultRowsRead(r.handle),
		resultBytes:  r.lib.resultBytesRead(r.handle),
		elapsed:      time.Duration(r.lib.resultElapsed(r.handle) * float64(time.Second)),
	}
}

// release frees the engine's memory; data is invalid afterwards.
func (r *result) release() {
	if r.handle != nil {
		r.lib.destroyResult(r.handle)
		r.handle, r.data = nil, nil
	}
}
