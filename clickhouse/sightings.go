package clickhouse

import (
	"context"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/sightings.sql
	sightingsSQL string
	//go:embed query/refusals.sql
	refusalsSQL string
)

// The ids that are looked for in texts, in bytes. A shorter one stands in nearly all
// of them.
const (
	shortestSought = 3
	longestSought  = lineage.MaxID
)

// Sightings looks for an id in the payloads of business events, at most limit (1 to
// 1000), over the last 30 days by arrival. It tells how far it came when ctx ends
// before that.
func (s *Store) Sightings(ctx context.Context, tenant, id string, limit int) (lineage.Sought[lineage.Sighting], error) {
	return seek(ctx, s, "clickhouse.Sightings", sightingsSQL, tenant, id, limit, func(rows row) (lineage.Sighting, error) {
		var g lineage.Sighting
		var kind string
		var happened, ingested int64
		err := rows.Scan(&kind, &g.Source, &g.ID, &g.Type, &happened, &ingested, &g.Contract,
			&g.Subject.Type, &g.Subject.System, &g.Subject.Scope, &g.Subject.ID, &g.Named, &g.Excerpt)
		g.Kind, g.Time, g.Ingested, g.Excerpt = kindNamed(kind), moment(happened), moment(ingested), readable(g.Excerpt)
		return g, err
	})
}

// Refusals looks for an id in what was quarantined, in its payload and its reason, at
// most limit (1 to 1000), over the last 30 days by arrival. Of a payload it returns
// what the id stands in. It tells how far it came when ctx ends before that.
func (s *Store) Refusals(ctx context.Context, tenant, id string, limit int) (lineage.Sought[lineage.Quarantined], error) {
	return seek(ctx, s, "clickhouse.Refusals", refusalsSQL, tenant, id, limit, func(rows row) (lineage.Quarantined, error) {
		var q lineage.Quarantined
		var signal, excerpt string
		var size uint64
		var ingested int64
		err := rows.Scan(&q.Tenant, &q.ID, &signal, &q.Source, &q.EventID, &q.Type, &q.Reason, &excerpt, &size, &ingested)
		q.Signal, q.Payload, q.Size, q.Ingested = signalNamed(signal), []byte(readable(excerpt)), int(size), moment(ingested)
		return q, err
	})
}

// stretches are how many days back each question begins and ends, so that the latest are
// answered when there is no time for all.
func stretches() [][2]int { return [][2]int{{0, 0}, {1, 1}, {2, 3}, {4, 7}, {8, 15}, {16, 29}} }

// seek asks one stretch of days after the other until enough is found.
func seek[T any](ctx context.Context, s *Store, op, query, tenant, id string, limit int, scan func(row) (T, error)) (lineage.Sought[T], error) {
	var out lineage.Sought[T]
	id = strings.TrimSpace(id)
	switch {
	case len(id) < shortestSought || len(id) > longestSought:
		return out, lineage.Errorf(lineage.Invalid, op, "id has %d bytes: it has to be %d to %d", len(id), shortestSought, longestSought)
	case limit < 1 || limit > maxPage:
		return out, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", limit, maxPage)
	}
	ids := written(id)
	args := []any{driver.Named("tenant", tenant), driver.Named("ids", ids), driver.Named("around", around(ids))}
	today := s.now().UTC().Truncate(24 * time.Hour)
	for _, days := range stretches() {
		from, to := today.AddDate(0, 0, -days[1]), today.AddDate(0, 0, -days[0])
		if days[0] == 0 {
			to = to.AddDate(0, 0, 1) // a block of another machine, whose clock is ahead
		}
		args := append(slices.Clip(args), driver.Named("from", from.Format(time.DateOnly)), driver.Named("to", to.Format(time.DateOnly)),
			driver.Named("limit", uint32(limit-len(out.Found)+1)))
		var found []T
		err := s.each(ctx, op, query, args, func(rows row) error {
			v, err := scan(rows)
			found = append(found, v)
			return err
		})
		if err != nil && ctx.Err() != nil {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.Since = from
		if out.Found = append(out.Found, found...); len(out.Found) > limit {
			out.Found, out.More, out.Whole = out.Found[:limit], true, true
			return out, nil
		}
	}
	out.Whole = true
	return out, nil
}

// written are the ways in which an id may stand in a text, without case.
func written(id string) []string {
	var all []string
	for _, spelled := range lineage.Spellings(id) {
		all = append(all, spelled, strings.ReplaceAll(spelled, "/", `\/`)) // as some write it in JSON
	}
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

// around is a pattern for an id as a word of its own, and what stands around it. A
// number may be padded with zeros.
func around(ids []string) string {
	var any []string
	for _, id := range ids {
		quoted := regexp.QuoteMeta(id)
		if strings.Trim(id, "0123456789") == "" {
			quoted = "0*" + quoted
		}
		any = append(any, quoted)
	}
	return `(?is).{0,60}(?:^|[^0-9a-z])(?:` + strings.Join(any, "|") + `)(?:[^0-9a-z]|$).{0,60}`
}

// readable is a piece of a text on one line.
func readable(excerpt string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(excerpt, " "))
	return strings.Join(strings.Fields(clean), " ")
}
