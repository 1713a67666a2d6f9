package storetest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"throughline/slo"
)

func incidentsComeBack(t *testing.T, f *Fixture) {
	check(t, func(rt *rapid.T, version uint64) {
		want := many(rt, incidents, "incidents")
		for i := range want {
			want[i].ID, want[i].Version = want[i].ID+fmt.Sprint("-", i), version
		}
		draw(rt, f.SaveIncidents(t.Context(), want))
		for i := range want {
			got, err := f.Incident(t.Context(), "default", want[i].ID)
			draw(rt, err)
			equal(rt, "incident", *got, want[i])
		}
	})
}

func incidentVersions(t *testing.T, f *Fixture) {
	ctx := t.Context()
	for _, version := range []uint64{2, 5, 3, 5} {
		must(t, f.SaveIncidents(ctx, []slo.Incident{
			{ID: "one", Tenant: "default", State: slo.Firing, Comment: fmt.Sprint("v", version), Version: version},
			{ID: "two", Tenant: "default", State: slo.Resolved, Version: version},
		}))
		got, err := f.Incident(ctx, "default", "one")
		must(t, err)
		equal(t, "comment", got.Comment, fmt.Sprint("v", max(got.Version, version)))
	}
	must(t, f.SaveIncidents(ctx, nil))
	must(t, f.Conn.Exec(ctx, f.in("OPTIMIZE TABLE store.incidents FINAL")))
	var rows, newest uint64
	f.scan(t, "SELECT count(), countIf(version = 5) FROM store.incidents", &rows, &newest)
	equal(t, "rows and newest ones", [2]uint64{rows, newest}, [2]uint64{2, 2})
}
