package view_test

import (
	"throughline/lineage"
	"throughline/web/view"
)

// drift is a page with evil wherever a stranger chooses the text.
func drift(evil string) view.Drift {
	field := lineage.DriftField{Place: "/a" + evil, Types: []string{"string", "null"}, Want: []string{"number"}, Required: true, Read: "map.reason", Events: 1, Of: 2}
	optional := field
	optional.Required = false
	fields := []lineage.DriftField{field, optional}
	return view.NewDrift(lineage.Traffic{From: noon, To: noon, AsOf: noon, More: 1}, []lineage.Drift{
		{
			Source: "erp" + evil, Type: "booked" + evil, Contract: "booked" + evil + "@2", Known: true, Deprecated: true, Events: 9, Last: noon, Seen: 7, Unread: 2, Cut: true,
			Unknown: fields, Absent: fields, Lacking: fields, Retyped: fields, Refused: 1, Reason: "no" + evil,
		},
		{Source: "erp" + evil, Type: "told" + evil, Events: 1, Last: noon, Absent: []lineage.DriftField{optional}},
		{Source: "crm" + evil, Type: "won", Contract: "won@1", Events: 1},
		{Source: "crm" + evil, Type: "won", Contract: "won@1", Known: true, Events: 1},
		{Source: "crm" + evil, Type: "lost" + evil, Refused: 3, Reason: evil},
	}, noon, noon, lore(evil), utc())
}
