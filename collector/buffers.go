package collector

import (
	"math/bits"
	"sync"
)

// The sizes of buffers are powers of two. Larger ones than the largest class
// are rare, and are left to the garbage collector.
const (
	smallestBuffer = 14 // 16 KiB: so small that thousands of idle senders hold little
	largestBuffer  = 20 // 1 MiB
)

// buffers lends memory for payloads. Without it the garbage of half a megabyte
// for every thousand spans would keep the garbage collector busy all the time.
// It is safe for concurrent use.
type buffers struct {
	classes [largestBuffer - smallestBuffer + 1]sync.Pool // of *[]byte
}

// sizeOf rounds n up to the size of the buffer that would be lent for it.
func (*buffers) sizeOf(n int64) int64 {
	if n > 1<<largestBuffer {
		return n
	}
	return 1 << max(smallestBuffer, bits.Len64(uint64(max(n, 1)-1)))
}

// lend returns an empty buffer with the capacity sizeOf(n).
func (b *buffers) lend(n int64) []byte {
	size := b.sizeOf(n)
	if size <= 1<<largestBuffer {
		if p, _ := b.classes[bits.Len64(uint64(size))-1-smallestBuffer].Get().(*[]byte); p != nil {
			return (*p)[:0]
		}
	}
	return make([]byte, 0, size)
}

// takeBack is for a buffer that nobody reads any more.
func (b *buffers) takeBack(buf []byte) {
	size := cap(buf)
	if size < 1<<smallestBuffer || size > 1<<largestBuffer || size&(size-1) != 0 {
		return
	}
	b.classes[bits.Len64(uint64(size))-1-smallestBuffer].Put(&buf)
}
