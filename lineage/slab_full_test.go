package lineage

import "testing"

// A cell has 15 bits for its page. The page after the last would be the first again.
func TestASlabThatIsFullOverwritesNothing(t *testing.T) {
	t.Parallel()
	var s slab
	first := s.put([]byte("first"))
	for len(s.pages) < 1<<15-1 {
		s.pages = append(s.pages, nil)
	}
	s.next = 1 << pageBits
	if last := s.put([]byte("last")); string(s.bytes(first)) != "first" || string(s.bytes(last)) != "last" {
		t.Fatalf("%q and %q on the last page", s.bytes(first), s.bytes(last))
	}
	s.next = 1 << pageBits
	defer func() {
		if recover() == nil || string(s.bytes(first)) != "first" {
			t.Errorf("there was no page left, and the first holds %q", s.bytes(first))
		}
	}()
	s.put([]byte("one more"))
}
