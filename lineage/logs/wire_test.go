package logs

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

func TestWhatGoesOverTheWireInAnySpellingIsWhatWasMeant(t *testing.T) {
	t.Parallel()
	business := Tickets{Seed: 5, Orders: 60}
	var plain []lineage.Event
	b := newBook(CatalogueOf(business), "sales", habits{seed: 5}, func(e *lineage.Event) { plain = append(plain, *e) })
	business.play(b)
	carrier := newBook(CatalogueOf(business), "sales", habits{seed: 6, wire: true}, nil).wire
	b.close()
	for _, meant := range plain {
		read := carrier.carry(&meant)
		byObject := func(a, b lineage.Ref) int { return a.Object.Compare(b.Object) }
		slices.SortFunc(meant.Refs, byObject)
		slices.SortFunc(read.Refs, byObject)
		read.Payload, read.Envelope, read.SpanID = "", "", lineage.SpanID{} // the wire adds them
		read.Hash, meant.Hash = 0, 0
		if diff := cmp.Diff(meant, read); diff != "" {
			t.Fatalf("%s (-meant +read):\n%s", meant.Type, diff)
		}
	}
}
