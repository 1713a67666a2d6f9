package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/drift_kinds.sql
	driftKindsSQL string
	//go:embed query/drift_refused.sql
	driftRefusedSQL string
	//go:embed query/drift.sql
	driftSQL string
)

// The bounds of what is looked at of the payloads of a window.
const (
	trafficWindow = 31 * 24 * time.Hour // the longest
	trafficKinds  = 200                 // of events
	trafficSample = 10_000              // payloads of all kinds together …
	kindSample    = 500                 // … of one kind at most, …
	kindLeast     = 20                  // … and at least
	sampledSize   = 32 << 10            // bytes of a payload; larger ones are not taken apart
	sampledWidth  = 200                 // fields of one object, and elements of one list
	sampledDepth  = 16
	sampledPlaces = 2000    // of one kind
	sampledBytes  = 8 << 20 // of the payloads of all kinds together: about a second of taking apart
)

// Traffic tells what CloudEvents came in within a window of at most 31 days, and what
// is in the payloads of a sample of each kind: of some ten thousand in all, and some
// 8 MiB. The error is of kind TooLarge when there is no time for the whole window.
func (s *Store) Traffic(ctx context.Context, q lineage.TrafficQuery) (lineage.Traffic, error) {
	const op = "clickhouse.Traffic"
	t, err := s.traffic(ctx, op, q)
	return t, tooMuch(op, q.From, q.To, err)
}

func (s *Store) traffic(ctx context.Context, op string, q lineage.TrafficQuery) (lineage.Traffic, error) {
	t := lineage.Traffic{From: q.From, To: q.To, AsOf: s.now()}
	if !q.From.Before(q.To) || q.To.Sub(q.From) > trafficWindow {
		return t, lineage.Errorf(lineage.Invalid, op, "from is %s and to is %s: from has to be before to, and at most %d days",
			q.From.UTC().Format(time.RFC3339), q.To.UTC().Format(time.RFC3339), trafficWindow/(24*time.Hour))
	}
	args := []any{
		driver.Named("tenant", q.Tenant), driver.Named("from", nanos(q.From)), driver.Named("to", nanos(q.To)),
		driver.Named("limit", uint32(trafficKinds)),
	}
	err := s.each(ctx, op, driftKindsSQL, args, func(rows row) error {
		var k lineage.TrafficKind
		err := rows.Scan(&k.Source, &k.Type, &k.Contract, count{&k.Events}, instant{&k.First}, instant{&k.Last}, count{&t.More})
		t.Kinds = append(t.Kinds, k)
		return err
	})
	if err != nil {
		return t, err
	}
	t.More -= len(t.Kinds)
	err = s.each(ctx, op, driftRefusedSQL, args, func(rows row) error {
		var r lineage.RefusedKind
		err := rows.Scan(&r.Source, &r.Type, count{&r.Events}, &r.Reason, instant{&r.Last})
		t.Refused = append(t.Refused, r)
		return err
	})
	if err != nil || len(t.Kinds) == 0 {
		return t, err
	}
	return t, s.sample(ctx, op, args, t.Kinds)
}

// sample looks into the payloads of every kind.
func (s *Store) sample(ctx context.Context, op string, args []any, kinds []lineage.TrafficKind) error {
	type name struct{ source, typ, contract string }
	at := make(map[name]*lineage.TrafficKind, len(kinds))
	sources, types, contracts := make([]string, len(kinds)), make([]string, len(kinds)), make([]string, len(kinds))
	for i := range kinds {
		k := &kinds[i]
		sources[i], types[i], contracts[i] = k.Source, k.Type, k.Contract
		at[name{k.Source, k.Type, k.Contract}] = k
	}
	args = append(args,
		driver.Named("sources", sources), driver.Named("types", types), driver.Named("contracts", contracts),
		driver.Named("sample", uint32(min(kindSample, max(kindLeast, trafficSample/len(kinds))))),
		driver.Named("budget", uint64(sampledBytes/len(kinds))),
		driver.Named("largest", uint32(sampledSize)), driver.Named("wide", uint32(sampledWidth)), driver.Named("deep", uint8(sampledDepth)),
		driver.Named("places", uint32(sampledPlaces+1)))
	return s.each(s.whole(ctx), op, driftSQL, args, func(rows row) error {
		var n name
		var p lineage.SeenPath
		if err := rows.Scan(&n.source, &n.typ, &n.contract, &p.Place, &p.Type, count{&p.Times}, count{&p.Events}); err != nil {
			return err
		}
		k := at[n]
		switch {
		case k == nil: // it came in between
		case p.Place == "" && p.Type == "":
			k.Sampled, k.Unread = k.Sampled+p.Events, p.Events
		case len(k.Paths) == sampledPlaces:
			k.Cut = true
		default:
			if p.Place == "" {
				k.Sampled += p.Events
			}
			k.Paths = append(k.Paths, p)
		}
		return nil
	})
}
