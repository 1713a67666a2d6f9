package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage"
)

// lately is the last full hour: measurements are not kept for ever.
func lately() time.Time { return time.Now().UTC().Truncate(time.Hour) }

func queuesComeBack(t *testing.T, f *Fixture) {
	since := lately()
	check(t, func(rt *rapid.T, n uint64) {
		want := many(rt, queues, "queues")
		for i := range want {
			want[i].System = fmt.Sprintf("%06d-%02d", n, i)
			want[i].At = since.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)-1).Draw(rt, "at")))
		}
		draw(rt, f.SaveQueues(t.Context(), want))
		got, err := f.QueueTrend(t.Context(), "default", since, time.Hour)
		draw(rt, err)
		got = slices.DeleteFunc(got, func(q lineage.Queue) bool { return !strings.HasPrefix(q.System, fmt.Sprintf("%06d", n)) })
		equal(rt, "queues", got, want)
	})
}

func queuesHaveTrends(t *testing.T, f *Fixture) {
	ctx, since := t.Context(), lately()
	measured := func(name, consumer string, after time.Duration, depth int64) lineage.Queue {
		return lineage.Queue{Tenant: "default", System: "nats", Name: name, Consumer: consumer, At: since.Add(after), Depth: depth, Oldest: since.Add(-time.Hour)}
	}
	before := measured("erp", "", -1, 99)
	first, shallow := measured("erp", "", 0, 7), measured("erp", "", 20*time.Second, 3)
	earlier, later := measured("erp", "", time.Minute, 5), measured("erp", "", 2*time.Minute-1, 5)
	after := measured("erp", "", 10*time.Minute, 0)
	worker, crm := measured("erp", "worker", time.Second, 1), measured("crm", "", 30*time.Minute, 2)
	theirs := first
	theirs.Tenant = "other"
	must(t, f.SaveQueues(ctx, []lineage.Queue{before, first, shallow, earlier, later, after, worker, crm, theirs}))
	must(t, f.SaveQueues(ctx, []lineage.Queue{first, later}))
	must(t, f.SaveQueues(ctx, nil))
	got, err := f.QueueTrend(ctx, "default", since, time.Minute)
	must(t, err)
	equal(t, "trend", got, []lineage.Queue{crm, first, later, after, worker})
	got, err = f.QueueTrend(ctx, "default", since.Add(1), time.Hour)
	must(t, err)
	equal(t, "trend in one step", got, []lineage.Queue{crm, later, worker})
	got, err = f.QueueTrend(ctx, "nobody", since, time.Minute)
	must(t, err)
	equal(t, "trend of nobody", len(got), 0)
	for _, step := range []time.Duration{0, -time.Second, time.Nanosecond} {
		_, err := f.QueueTrend(ctx, "default", since.Add(-time.Hour), step)
		equal(t, fmt.Sprint("kind of step ", step), lineage.KindOf(err), lineage.Invalid)
	}
}

func queuesAreForgotten(t *testing.T, f *Fixture) {
	now := lately()
	for _, age := range []int{31, 29, 0} {
		must(t, f.SaveQueues(t.Context(), []lineage.Queue{{Tenant: "default", Name: fmt.Sprint(age), At: now.AddDate(0, 0, -age)}}))
	}
	must(t, f.Conn.Exec(t.Context(), f.in("OPTIMIZE TABLE store.queues FINAL")))
	var left string
	f.scan(t, "SELECT arrayStringConcat(arraySort(groupArray(CAST(name, 'String'))), ' ') FROM store.queues", &left)
	equal(t, "left", left, "0 29")
}
