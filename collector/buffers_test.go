package collector

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"throughline/lineage"
)

func TestABodyOfAnyLengthIsReadWholeAndPaidFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lent buffers
		f := inflater{buffers: &lent}
		b := newBudget(16<<20, 0)
		body := bytes.Repeat([]byte{'x'}, rapid.IntRange(0, 3<<20).Draw(t, "length"))
		limit := rapid.Int64Range(1, 4<<20).Draw(t, "limit")
		hint := rapid.SampledFrom([]int64{-1, int64(len(body)), 0, 5, 1 << 20}).Draw(t, "hint")
		var src io.Reader = bytes.NewReader(body)
		if rapid.Bool().Draw(t, "end with the last bytes") {
			src = iotest.DataErrReader(src)
		}
		held, err := b.enter(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.read(src, "", hint, limit, held)
		if int64(len(body)) > limit {
			if lineage.KindOf(err) != lineage.TooLarge {
				t.Fatalf("%d bytes of %d: %v", len(body), limit, err)
			}
			return
		}
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("%d bytes of %d are read: %v", len(got), len(body), err)
		}
		if held.held != int64(cap(got)) {
			t.Fatalf("%d bytes are reserved for a buffer of %d", held.held, cap(got))
		}
		if cap(got) > 4*len(got)+1<<smallestBuffer {
			t.Fatalf("a buffer of %d holds %d bytes", cap(got), len(got))
		}
		lent.takeBack(got)
		if again := lent.lend(int64(len(body))); len(again) != 0 || cap(again) < len(body) {
			t.Fatalf("a buffer of %d is lent for %d", cap(again), len(body))
		}
	})
}
