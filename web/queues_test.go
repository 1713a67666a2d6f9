package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

func TestQueuesAreListedDeadLettersFirst(t *testing.T) {
	t.Parallel()
	f := house()
	want := []string{
		"DEAD ✕ dead letters whole stream nats 1 0 0 ! over a minute 59 min 2026-03-02 11:59:00 ? not measured lately",
		"ORDERS erp-sync nats 1,204 3 2 ! over a minute 1 min 12 s 2026-03-02 12:00:00",
	}
	if rows := get(newServer(t, f), "/queues").texts(t, "queue"); !slices.Equal(rows, want) {
		t.Errorf("the rows are %q", rows)
	}
	none := house()
	none.queues = func() ([]lineage.Queue, error) { return nil, nil }
	if texts := get(newServer(t, none), "/queues").texts(t, "no-queues"); len(texts) != 1 || !strings.Contains(texts[0], "--watch-nats nats://") {
		t.Errorf("it says %q", texts)
	}
}

func TestQueuesDrawTheirLastHour(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, house()), "/queues")
	if n := len(got.texts(t, "sparkline")); n != 1 {
		t.Fatalf("%d are drawn", n)
	}
	for _, part := range []string{`aria-label="Depth over the last hour: at most 2,408, now 1,204"`, `points="60,0 62,12"`, `<circle cx="0" cy="24" r="1.5">`} {
		if !strings.Contains(got.body, part) {
			t.Errorf("there is no %s in %s", part, got.body)
		}
	}
}

func TestQueuesStandWithoutTheStore(t *testing.T) {
	t.Parallel()
	f := house()
	f.trend = func(time.Time, time.Duration) ([]lineage.Queue, error) {
		return nil, lineage.Errorf(lineage.Unavailable, "ask", "away")
	}
	got := get(newServer(t, f), "/queues")
	if got.StatusCode != http.StatusOK || len(got.texts(t, "queue")) != 2 || len(got.texts(t, "sparkline")) != 0 || len(got.texts(t, "no-trend")) != 1 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestAnOpenPageAsksForTheLastHourEveryTenSecondsAtMost(t *testing.T) {
	t.Parallel()
	f, asked := house(), 0
	trend := f.trend
	f.trend = func(since time.Time, step time.Duration) ([]lineage.Queue, error) {
		asked++
		if want := noon.Add(-time.Hour); !since.Equal(want) || step != time.Minute {
			t.Errorf("asked since %s by %s", since, step)
		}
		return trend(since, step)
	}
	p, err := newServer(t, f).queuesPage(ask{})
	if err != nil {
		t.Fatal(err)
	}
	for _, seconds := range []int{0, 2, 4, 9} {
		load(t, p, seconds)
	}
	if asked != 1 {
		t.Errorf("asked %d times within ten seconds", asked)
	}
	if load(t, p, 10); asked != 2 {
		t.Errorf("asked %d times after ten seconds", asked)
	}
}

// load loads an opened page some seconds after noon.
func load(t *testing.T, p *page, seconds int) {
	t.Helper()
	if _, err := p.load(t.Context(), view.Clock{Now: noon.Add(time.Duration(seconds) * time.Second)}); err != nil {
		t.Fatal(err)
	}
}
