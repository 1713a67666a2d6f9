package clickhouse

import (
	"context"
	_ "embed"
	"encoding/hex"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/stitch_size.sql
	stitchSizeSQL string
	//go:embed query/stitch_sources.sql
	stitchSourcesSQL string
	//go:embed query/stitch_services.sql
	stitchServicesSQL string
	//go:embed query/stitch_calls.sql
	stitchCallsSQL string
	//go:embed query/stitch_entries.sql
	stitchEntriesSQL string
	//go:embed query/stitch_claims.sql
	stitchClaimsSQL string
	//go:embed query/stitch_spellings.sql
	stitchSpellingsSQL string
	//go:embed query/stitch_refused.sql
	stitchRefusedSQL string
	//go:embed query/stitch_adrift.sql
	stitchAdriftSQL string
)

const (
	stitchRead   = 2_000_000           // about as many spans, and as many events, are read
	stitchSample = 100_000             // and about as many of these looked at
	stitchRows   = 500                 // of each list
	stitchWindow = 31 * 24 * time.Hour // the longest
	stitchSettle = 2 * time.Minute     // after which a parent that has not come is missed
)

// Stitchability tells how well can be stitched what came in within a window of at most
// 31 days: spans by when they began, events by when they came in. Of more than about
// 2,000,000 it reads the latest alone, and of these it looks at a sample of about 100,000.
// The error is of kind TooLarge when there is no time for the whole window.
func (s *Store) Stitchability(ctx context.Context, q lineage.StitchQuery) (lineage.Stitchability, error) {
	const op = "clickhouse.Stitchability"
	report, err := s.stitchability(ctx, op, q)
	return report, tooMuch(op, q.From, q.To, err)
}

func (s *Store) stitchability(ctx context.Context, op string, q lineage.StitchQuery) (lineage.Stitchability, error) {
	if !q.From.Before(q.To) || q.To.Sub(q.From) > stitchWindow {
		return lineage.Stitchability{}, lineage.Errorf(lineage.Invalid, op, "from is %s and to is %s: from has to be before to, and at most %d days",
			q.From.UTC().Format(time.RFC3339), q.To.UTC().Format(time.RFC3339), stitchWindow/(24*time.Hour))
	}
	now := s.now()
	r := stitchReader{store: s, report: lineage.Stitchability{From: q.From, To: q.To, AsOf: now, Settled: now.Add(-stitchSettle)}}
	if r.report.Settled.After(q.To) {
		r.report.Settled = q.To
	}
	r.args = []any{
		driver.Named("tenant", q.Tenant), driver.Named("to", nanos(q.To)),
		driver.Named("settled", nanos(r.report.Settled)), driver.Named("limit", uint32(stitchRows)),
		driver.Named("flows", q.Flows), driver.Named("anchors", q.Anchors), driver.Named("context", q.Context),
		driver.Named("keys", q.Keys), driver.Named("refused", lineage.RefusedValues()),
	}
	since := func(from time.Time, every int) []any {
		return append(r.args[:len(r.args):len(r.args)], driver.Named("from", nanos(from)), driver.Named("every", uint64(every)))
	}
	if err := s.each(ctx, op, stitchSizeSQL, since(q.From, 1), func(rows row) error { return rows.Scan(count{&r.report.Spans}, count{&r.report.Events}) }); err != nil {
		return lineage.Stitchability{}, err
	}
	r.report.SpansFrom, r.report.SpansEvery = latestOf(q.From, q.To, r.report.Spans)
	r.report.EventsFrom, r.report.EventsEvery = latestOf(q.From, q.To, r.report.Events)
	for _, part := range []struct {
		query string
		from  time.Time
		every int
		scan  func(row) error
	}{
		{stitchSourcesSQL, r.report.EventsFrom, r.report.EventsEvery, r.source},
		{stitchClaimsSQL, r.report.EventsFrom, r.report.EventsEvery, r.claims},
		{stitchSpellingsSQL, r.report.EventsFrom, r.report.EventsEvery, r.spelling},
		{stitchServicesSQL, r.report.SpansFrom, r.report.SpansEvery, r.service},
		{stitchCallsSQL, r.report.SpansFrom, r.report.SpansEvery, r.calls},
		{stitchEntriesSQL, r.report.SpansFrom, r.report.SpansEvery, r.entries},
		{stitchRefusedSQL, r.report.SpansFrom, r.report.SpansEvery, r.refusal},
		{stitchAdriftSQL, q.From, 1, r.adrift},
	} {
		if err := s.each(ctx, op, part.query, since(part.from, part.every), part.scan); err != nil {
			return lineage.Stitchability{}, err
		}
	}
	return r.report, nil
}

