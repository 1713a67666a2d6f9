package view_test

import (
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/web/view"
)

func TestALoneObjectIsNotSaidToBeJoinedByAClaim(t *testing.T) {
	t.Parallel()
	page := func(members int) string {
		e := booked(func(e *lineage.Execution) { e.Members = e.Members[2-members:] })
		return render(t, view.LineagePage(view.NewLineage(e.Anchor, lineage.Answer{Executions: []*lineage.Execution{e}}, view.Lore{}, utc())))
	}
	const alone, joined = "It is the only object here, so there is nothing to relate.", "a claim alone joins them"
	if one := page(1); !strings.Contains(one, alone) || strings.Contains(one, joined) {
		t.Error("a lone object is said to be joined to others")
	}
	if two := page(2); strings.Contains(two, alone) || !strings.Contains(two, joined) {
		t.Error("two are said to be one")
	}
}
