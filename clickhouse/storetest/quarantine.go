package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

func largePayload(t *testing.T, f *Fixture) {
	q := lineage.Quarantined{Tenant: "default", ID: "large", Signal: lineage.Events, Reason: "r", Ingested: at(1), Payload: bytes.Repeat([]byte("ab"), 1<<20)}
	must(t, f.Append(t.Context(), &lineage.Block{Writer: "w", ID: 1, Day: day, Quarantine: []lineage.Quarantined{q}}, false))
	got, _, err := f.Quarantine(t.Context(), "default", 10, "")
	must(t, err)
	equal(t, "entries", len(got), 1)
	equal(t, "size", got[0].Size, 2<<20)
	equal(t, "carried", string(got[0].Payload), strings.Repeat("ab", 8<<10))
}

// manyLargePayloads reads a page whose payloads are larger together than what the
// engine may take for it. Were they sorted with the rest, it would refuse.
func manyLargePayloads(t *testing.T, f *Fixture) {
	const entries, size, most = 64, 4 << 20, 96 << 20
	payload := bytes.Repeat([]byte("abcdefgh"), size/8)
	for i := range entries {
		q := lineage.Quarantined{Tenant: "default", ID: fmt.Sprintf("q%02d", i), Signal: lineage.Events, Reason: "r", Ingested: at(time.Duration(i) * time.Second), Payload: payload}
		must(t, f.Append(t.Context(), &lineage.Block{Writer: "w", ID: uint64(i), Day: day, Quarantine: []lineage.Quarantined{q}}, false))
	}
	ctx := driver.Context(t.Context(), driver.WithSettings(driver.Settings{"max_memory_usage": most}))
	for _, limit := range []int{50, 1000} {
		got, _, err := f.Quarantine(ctx, "default", limit, "")
		must(t, err)
		equal(t, "entries", len(got), min(limit, entries))
		equal(t, "newest", got[0].ID, fmt.Sprintf("q%02d", entries-1))
		equal(t, "size", got[0].Size, size)
	}
}