// latestOf says from when on n rows of a window are read, and one in how many is looked
// at. It takes them to have come evenly.
func latestOf(from, to time.Time, n int) (since time.Time, every int) {
	if n > stitchRead {
		from, n = to.Add(-time.Duration(float64(to.Sub(from))*stitchRead/float64(n))), stitchRead
	}
	return from, n/stitchSample + 1
}

// stitchReader reads the rows of the parts of a report.
type stitchReader struct {
	store  *Store
	args   []any
	report lineage.Stitchability
}

func (r *stitchReader) source(rows row) error {
	var one lineage.SourceStitching
	var kind, correlation, trace string
	err := rows.Scan(&kind, &one.Source, count{&one.Events}, count{&one.Correlated}, count{&one.Reached},
		count{&one.Named.Events}, count{&one.Claiming.Events}, count{&one.Mute.Events},
		&one.Named.Type, &one.Named.Example.Type, &one.Named.Example.ID,
		&one.Claiming.Type, &correlation, &trace, &one.Mute.Type, &one.Mute.Example.ID)
	one.Kind = kindNamed(kind)
	if correlation != "" {
		one.Claiming.Example = lineage.Object{Type: lineage.CorrelationType, ID: correlation}
	} else if trace != "" {
		one.Claiming.Example = lineage.Object{Type: "trace", ID: trace}
	}
	r.report.Sources = append(r.report.Sources, one)
	return err
}

func (r *stitchReader) service(rows row) error {
	var one lineage.ServiceStitching
	var nameless, orphaned string
	err := rows.Scan(&one.Service, count{&one.Spans}, count{&one.Named}, count{&one.Naming}, count{&one.Roots}, count{&one.Children}, count{&one.Orphans},
		&nameless, &orphaned)
	one.Nameless, one.Orphaned = traceID(nameless), traceID(orphaned)
	r.report.Services = append(r.report.Services, one)
	return err
}

func (r *stitchReader) calls(rows row) error {
	var one lineage.Calls
	var callees []string
	var counts []uint64
	var broken string
	err := rows.Scan(&one.Caller, &one.Messaging, &one.Target, count{&one.Calls}, count{&one.Continued}, &callees, &counts, &broken)
	one.Broken = traceID(broken)
	one.Callees = make(map[string]int, len(callees))
	for i := range callees {
		one.Callees[callees[i]] = int(counts[i])
	}
	r.report.Calls = append(r.report.Calls, one)
	return err
}

func (r *stitchReader) entries(rows row) error {
	var one lineage.Entries
	err := rows.Scan(&one.Service, &one.Messaging, &one.Target, count{&one.Entries}, count{&one.Roots})
	r.report.Entries = append(r.report.Entries, one)
	return err
}

func (r *stitchReader) claims(rows row) error {
	var one lineage.LyingClaims
	var kind string
	err := rows.Scan(&kind, &one.Source, &one.What, count{&one.IDs}, count{&one.Lying}, count{&one.Events}, &one.Example, count{&one.Anchors}, &one.Type)
	one.Kind = kindNamed(kind)
	r.report.Claims = append(r.report.Claims, one)
	return err
}

func (r *stitchReader) spelling(rows row) error {
	var one lineage.Spelling
	err := rows.Scan(&one.Type, &one.System, &one.How, count{&one.Pairs}, &one.Example, &one.Sources)
	r.report.Spellings = append(r.report.Spellings, one)
	return err
}

func (r *stitchReader) refusal(rows row) error {
	var one lineage.Refusal
	var kind string
	err := rows.Scan(&kind, &one.Source, &one.Key, count{&one.Told}, count{&one.Useless}, &one.Example)
	one.Kind = kindNamed(kind)
	r.report.Refusals = append(r.report.Refusals, one)
	return err
}

func (r *stitchReader) adrift(rows row) error {
	var one lineage.Adrift
	err := rows.Scan(&one.Flow, &one.Type, count{&one.Objects}, &one.Example, instant{&one.Since})
	r.report.Adrift = append(r.report.Adrift, one)
	return err
}

// traceID reads 32 hex digits; anything else is no trace.
func traceID(text string) (id lineage.TraceID) {
	if len(text) == 2*len(id) {
		_, _ = hex.Decode(id[:], []byte(text)) // the engine wrote them
	}
	return id
}
