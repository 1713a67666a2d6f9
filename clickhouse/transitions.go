package clickhouse

import (
	"context"
	_ "embed"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
	"throughline/slo"
)

//go:embed query/transitions.sql
var transitionsSQL string

// SaveTransitions stores what happened to clocks, and then the clocks as it left
// them. The same call twice changes nothing, nor does one that repeats a part of
// another: after an error, call again. It goes fastest in the order of the ledger.
func (s *Store) SaveTransitions(ctx context.Context, transitions []slo.Transition) error {
	const op = "clickhouse.SaveTransitions"
	for day := range days(transitions, func(t *slo.Transition) time.Time { return t.Recorded }) {
		r := newTransitionRows()
		if err := save(ctx, s, r, day, r.add); err != nil {
			return wrap(op, err)
		}
	}
	r := newClockRows()
	return wrap(op, save(ctx, s, r, latestClocks(transitions), r.add))
}

// latestClocks are the clocks of transitions, each as the most transitions left it.
func latestClocks(transitions []slo.Transition) []slo.Clock {
	type episode struct {
		tenant, sla string
		origin      lineage.Object
		number      int
	}
	at := map[episode]int{}
	var clocks []slo.Clock
	for i := range transitions {
		c := &transitions[i].Clock
		e := episode{c.Tenant, c.SLA, originOf(c), c.Episode}
		if known, ok := at[e]; !ok {
			at[e] = len(clocks)
			clocks = append(clocks, *c)
		} else if c.Seq >= clocks[known].Seq {
			clocks[known] = *c
		}
	}
	return clocks
}

// Transitions returns what happened to one clock, over all its episodes, in the
// order of the ledger: the first limit (1 to 1000). The subject of the key is the
// clock's origin, the name that it started with. Clock.Before is not kept.
func (s *Store) Transitions(ctx context.Context, tenant string, key slo.Key, limit int) ([]slo.Transition, error) {
	const op = "clickhouse.Transitions"
	if limit < 1 || limit > maxPage {
		return nil, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", limit, maxPage)
	}
	args := append(objectParameters(key.Subject), driver.Named("tenant", tenant), driver.Named("sla", key.SLA), driver.Named("limit", uint32(limit)))
	var all []slo.Transition
	err := s.each(ctx, op, transitionsSQL, args, func(rows row) error {
		t, err := scanTransition(rows)
		all = append(all, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func scanTransition(rows row) (slo.Transition, error) {
	var t slo.Transition
	targets := append(clockTargets(&t.Clock), impactTargets(&t.Impact)...)
	err := rows.Scan(append(targets, &t.Impact.Source, &t.Seq, &t.ID, (*string)(&t.Kind), instant{&t.At}, instant{&t.Due},
		&t.LateBy, (*string)(&t.Verdict), &t.Provisional, instant{&t.Recorded})...)
	return t, err
}
